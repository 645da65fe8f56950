//! Verification of signatures.

use alloc::sync::Arc;
use alloc::vec::Vec;

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::traits::SignatureScheme;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::crypto::{CryptoError, PublicKey, SignatureAlgorithm, Verify};

const ALL: [SignatureAlgorithm; 19] = [
    SignatureAlgorithm::EcdsaP256Sha256,
    SignatureAlgorithm::EcdsaP256Sha384,
    SignatureAlgorithm::EcdsaP256Sha512,
    SignatureAlgorithm::EcdsaP384Sha256,
    SignatureAlgorithm::EcdsaP384Sha384,
    SignatureAlgorithm::EcdsaP384Sha512,
    SignatureAlgorithm::EcdsaP521Sha256,
    SignatureAlgorithm::EcdsaP521Sha384,
    SignatureAlgorithm::EcdsaP521Sha512,
    SignatureAlgorithm::Ed25519,
    SignatureAlgorithm::RsaPkcs1Sha256,
    SignatureAlgorithm::RsaPkcs1Sha384,
    SignatureAlgorithm::RsaPkcs1Sha512,
    SignatureAlgorithm::RsaPssSha256,
    SignatureAlgorithm::RsaPssSha384,
    SignatureAlgorithm::RsaPssSha512,
    SignatureAlgorithm::RsaPssPssSha256,
    SignatureAlgorithm::RsaPssPssSha384,
    SignatureAlgorithm::RsaPssPssSha512,
];

pub(super) fn all() -> Vec<Arc<dyn Verify>> {
    ALL.into_iter().map(|algorithm| -> Arc<dyn Verify> { Arc::new(RustVerify(algorithm)) }).collect()
}

struct RustVerify(SignatureAlgorithm);

impl Verify for RustVerify {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.0
    }

    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if !key.is_for(self.0) {
            return Err(CryptoError);
        }
        match self.0 {
            SignatureAlgorithm::EcdsaP256Sha256 => ecdsa_p256(key, &Sha256::digest(message), signature),
            SignatureAlgorithm::EcdsaP256Sha384 => ecdsa_p256(key, &Sha384::digest(message), signature),
            SignatureAlgorithm::EcdsaP256Sha512 => ecdsa_p256(key, &Sha512::digest(message), signature),
            SignatureAlgorithm::EcdsaP384Sha256 => ecdsa_p384(key, &Sha256::digest(message), signature),
            SignatureAlgorithm::EcdsaP384Sha384 => ecdsa_p384(key, &Sha384::digest(message), signature),
            SignatureAlgorithm::EcdsaP384Sha512 => ecdsa_p384(key, &Sha512::digest(message), signature),
            SignatureAlgorithm::EcdsaP521Sha256 => ecdsa_p521(key, &Sha256::digest(message), signature),
            SignatureAlgorithm::EcdsaP521Sha384 => ecdsa_p521(key, &Sha384::digest(message), signature),
            SignatureAlgorithm::EcdsaP521Sha512 => ecdsa_p521(key, &Sha512::digest(message), signature),
            SignatureAlgorithm::Ed25519 => ed25519(key, message, signature),
            SignatureAlgorithm::MlDsa44 | SignatureAlgorithm::MlDsa65 | SignatureAlgorithm::MlDsa87 => {
                Err(CryptoError)
            }
            SignatureAlgorithm::RsaPkcs1Sha256 => {
                rsa(key, Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
            }
            SignatureAlgorithm::RsaPkcs1Sha384 => {
                rsa(key, Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message), signature)
            }
            SignatureAlgorithm::RsaPkcs1Sha512 => {
                rsa(key, Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message), signature)
            }
            //= R-4.3.3-7
            //= R-4.3.3-9
            SignatureAlgorithm::RsaPssSha256 | SignatureAlgorithm::RsaPssPssSha256 => {
                rsa(key, Pss::<Sha256>::new(), &Sha256::digest(message), signature)
            }
            SignatureAlgorithm::RsaPssSha384 | SignatureAlgorithm::RsaPssPssSha384 => {
                rsa(key, Pss::<Sha384>::new(), &Sha384::digest(message), signature)
            }
            SignatureAlgorithm::RsaPssSha512 | SignatureAlgorithm::RsaPssPssSha512 => {
                rsa(key, Pss::<Sha512>::new(), &Sha512::digest(message), signature)
            }
        }
    }
}

fn ecdsa_p256(key: &PublicKey, hash: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key.key_bits()).map_err(|_| CryptoError)?;
    let signature = p256::ecdsa::Signature::from_der(signature).map_err(|_| CryptoError)?;
    key.verify_prehash(hash, &signature).map_err(|_| CryptoError)
}

fn ecdsa_p384(key: &PublicKey, hash: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key.key_bits()).map_err(|_| CryptoError)?;
    let signature = p384::ecdsa::Signature::from_der(signature).map_err(|_| CryptoError)?;
    key.verify_prehash(hash, &signature).map_err(|_| CryptoError)
}

/// The crate wants hashes of half a field element at least, which SHA-256 is not: a number with zeros in front of
/// it is the same.
fn ecdsa_p521(key: &PublicKey, hash: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let mut number = [0; 64];
    let padding = number.len().saturating_sub(hash.len());
    number.get_mut(padding..).ok_or(CryptoError)?.copy_from_slice(hash);
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(key.key_bits()).map_err(|_| CryptoError)?;
    let signature = p521::ecdsa::Signature::from_der(signature).map_err(|_| CryptoError)?;
    key.verify_prehash(&number, &signature).map_err(|_| CryptoError)
}

/// Strictly: keys and commitments of small order are refused, for such a key signs every message at once.
fn ed25519(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = <[u8; 32]>::try_from(key.key_bits()).map_err(|_| CryptoError)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| CryptoError)?;
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| CryptoError)?;
    key.verify_strict(message, &signature).map_err(|_| CryptoError)
}

/// The crate takes moduli of 1024 to 8192 bits and bounds the public exponent.
fn rsa(
    key: &PublicKey,
    scheme: impl SignatureScheme,
    hash: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    if key.strength_bits() > RsaPublicKey::MAX_SIZE {
        return Err(CryptoError);
    }
    let key = RsaPublicKey::from_pkcs1_der(key.key_bits()).map_err(|_| CryptoError)?;
    key.verify(scheme, hash, signature).map_err(|_| CryptoError)
}
