//! Private keys that sign. ECDSA nonces and PSS salts come from ring's own generator.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use ring::rand::SystemRandom;
use ring::rsa;
use ring::signature::{
    self as ring_signature, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding,
};

use crate::crypto::key::rsa_pss_algorithms;
use crate::crypto::{
    CryptoError, EntropySource, LoadSigningKey, PrivateKeyError, PrivateKeyInfo, PublicKey,
    PublicKeyAlgorithm, Sign, SignatureAlgorithm,
};

pub(super) struct Loader;

impl LoadSigningKey for Loader {
    fn load(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
        match key.algorithm() {
            PublicKeyAlgorithm::EcP256 | PublicKeyAlgorithm::EcP384 => ecdsa(key),
            PublicKeyAlgorithm::Ed25519 => ed25519(key),
            PublicKeyAlgorithm::Rsa | PublicKeyAlgorithm::RsaPss => rsa(key),
            PublicKeyAlgorithm::EcP521
            | PublicKeyAlgorithm::MlDsa44
            | PublicKeyAlgorithm::MlDsa65
            | PublicKeyAlgorithm::MlDsa87 => Err(PrivateKeyError::Unsupported {
                algorithm: key.algorithm_name(),
                expected: "EC over P-256 or P-384, Ed25519, or RSA, as ring signs, and ML-DSA with the feature `ml-dsa`",
            }),
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
            Pair::Rsa(pair) => rsa_pss(pair, algorithm, message),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(ring, {:?})", self.public_key)
    }
}

fn ecdsa(key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let (ring, algorithms): (&EcdsaSigningAlgorithm, _) = if key.algorithm() == PublicKeyAlgorithm::EcP384 {
        (&ring_signature::ECDSA_P384_SHA384_ASN1_SIGNING, vec![SignatureAlgorithm::EcdsaP384Sha384])
    } else {
        (&ring_signature::ECDSA_P256_SHA256_ASN1_SIGNING, vec![SignatureAlgorithm::EcdsaP256Sha256])
    };
    let public_key = key.public_key().ok_or(PrivateKeyError::PublicKeyMissing)?.clone();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        ring,
        key.private_key(),
        public_key.key_bits(),
        &SystemRandom::new(),
    )
    .map_err(|_| PrivateKeyError::Mismatch)?;
    Ok(Arc::new(SigningKey { pair: Pair::Ecdsa(pair), algorithms, public_key }))
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

fn rsa(key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let public_key = key.public_key().ok_or(PrivateKeyError::PublicKeyMissing)?.clone();
    if !(2048..=4096).contains(&public_key.strength_bits()) {
        return Err(PrivateKeyError::Unsupported {
            algorithm: key.algorithm_name(),
            expected: "RSA with 2048 to 4096 bits, as ring signs",
        });
    }
    let pair = rsa::KeyPair::from_der(key.private_key()).map_err(|_| PrivateKeyError::Malformed {
        rule: "the numbers of an RSAPrivateKey belong together (RFC 8017 §3.2), its primes have half the \
               bits of the modulus each, and its public exponent is at least 65537, as ring signs",
    })?;
    let algorithms = rsa_pss_algorithms(&public_key);
    Ok(Arc::new(SigningKey { pair: Pair::Rsa(pair), algorithms, public_key }))
}

const ENCODINGS: [(SignatureAlgorithm, &dyn RsaEncoding); 6] = [
    (SignatureAlgorithm::RsaPssSha256, &ring_signature::RSA_PSS_SHA256),
    (SignatureAlgorithm::RsaPssPssSha256, &ring_signature::RSA_PSS_SHA256),
    (SignatureAlgorithm::RsaPssSha384, &ring_signature::RSA_PSS_SHA384),
    (SignatureAlgorithm::RsaPssPssSha384, &ring_signature::RSA_PSS_SHA384),
    (SignatureAlgorithm::RsaPssSha512, &ring_signature::RSA_PSS_SHA512),
    (SignatureAlgorithm::RsaPssPssSha512, &ring_signature::RSA_PSS_SHA512),
];

fn rsa_pss(
    pair: &rsa::KeyPair,
    algorithm: SignatureAlgorithm,
    message: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (_, encoding) = ENCODINGS.iter().find(|(name, _)| *name == algorithm).ok_or(CryptoError)?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(*encoding, &SystemRandom::new(), message, &mut signature).map_err(|_| CryptoError)?;
    Ok(signature)
}
