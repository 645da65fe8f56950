//! Certificates and keys from files: PEM or DER, each error in one line with the file and the reason.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handfast::connection::{Credential, CredentialError, RawPublicKeys};
use handfast::crypto::CryptoProvider;
use handfast::identity::Sha256Digest;
use handfast::pem;
use handfast::pki::timestamp::TransparencyLogs;
use handfast::pki::{TrustAnchor, TrustAnchors};

use crate::args::{CredentialArgs, digest};
use crate::failure::Failure;
use crate::file_fault::{FileFault, neither_pem_nor};
use crate::revocation_files::ocsp_response;

/// No certificate or key file is longer: a bundle of all public CAs has a quarter of a megabyte.
const MAX_FILE: u64 = 16 << 20;

/// The trust anchors of all these files.
pub(crate) fn anchors(paths: &[PathBuf]) -> Result<TrustAnchors, Failure> {
    let mut all: Vec<TrustAnchor> = Vec::new();
    for path in paths {
        let text = read(path)?;
        let anchors =
            if is_pem(&text) { TrustAnchors::from_pem(&text) } else { TrustAnchors::from_der(&text) };
        let anchors = anchors.map_err(|error| FileFault::anchors(path, &text, &error))?;
        all.extend_from_slice(anchors.as_slice());
    }
    Ok(all.into_iter().collect())
}

/// The logs of all --ct-log; `None` if there is none.
pub(crate) fn logs(
    paths: &[PathBuf],
    crypto: &CryptoProvider,
) -> Result<Option<Arc<TransparencyLogs>>, Failure> {
    let mut text = Vec::new();
    for path in paths {
        let keys = read(path)?;
        TransparencyLogs::from_pem(&keys, crypto)
            .map_err(|error| Failure::Setup(format!("{}: {error}", path.display())))?;
        text.extend_from_slice(&keys);
        text.push(b'\n');
    }
    if paths.is_empty() {
        return Ok(None);
    }
    let logs = TransparencyLogs::from_pem(&text, crypto);
    logs.map(|logs| Some(Arc::new(logs))).map_err(|error| Failure::Setup(error.to_string()))
}

/// The raw public keys of all these: each a file, or a SHA-256.
pub(crate) fn raw_public_keys(given: &[String], crypto: &CryptoProvider) -> Result<RawPublicKeys, Failure> {
    given.iter().try_fold(RawPublicKeys::new(), |keys, given| {
        if let Ok(sha256) = digest(given) {
            return Ok(keys.with_digest(Sha256Digest(sha256)));
        }
        let path = Path::new(given);
        let text = read(path)?;
        let keys = if is_pem(&text) { keys.with_pem(&text, crypto) } else { keys.with_spki(&text, crypto) };
        keys.map_err(|error| Failure::file(path, neither_pem_nor(&text, &error)))
    })
}

/// The credentials of all --delegated-credential, those of all --cert with their --key, and those of all
/// --raw-public-key.
pub(crate) fn credentials(
    args: &CredentialArgs,
    crypto: &CryptoProvider,
) -> Result<Vec<Credential>, Failure> {
    let delegated = args.delegated_credential.iter().map(|path| delegated(path, crypto));
    let raw = args.raw_public_key.iter().map(|path| raw_public_key(path, crypto));
    delegated.chain(certificates(args, crypto)?.into_iter().map(Ok)).chain(raw).collect()
}

/// The label of a DelegatedCredential in PEM.
pub(crate) const DELEGATED_CREDENTIAL: &str = "DELEGATED CREDENTIAL";

/// A chain, the delegation, and the key that it is for.
fn delegated(path: &Path, crypto: &CryptoProvider) -> Result<Credential, Failure> {
    let text = read(path)?;
    let find = || {
        for block in pem::blocks(&text) {
            let block = block?;
            if block.label == DELEGATED_CREDENTIAL {
                return block.decode().map(Some);
            }
        }
        Ok(None)
    };
    let delegation = find().map_err(|error| FileFault::pem(path, &error))?;
    let delegation = delegation.ok_or_else(|| FileFault::no_block(path, DELEGATED_CREDENTIAL))?;
    Credential::delegated_from_pem(&text, &delegation, &text, crypto)
        .map_err(|error| Failure::file(path, error))
}

fn raw_public_key(path: &Path, crypto: &CryptoProvider) -> Result<Credential, Failure> {
    let key = read(path)?;
    let credential = if is_pem(&key) {
        Credential::raw_public_key_from_pem(&key, crypto)
    } else {
        Credential::raw_public_key_from_der(&key, crypto)
    };
    credential.map_err(|error| Failure::file(path, neither_pem_nor(&key, &error)))
}

fn certificates(args: &CredentialArgs, crypto: &CryptoProvider) -> Result<Vec<Credential>, Failure> {
    let keys = if args.key.is_empty() { &args.cert } else { &args.key };
    if keys.len() != args.cert.len() {
        return Err(Failure::Setup(format!(
            "{} --cert and {} --key: give each certificate its key, in the same order",
            args.cert.len(),
            keys.len()
        )));
    }
    if args.staple.len() > args.cert.len() {
        return Err(Failure::Setup(format!(
            "{} --staple for {} --cert: give each certificate one at most, in the same order",
            args.staple.len(),
            args.cert.len()
        )));
    }
    let staples = args.staple.iter().map(Some).chain(std::iter::repeat(None));
    let files = args.cert.iter().zip(keys).zip(staples);
    files
        .map(|((chain, key), staple)| {
            let credential = credential(chain, key, crypto)?;
            Ok(match staple {
                Some(path) => credential.with_ocsp_responses(vec![Some(ocsp_response(path)?)]),
                None => credential,
            })
        })
        .collect()
}

/// A chain with its own key.
pub(crate) fn credential(
    chain_path: &Path,
    key_path: &Path,
    crypto: &CryptoProvider,
) -> Result<Credential, Failure> {
    let (chain, key) = (read(chain_path)?, read(key_path)?);
    let credential = match (is_pem(&chain), is_pem(&key)) {
        (true, true) => Credential::from_pem(&chain, &key, crypto),
        (false, false) => Credential::from_der([chain.as_slice()], &key, crypto),
        (true, false) | (false, true) => {
            let reason = format!(
                "one of it and {} is PEM and the other is not: give both in one form",
                key_path.display()
            );
            return Err(Failure::file(chain_path, reason));
        }
    };
    credential.map_err(|error| {
        if let CredentialError::KeyDoesNotBelong { .. } = error {
            Failure::file(key_path, format_args!("does not fit {}: {error}", chain_path.display()))
        } else if let CredentialError::PrivateKey(_) = error {
            Failure::file(key_path, neither_pem_nor(&key, &error))
        } else {
            Failure::file(chain_path, neither_pem_nor(&chain, &error))
        }
    })
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_up_to(path, MAX_FILE)
}

/// Reads a file of at most so many bytes.
pub(crate) fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let length = fs::metadata(path).map_err(|error| Failure::file(path, error))?.len();
    if length > limit {
        return Err(Failure::file(
            path,
            format_args!("has {length} bytes; {limit} are the most that such a file may have"),
        ));
    }
    fs::read(path).map_err(|error| Failure::file(path, error))
}

/// Is it PEM? DER of a certificate or key begins with the octet of SEQUENCE, and has no such line.
pub(crate) fn is_pem(text: &[u8]) -> bool {
    text.windows(11).any(|window| window == b"-----BEGIN ")
}
