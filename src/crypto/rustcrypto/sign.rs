//! Private keys that sign. What they draw is said in [the provider's documentation](super).

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::Signer;
use p256::ecdsa::signature::hazmat::RandomizedPrehashSigner;
use p256::elliptic_curve::sec1::ToSec1Point;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::traits::SignatureScheme;
use rsa::{Pss, RsaPrivateKey};
use sha2::digest::FixedOutputReset;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::rng::ExpandedSeed;
use crate::crypto::drawn_bytes::DrawnBytes;
use crate::crypto::key::rsa_pss_algorithms;
use crate::crypto::{
    CryptoError, EntropySource, LoadSigningKey, PrivateKeyError, PrivateKeyInfo, PublicKey,
    PublicKeyAlgorithm, Sign, SignatureAlgorithm,
};

pub(super) struct Loader;

impl LoadSigningKey for Loader {
    fn load(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
        let (private_key, algorithm, key_bits) = match key.algorithm() {
            PublicKeyAlgorithm::EcP256 => p256(key.private_key())?,
            PublicKeyAlgorithm::EcP384 => p384(key.private_key())?,
            PublicKeyAlgorithm::EcP521 => p521(key.private_key())?,
            PublicKeyAlgorithm::Ed25519 => ed25519(key.private_key())?,
            PublicKeyAlgorithm::Rsa | PublicKeyAlgorithm::RsaPss => return rsa(key),
            PublicKeyAlgorithm::MlDsa44 | PublicKeyAlgorithm::MlDsa65 | PublicKeyAlgorithm::MlDsa87 => {
                return Err(PrivateKeyError::Unsupported {
                    algorithm: key.algorithm_name(),
                    expected: "EC over P-256, P-384 or P-521, Ed25519, or RSA, and ML-DSA with the feature `ml-dsa`",
                });
            }
        };
        let public_key = PublicKey::from_key_bits(key.algorithm(), &key_bits)?;
        if key.public_key().is_some_and(|stated| *stated != public_key) {
            return Err(PrivateKeyError::Mismatch);
        }
        Ok(Arc::new(SigningKey { private_key, algorithms: vec![algorithm], public_key }))
    }
}

struct SigningKey {
    private_key: PrivateKey,
    algorithms: Vec<SignatureAlgorithm>,
    public_key: PublicKey,
}

enum PrivateKey {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa(RsaPrivateKey),
}

