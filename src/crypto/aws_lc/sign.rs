//! Private keys that sign. ECDSA nonces and PSS salts come from the crate's own generator.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::AsRawBytes;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    self as aws_lc_signature, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, PqdsaKeyPair,
    PqdsaSigningAlgorithm, RsaEncoding,
};
use subtle::ConstantTimeEq;

use crate::crypto::key::{MlDsaPrivateKey, SEED_OF_ANOTHER_KEY, rsa_pss_algorithms};
use crate::crypto::{
    CryptoError, EntropySource, LoadSigningKey, PrivateKeyError, PrivateKeyInfo, PublicKey,
    PublicKeyAlgorithm, Sign, SignatureAlgorithm,
};

pub(super) struct Loader;

impl LoadSigningKey for Loader {
    fn load(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
        match key.algorithm() {
            PublicKeyAlgorithm::EcP256 => ecdsa(key, &P256),
            PublicKeyAlgorithm::EcP384 => ecdsa(key, &P384),
            PublicKeyAlgorithm::EcP521 => ecdsa(key, &P521),
            PublicKeyAlgorithm::Ed25519 => ed25519(key),
            PublicKeyAlgorithm::MlDsa44 => {
                ml_dsa(key, &aws_lc_signature::ML_DSA_44_SIGNING, SignatureAlgorithm::MlDsa44)
            }
            PublicKeyAlgorithm::MlDsa65 => {
                ml_dsa(key, &aws_lc_signature::ML_DSA_65_SIGNING, SignatureAlgorithm::MlDsa65)
            }
            PublicKeyAlgorithm::MlDsa87 => {
                ml_dsa(key, &aws_lc_signature::ML_DSA_87_SIGNING, SignatureAlgorithm::MlDsa87)
            }
            PublicKeyAlgorithm::Rsa | PublicKeyAlgorithm::RsaPss => rsa(key),
        }
    }
}

/// A loaded key with what it signs and what it is.
struct SigningKey {
    pair: Pair,
    algorithms: Vec<SignatureAlgorithm>,
    public_key: PublicKey,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    MlDsa(PqdsaKeyPair),
    Rsa(rsa::KeyPair),
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
        _: &mut dyn EntropySource,
    ) -> Result<Vec<u8>, CryptoError> {
        if !self.algorithms.contains(&algorithm) {
            return Err(CryptoError);
        }
        match &self.pair {
            Pair::Ecdsa(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| CryptoError)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::MlDsa(pair) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                pair.sign(message, &mut signature).map_err(|_| CryptoError)?;
                Ok(signature)
            }
            Pair::Rsa(pair) => rsa_pss(pair, algorithm, message),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(aws-lc, {:?})", self.public_key)
    }
}

/// A curve as each part of the crate names it.
struct Curve {
    agreement: &'static agreement::Algorithm,
    signing: &'static EcdsaSigningAlgorithm,
    signs: SignatureAlgorithm,
}

const P256: Curve = Curve {
    agreement: &agreement::ECDH_P256,
    signing: &aws_lc_signature::ECDSA_P256_SHA256_ASN1_SIGNING,
    signs: SignatureAlgorithm::EcdsaP256Sha256,
};
const P384: Curve = Curve {
    agreement: &agreement::ECDH_P384,
    signing: &aws_lc_signature::ECDSA_P384_SHA384_ASN1_SIGNING,
    signs: SignatureAlgorithm::EcdsaP384Sha384,
};
const P521: Curve = Curve {
    agreement: &agreement::ECDH_P521,
    signing: &aws_lc_signature::ECDSA_P521_SHA512_ASN1_SIGNING,
    signs: SignatureAlgorithm::EcdsaP521Sha512,
};

/// The public half is computed; one that is stored beside the private one has to be the same.
fn ecdsa(key: &PrivateKeyInfo, curve: &Curve) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let out_of_range =
        PrivateKeyError::Malformed { rule: "an EC private key is a number from 1 to n - 1 (RFC 5915 §3)" };
    let point = agreement::PrivateKey::from_private_key(curve.agreement, key.private_key())
        .and_then(|private_key| Ok(private_key.compute_public_key()?))
        .map_err(|_| out_of_range)?;
    let public_key = PublicKey::from_key_bits(key.algorithm(), point.as_ref())?;
    if key.public_key().is_some_and(|stated| *stated != public_key) {
        return Err(PrivateKeyError::Mismatch);
    }
    let pair =
        EcdsaKeyPair::from_private_key_and_public_key(curve.signing, key.private_key(), point.as_ref())
            .map_err(|_| PrivateKeyError::Mismatch)?;
    Ok(Arc::new(SigningKey { pair: Pair::Ecdsa(pair), algorithms: vec![curve.signs], public_key }))
}

