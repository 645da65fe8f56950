//! Credentials from the runner's files, and peers judged as the flags want.

use std::fs;
use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::crypto::{
    CryptoError, CryptoProvider, EntropySource, HashAlgorithm, PrivateKeyInfo, PublicKey, PublicKeyAlgorithm,
    Purpose, Sign, SignatureAlgorithm,
};
use handfast::handshake::{Answer, ChooseCredential, Credential, JudgePeer};
use handfast::identity::Sha256Digest;
use handfast::message::{DelegatedCredential, SignedCertificateTimestampList};
use handfast::pki::certificate::{Certificate, KeyUsage};
use handfast::wire::Decode;
use handfast::{PeerIdentity, SignatureScheme};

use crate::failure::Failure;
use crate::options::{CredentialFiles, Options};

/// A credential, and the key if the shim signs in place of the library.
pub(crate) struct Loaded {
    pub(crate) number: Option<i32>,
    pub(crate) shown: Arc<Credential>,
    pub(crate) key: Arc<dyn Sign>,
    must_match_issuer: bool,
}

/// Loads all credentials of the flags, in their order of preference: those that were announced, then the default
/// one.
pub(crate) fn load(options: &Options, crypto: &CryptoProvider) -> Result<Vec<Loaded>, Failure> {
    let announced = options.credentials.iter().filter(|files| files.number.is_some());
    let default = options.credentials.iter().filter(|files| files.number.is_none());
    announced
        .chain(default)
        .filter_map(|files| load_one(files, options.is_async, crypto).transpose())
        .collect()
}

fn load_one(
    files: &CredentialFiles,
    external: bool,
    crypto: &CryptoProvider,
) -> Result<Option<Loaded>, Failure> {
    let Some(key_file) = &files.key_file else { return Ok(None) };
    let chain = match &files.cert_file {
        Some(cert_file) => read_chain(cert_file)?,
        None if files.raw_public_key => Vec::new(),
        None => return Ok(None),
    };
    let unimplemented =
        |error: &dyn std::fmt::Display| Failure::Unimplemented(format!("{key_file}: {error}"));
    let key = PrivateKeyInfo::from_pem(fs::read(key_file)?).map_err(|error| unimplemented(&error))?;
    let key = crypto.load_signing_key(&key).map_err(|error| unimplemented(&error))?;
    let schemes: Vec<_> = if files.signing_prefs.is_empty() {
        let signs = |scheme: &SignatureScheme| {
            scheme.algorithm().is_some_and(|algorithm| key.algorithms().contains(&algorithm))
        };
        SignatureScheme::for_certificate_verify().filter(signs).collect()
    } else {
        let unknown = |scheme: &&SignatureScheme| scheme.algorithm().is_none() && !is_of_tls12(**scheme);
        if let Some(unknown) = files.signing_prefs.iter().find(unknown) {
            return Err(Failure::Unimplemented(format!("-signing-prefs {unknown}")));
        }
        files.signing_prefs.clone()
    };
    // An external key is one that the library asks the shim to sign with; only such a one has preferences.
    let shown = if external || !files.signing_prefs.is_empty() {
        Credential::external(chain, key.public_key().clone(), schemes)
    } else {
        Credential::local(chain, Arc::clone(&key))
    };
    let shown = if files.raw_public_key { shown.into_raw_public_key() } else { shown };
    let shown = match &files.delegated_credential {
        Some(delegated) => delegate(shown, delegated)?,
        None => shown,
    };
    let staple = files.ocsp_response.as_deref().map(Arc::from);
    let timestamps = files.signed_cert_timestamps.as_deref();
    if timestamps.is_some_and(|list| SignedCertificateTimestampList::decode(list).is_err()) {
        return Err(Failure::Check(":INVALID_SCT_LIST:".into()));
    }
    let shown = shown.with_ocsp_responses(vec![staple]).with_timestamps(vec![timestamps.map(Arc::from)]);
    let shown = Arc::new(shown);
    Ok(Some(Loaded { number: files.number, shown, key, must_match_issuer: files.must_match_issuer }))
}

/// The credential's key as one that its certificate delegates to.
fn delegate(shown: Credential, delegated: &[u8]) -> Result<Credential, Failure> {
    let refused = |name| Err(Failure::Shim(name));
    let Ok(credential) = DelegatedCredential::decode(delegated) else { return refused(":DECODE_ERROR:") };
    if credential.dc_cert_verify_algorithm.algorithm().is_some_and(is_of_rsa) {
        return refused(":INVALID_SIGNATURE_ALGORITHM:");
    }
    if credential.asn1_subject_public_key_info != shown.public_key().spki() {
        return refused(":KEY_VALUES_MISMATCH:");
    }
    shown.with_delegated_credential(delegated).or_else(|_| refused(":DECODE_ERROR:"))
}

fn is_of_rsa(algorithm: SignatureAlgorithm) -> bool {
    algorithm.key_algorithm() == PublicKeyAlgorithm::Rsa
}

/// Schemes that TLS 1.3 has no use for in CertificateVerify, so that preferring one is preferring none.
pub(crate) const fn is_of_tls12(scheme: SignatureScheme) -> bool {
    /// BoringSSL's own name for the two digests that TLS 1.1 signed.
    const RSA_PKCS1_MD5_SHA1: SignatureScheme = SignatureScheme(0xFF01);
    matches!(scheme, SignatureScheme::RSA_PKCS1_SHA1 | SignatureScheme::ECDSA_SHA1 | RSA_PKCS1_MD5_SHA1)
}