impl Sign for SigningKey {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn algorithms(&self) -> &[SignatureAlgorithm] {
        &self.algorithms
    }

    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<Vec<u8>, CryptoError> {
        if !self.algorithms().contains(&algorithm) {
            return Err(CryptoError);
        }
        match &self.private_key {
            PrivateKey::P256(key) => {
                let mut added = DrawnBytes::<32>::draw(entropy)?;
                let signature: p256::ecdsa::Signature = key
                    .sign_prehash_with_rng(&mut added, &Sha256::digest(message))
                    .map_err(|_| CryptoError)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            PrivateKey::P384(key) => {
                let mut added = DrawnBytes::<48>::draw(entropy)?;
                let signature: p384::ecdsa::Signature = key
                    .sign_prehash_with_rng(&mut added, &Sha384::digest(message))
                    .map_err(|_| CryptoError)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            PrivateKey::P521(key) => {
                let mut added = DrawnBytes::<66>::draw(entropy)?;
                let signature: p521::ecdsa::Signature = key
                    .sign_prehash_with_rng(&mut added, &Sha512::digest(message))
                    .map_err(|_| CryptoError)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            PrivateKey::Ed25519(key) => {
                let signature = key.try_sign(message).map_err(|_| CryptoError)?;
                Ok(signature.to_bytes().to_vec())
            }
            PrivateKey::Rsa(key) => {
                let (_, sign) = RSA_SCHEMES.iter().find(|(name, _)| *name == algorithm).ok_or(CryptoError)?;
                sign(key, message, &mut ExpandedSeed::draw(entropy)?).map_err(|_| CryptoError)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(rustcrypto, {:?})", self.public_key)
    }
}

/// A key, what it signs with, and the bits of its public half.
type Loaded = (PrivateKey, SignatureAlgorithm, Vec<u8>);

fn p256(scalar: &[u8]) -> Result<Loaded, PrivateKeyError> {
    let key = p256::ecdsa::SigningKey::from_slice(scalar).map_err(|_| OUT_OF_RANGE)?;
    let point = key.verifying_key().as_affine().to_sec1_point(false).as_bytes().to_vec();
    Ok((PrivateKey::P256(key), SignatureAlgorithm::EcdsaP256Sha256, point))
}

fn p384(scalar: &[u8]) -> Result<Loaded, PrivateKeyError> {
    let key = p384::ecdsa::SigningKey::from_slice(scalar).map_err(|_| OUT_OF_RANGE)?;
    let point = key.verifying_key().as_affine().to_sec1_point(false).as_bytes().to_vec();
    Ok((PrivateKey::P384(key), SignatureAlgorithm::EcdsaP384Sha384, point))
}

fn p521(scalar: &[u8]) -> Result<Loaded, PrivateKeyError> {
    let key = p521::ecdsa::SigningKey::from_slice(scalar).map_err(|_| OUT_OF_RANGE)?;
    let point = key.verifying_key().as_affine().to_sec1_point(false).as_bytes().to_vec();
    Ok((PrivateKey::P521(key), SignatureAlgorithm::EcdsaP521Sha512, point))
}

const OUT_OF_RANGE: PrivateKeyError =
    PrivateKeyError::Malformed { rule: "an EC private key is a number from 1 to n - 1 (RFC 5915 §3)" };

fn ed25519(seed: &[u8]) -> Result<Loaded, PrivateKeyError> {
    let key = ed25519_dalek::SigningKey::try_from(seed).map_err(|_| PrivateKeyError::Malformed {
        rule: "an Ed25519 private key has 32 bytes (RFC 8410 §7)",
    })?;
    let public_key = key.verifying_key().to_bytes().to_vec();
    Ok((PrivateKey::Ed25519(key), SignatureAlgorithm::Ed25519, public_key))
}

fn rsa(key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let public_key = key.public_key().ok_or(PrivateKeyError::PublicKeyMissing)?.clone();
    if !(2048..=8192).contains(&public_key.strength_bits()) {
        return Err(PrivateKeyError::Unsupported {
            algorithm: key.algorithm_name(),
            expected: "RSA with 2048 to 8192 bits",
        });
    }
    let private_key =
        RsaPrivateKey::from_pkcs1_der(key.private_key()).map_err(|_| PrivateKeyError::Malformed {
            rule: "the numbers of an RSAPrivateKey belong together (RFC 8017 §3.2)",
        })?;
    let algorithms = rsa_pss_algorithms(&public_key);
    Ok(Arc::new(SigningKey { private_key: PrivateKey::Rsa(private_key), algorithms, public_key }))
}

type SignRsa = fn(&RsaPrivateKey, &[u8], &mut ExpandedSeed) -> rsa::Result<Vec<u8>>;

const RSA_SCHEMES: [(SignatureAlgorithm, SignRsa); 6] = [
    (SignatureAlgorithm::RsaPssSha256, pss::<Sha256>),
    (SignatureAlgorithm::RsaPssPssSha256, pss::<Sha256>),
    (SignatureAlgorithm::RsaPssSha384, pss::<Sha384>),
    (SignatureAlgorithm::RsaPssPssSha384, pss::<Sha384>),
    (SignatureAlgorithm::RsaPssSha512, pss::<Sha512>),
    (SignatureAlgorithm::RsaPssPssSha512, pss::<Sha512>),
];

fn pss<H: Digest + FixedOutputReset>(
    key: &RsaPrivateKey,
    message: &[u8],
    rng: &mut ExpandedSeed,
) -> rsa::Result<Vec<u8>> {
    Pss::<H>::new().sign(Some(rng), key, &H::digest(message))
}
