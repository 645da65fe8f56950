//! `handfast delegate`: a key that stands in for a certificate's own (RFC 9345).

use std::time::Duration;

use handfast::Entropy;
use handfast::connection::{Credential, Delegation};
use handfast::crypto::{CryptoProvider, PrivateKeyInfo, ring};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

use crate::args::{DelegateArgs, KeyTypeArg};
use crate::credential_file::{self, DELEGATED_CREDENTIAL};
use crate::failure::Failure;
use crate::terminal::tell;
use crate::{clock, pem, secret_file};

/// Makes a key, delegates to it, and writes all that showing it takes.
pub(crate) fn run(args: &DelegateArgs) -> Result<(), Failure> {
    let crypto = ring::provider();
    let own = credential_file::credential(&args.cert, &args.key, &crypto)?;
    let key = new_key(args.key_type)?;
    let (delegation, credential) = delegate(args, &own, &key, &crypto)?;
    let mut text = String::new();
    for certificate in own.shown().chain() {
        text.push_str(&pem::block("CERTIFICATE", certificate));
    }
    text.push_str(&pem::block(DELEGATED_CREDENTIAL, &credential));
    text.push_str(&pem::block("PRIVATE KEY", key.serialized_der()));
    secret_file::create(&args.out, text.as_bytes())
        .map_err(|error| Failure::file(&args.out, format_args!("cannot be written: {error}")))?;
    tell(&format!(
        "a key for {} by {} until {} is in {}\n",
        own.subject(),
        delegation.scheme,
        delegation.not_after,
        args.out.display()
    ));
    Ok(())
}

/// Signs the delegation.
fn delegate(
    args: &DelegateArgs,
    own: &Credential,
    key: &KeyPair,
    crypto: &CryptoProvider,
) -> Result<(Delegation, Vec<u8>), Failure> {
    let setup = |error: &dyn std::fmt::Display| Failure::Setup(error.to_string());
    let info = PrivateKeyInfo::from_der(key.serialized_der()).map_err(|error| setup(&error))?;
    let now = clock::now();
    let delegation = Delegation {
        role: args.role.into(),
        public_key: crypto.load_signing_key(&info).map_err(|error| setup(&error))?.public_key().clone(),
        scheme: args.key_type.into(),
        not_after: now.saturating_add(Duration::from_secs(3600 * u64::from(args.hours))),
    };
    let entropy = Entropy::from_system()
        .map_err(|error| Failure::Setup(format!("the system gives no random bytes: {error}")))?;
    let signed = own.delegate(&delegation, now, crypto, entropy);
    let credential = signed.map_err(|error| Failure::file(&args.cert, error))?;
    Ok((delegation, credential))
}

fn new_key(key_type: KeyTypeArg) -> Result<KeyPair, Failure> {
    let algorithm = match key_type {
        KeyTypeArg::P256 => &PKCS_ECDSA_P256_SHA256,
        KeyTypeArg::P384 => &PKCS_ECDSA_P384_SHA384,
        KeyTypeArg::Ed25519 => &PKCS_ED25519,
    };
    KeyPair::generate_for(algorithm).map_err(|error| Failure::Setup(format!("no key could be made: {error}")))
}