fn ed25519(key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let pair = Ed25519KeyPair::from_seed_unchecked(key.private_key()).map_err(|_| {
        PrivateKeyError::Malformed { rule: "an Ed25519 private key has 32 bytes (RFC 8410 §7)" }
    })?;
    let public_key = PublicKey::from_key_bits(PublicKeyAlgorithm::Ed25519, pair.public_key().as_ref())?;
    if key.public_key().is_some_and(|stated| *stated != public_key) {
        return Err(PrivateKeyError::Mismatch);
    }
    let algorithms = vec![SignatureAlgorithm::Ed25519];
    Ok(Arc::new(SigningKey { pair: Pair::Ed25519(pair), algorithms, public_key }))
}

/// Where seed and expanded key stand side by side, the one has to give the other (RFC 9881 §8.2).
fn ml_dsa(
    key: &PrivateKeyInfo,
    signing: &'static PqdsaSigningAlgorithm,
    algorithm: SignatureAlgorithm,
) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let malformed = PrivateKeyError::Malformed {
        rule: "the parts of an ML-DSA expandedKey belong together (FIPS 204 §6.1)",
    };
    let parts = MlDsaPrivateKey::from_der(key.algorithm(), key.private_key())?;
    let pair = match (parts.seed, parts.expanded_key) {
        (Some(seed), _) => PqdsaKeyPair::from_seed(signing, seed),
        (None, expanded) => PqdsaKeyPair::from_raw_private_key(signing, expanded.unwrap_or_default()),
    };
    let pair = pair.map_err(|_| malformed.clone())?;
    if let (Some(_), Some(expanded)) = (parts.seed, parts.expanded_key) {
        let of_seed = pair.private_key().as_raw_bytes().map_err(|_| malformed)?;
        if !bool::from(of_seed.as_ref().ct_eq(expanded)) {
            return Err(SEED_OF_ANOTHER_KEY);
        }
    }
    let public_key = PublicKey::from_key_bits(key.algorithm(), pair.public_key().as_ref())?;
    if key.public_key().is_some_and(|stated| *stated != public_key) {
        return Err(PrivateKeyError::Mismatch);
    }
    Ok(Arc::new(SigningKey { pair: Pair::MlDsa(pair), algorithms: vec![algorithm], public_key }))
}

fn rsa(key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let public_key = key.public_key().ok_or(PrivateKeyError::PublicKeyMissing)?.clone();
    if !(2048..=8192).contains(&public_key.strength_bits()) {
        return Err(PrivateKeyError::Unsupported {
            algorithm: key.algorithm_name(),
            expected: "RSA with 2048 to 8192 bits",
        });
    }
    let pair = rsa::KeyPair::from_der(key.private_key()).map_err(|_| PrivateKeyError::Malformed {
        rule: "the numbers of an RSAPrivateKey belong together (RFC 8017 §3.2)",
    })?;
    let algorithms = rsa_pss_algorithms(&public_key);
    Ok(Arc::new(SigningKey { pair: Pair::Rsa(pair), algorithms, public_key }))
}

const ENCODINGS: [(SignatureAlgorithm, &dyn RsaEncoding); 6] = [
    (SignatureAlgorithm::RsaPssSha256, &aws_lc_signature::RSA_PSS_SHA256),
    (SignatureAlgorithm::RsaPssPssSha256, &aws_lc_signature::RSA_PSS_SHA256),
    (SignatureAlgorithm::RsaPssSha384, &aws_lc_signature::RSA_PSS_SHA384),
    (SignatureAlgorithm::RsaPssPssSha384, &aws_lc_signature::RSA_PSS_SHA384),
    (SignatureAlgorithm::RsaPssSha512, &aws_lc_signature::RSA_PSS_SHA512),
    (SignatureAlgorithm::RsaPssPssSha512, &aws_lc_signature::RSA_PSS_SHA512),
];

fn rsa_pss(
    pair: &rsa::KeyPair,
    algorithm: SignatureAlgorithm,
    message: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (_, encoding) = ENCODINGS.iter().find(|(name, _)| *name == algorithm).ok_or(CryptoError)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(*encoding, &SystemRandom::new(), message, &mut signature).map_err(|_| CryptoError)?;
    Ok(signature)
}
