//! A pool of keys made from numbers, with signatures that need no randomness: the same run everywhere.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use ring::digest;
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::der;

/// A key of the pool.
pub(crate) struct Key {
    /// SubjectPublicKeyInfo.
    pub(crate) spki: Vec<u8>,
    /// What key identifiers say of it.
    pub(crate) identifier: Vec<u8>,
    /// AlgorithmIdentifier of its signatures.
    pub(crate) algorithm: Vec<u8>,
    private: Private,
}

enum Private {
    P256(SigningKey),
    Ed25519(Ed25519KeyPair),
}

/// `count` keys, P-256 and Ed25519 in turn.
///
/// # Errors
/// A sentence, if a seed makes no key.
pub(crate) fn pool(count: usize) -> Result<Vec<Key>, String> {
    (0..count)
        .map(|number| Key::from_number(number).map_err(|error| format!("key {number}: {error}")))
        .collect()
}

impl Key {
    fn from_number(number: usize) -> Result<Self, String> {
        let seed = digest::digest(&digest::SHA256, format!("handfast differential key {number}").as_bytes());
        let (private, spki, algorithm) = if number.is_multiple_of(2) {
            let key = SigningKey::from_slice(seed.as_ref()).map_err(|error| error.to_string())?;
            let spki = key.verifying_key().to_public_key_der().map_err(|error| error.to_string())?;
            (Private::P256(key), spki.into_vec(), der::oid(&[1, 2, 840, 10045, 4, 3, 2]))
        } else {
            let key =
                Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(|error| error.to_string())?;
            let algorithm = der::oid(&[1, 3, 101, 112]);
            let spki =
                der::sequence(&[&der::sequence(&[&algorithm]), &der::bit_string(key.public_key().as_ref())]);
            (Private::Ed25519(key), spki, algorithm)
        };
        let identifier = digest::digest(&digest::SHA256, &spki).as_ref().iter().take(20).copied().collect();
        Ok(Self { spki, identifier, algorithm: der::sequence(&[&algorithm]), private })
    }

    /// Signs; Ed25519 by its definition and ECDSA by RFC 6979 draw nothing.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.private {
            Private::P256(key) => {
                let signature: DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }
            Private::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }
}