/// The certificates of a PEM file.
pub(crate) fn read_chain(file: &str) -> Result<Vec<Arc<[u8]>>, Failure> {
    let text = fs::read(file)?;
    let mut chain = Vec::new();
    for block in handfast::pem::blocks(&text) {
        let block = block
            .and_then(|block| if block.label == "CERTIFICATE" { block.decode().map(Some) } else { Ok(None) });
        match block {
            Ok(Some(der)) => chain.push(Arc::from(der.as_slice())),
            Ok(None) => {}
            Err(error) => return Err(Failure::Check(format!("{file}: {error}"))),
        }
    }
    Ok(chain)
}

/// The first credential that the peer can take, or why there is none, in BoringSSL's words.
pub(crate) fn choose<'a>(
    credentials: &'a [Loaded],
    ask: &ChooseCredential,
) -> Result<&'a Loaded, &'static str> {
    let mut reason = ":NO_CERTIFICATE_SET:";
    for credential in credentials {
        if credential.must_match_issuer && !is_from(credential, &ask.certificate_authorities) {
            reason = ":NO_MATCHING_ISSUER:";
        } else if !ask.takes_type(credential.shown.certificate_type()) {
            reason = ":UNKNOWN_CERTIFICATE_TYPE:";
        } else if ask.scheme_of(&credential.shown).is_none() {
            reason = ":NO_COMMON_SIGNATURE_ALGORITHMS:";
        } else {
            return Ok(credential);
        }
    }
    Err(reason)
}

fn is_from(credential: &Loaded, authorities: &[Vec<u8>]) -> bool {
    let issuers = credential.shown.chain().iter().filter_map(|der| Certificate::from_der(der).ok());
    issuers.map(|certificate| certificate.issuer.der.to_vec()).any(|issuer| authorities.contains(&issuer))
}

/// Judges the peer's chain: it must be readable and its key for signing; trust is what the flags say.
pub(crate) fn judge(ask: &JudgePeer, options: &Options, crypto: &CryptoProvider) -> Answer {
    // Who takes raw public keys asks for verification by that.
    let refuses = refuses(options) || options.verify_fail && ask.chain.raw_public_key().is_some();
    match read_leaf(ask, crypto) {
        Err((alert, reason)) => ask.refuse(alert, reason.into()),
        Ok(_) if refuses => ask.refuse(refusal(options), ":CERTIFICATE_VERIFY_FAILED:".into()),
        Ok(_) if options.use_ocsp_callback && options.fail_ocsp_callback && !options.is_server => {
            ask.refuse(AlertDescription::BAD_CERTIFICATE_STATUS_RESPONSE, ":OCSP_CB_ERROR:".into())
        }
        Ok((public_key, identity)) => ask.accept(public_key, Arc::new(identity)),
    }
}

/// Do the flags refuse every peer? A client that does not ask for verification overlooks a refusal, except by a
/// callback of its own.
pub(crate) const fn refuses(options: &Options) -> bool {
    let verifies =
        options.verify_peer || options.require_any_client_certificate || options.use_custom_verify_callback;
    options.verify_fail && verifies
}

/// The alert that a refusal sends: BoringSSL's two callbacks have one each.
pub(crate) const fn refusal(options: &Options) -> AlertDescription {
    if options.use_custom_verify_callback {
        AlertDescription::CERTIFICATE_UNKNOWN
    } else {
        AlertDescription::HANDSHAKE_FAILURE
    }
}

fn read_leaf(
    ask: &JudgePeer,
    crypto: &CryptoProvider,
) -> Result<(PublicKey, PeerIdentity), (AlertDescription, &'static str)> {
    let sha256 = |data: &[u8]| {
        let digest = crypto.hash(HashAlgorithm::Sha256).map(|hash| hash.digest(data));
        digest.and_then(|digest| <[u8; 32]>::try_from(&*digest).ok()).map(Sha256Digest).unwrap_or_default()
    };
    let unsupported = (AlertDescription::UNSUPPORTED_CERTIFICATE, ":UNSUPPORTED_ALGORITHM:");
    if let Some(spki) = ask.chain.raw_public_key() {
        let public_key = PublicKey::from_spki(spki).map_err(|_| unsupported)?;
        return Ok((public_key, PeerIdentity::of_raw_public_key(sha256(spki))));
    }
    let leaf = ask.chain.certificates().next().unwrap_or_default();
    let unreadable = (AlertDescription::DECODE_ERROR, ":CANNOT_PARSE_LEAF_CERT:");
    let certificate = Certificate::from_der(leaf).map_err(|_| unreadable)?;
    let usage = certificate.extensions.key_usage.as_ref().and_then(|field| field.ok());
    if usage.is_some_and(|usage| !usage.contains(KeyUsage::DIGITAL_SIGNATURE)) {
        return Err((AlertDescription::ILLEGAL_PARAMETER, ":KEY_USAGE_BIT_INCORRECT:"));
    }
    let spki = certificate.subject_public_key_info.der;
    let public_key = PublicKey::from_spki(spki).map_err(|_| unsupported)?;
    let identity = PeerIdentity {
        certificate_digest: sha256(leaf),
        key_digest: sha256(spki),
        earliest_not_after: certificate.validity.not_after,
        ..PeerIdentity::default()
    };
    Ok((public_key, identity))
}

/// The system's randomness for keys that the shim signs with.
pub(crate) struct SystemEntropy;

impl EntropySource for SystemEntropy {
    fn draw(&mut self, _: Purpose, out: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(out).map_err(|_| CryptoError)
    }
}
