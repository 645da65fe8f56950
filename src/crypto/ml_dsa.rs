//! ML-DSA (FIPS 204) with an empty context, on [ml-dsa](https://docs.rs/ml-dsa), which draws nothing of its own: for
//! every provider that has none.
//!
//! | operation | what it draws as [`Purpose::Signature`](super::Purpose::Signature) |
//! |---|---|
//! | signature | 32 bytes: `rnd` of ML-DSA.Sign, the hedged variant |
//! | all else | nothing |
//!
//! The crate is safe Rust and intends to run in time that does not depend on secrets, but for how often signing begins
//! again, which FIPS 204 has so; it was never audited. It wipes its keys when they are dropped.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use ml_dsa::{
    EncodedVerifyingKey, ExpandedSigningKey, ExpandedSigningKeyBytes, KeyExport, MlDsa44, MlDsa65, MlDsa87,
    MlDsaParams, Seed, Signature, SigningKey, Verifier, VerifyingKey,
};

use super::drawn_bytes::DrawnBytes;
use super::key::{MlDsaPrivateKey, SEED_OF_ANOTHER_KEY};
use super::{
    CryptoError, EntropySource, LoadSigningKey, PrivateKeyError, PrivateKeyInfo, PublicKey,
    PublicKeyAlgorithm, Sign, SignatureAlgorithm, Verify,
};

/// Verifying with ML-DSA-44, ML-DSA-65 and ML-DSA-87.
#[must_use]
pub fn verifiers() -> Vec<Arc<dyn Verify>> {
    vec![
        Arc::new(VerifyMlDsa { algorithm: SignatureAlgorithm::MlDsa44, verify: verify::<MlDsa44> }),
        Arc::new(VerifyMlDsa { algorithm: SignatureAlgorithm::MlDsa65, verify: verify::<MlDsa65> }),
        Arc::new(VerifyMlDsa { algorithm: SignatureAlgorithm::MlDsa87, verify: verify::<MlDsa87> }),
    ]
}

/// Loads private keys of ML-DSA-44, ML-DSA-65 and ML-DSA-87: a seed, an expanded key, or both (RFC 9881 §6).
#[must_use]
pub fn loader() -> Arc<dyn LoadSigningKey> {
    Arc::new(Loader)
}

/// By the bits of the key, of the message, and the signature.
type VerifyBytes = fn(&[u8], &[u8], &[u8]) -> Result<(), CryptoError>;

struct VerifyMlDsa {
    algorithm: SignatureAlgorithm,
    verify: VerifyBytes,
}

impl Verify for VerifyMlDsa {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if !key.is_for(self.algorithm) {
            return Err(CryptoError);
        }
        (self.verify)(key.key_bits(), message, signature)
    }
}

fn verify<P: MlDsaParams>(key_bits: &[u8], message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let key = EncodedVerifyingKey::<P>::try_from(key_bits).map_err(|_| CryptoError)?;
    let signature = Signature::<P>::try_from(signature).map_err(|_| CryptoError)?;
    VerifyingKey::<P>::decode(&key).verify(message, &signature).map_err(|_| CryptoError)
}

struct Loader;

impl LoadSigningKey for Loader {
    fn load(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
        match key.algorithm() {
            PublicKeyAlgorithm::MlDsa44 => load::<MlDsa44>(key, SignatureAlgorithm::MlDsa44),
            PublicKeyAlgorithm::MlDsa65 => load::<MlDsa65>(key, SignatureAlgorithm::MlDsa65),
            PublicKeyAlgorithm::MlDsa87 => load::<MlDsa87>(key, SignatureAlgorithm::MlDsa87),
            PublicKeyAlgorithm::EcP256
            | PublicKeyAlgorithm::EcP384
            | PublicKeyAlgorithm::EcP521
            | PublicKeyAlgorithm::Ed25519
            | PublicKeyAlgorithm::Rsa
            | PublicKeyAlgorithm::RsaPss => Err(PrivateKeyError::Unsupported {
                algorithm: key.algorithm_name(),
                expected: "ML-DSA-44, ML-DSA-65 or ML-DSA-87",
            }),
        }
    }
}

/// Where seed and expanded key stand side by side, the one has to give the other (RFC 9881 §8.2).
fn load<P: MlDsaParams + 'static>(
    key: &PrivateKeyInfo,
    algorithm: SignatureAlgorithm,
) -> Result<Arc<dyn Sign>, PrivateKeyError> {
    let parts = MlDsaPrivateKey::from_der(key.algorithm(), key.private_key())?;
    let expanded = parts.expanded_key.map(expanded::<P>).transpose()?;
    let private_key = match (parts.seed.map(from_seed::<P>).transpose()?, expanded) {
        (Some(of_seed), Some(expanded)) if of_seed != expanded => return Err(SEED_OF_ANOTHER_KEY),
        (Some(of_seed), _) => of_seed,
        (None, Some(expanded)) => expanded,
        (None, None) => return Err(BELONGS_TOGETHER),
    };
    let verifying_key = private_key.verifying_key();
    if parts.seed.is_none() {
        // What the expanded key says of its public key is nothing that the crate has looked at.
        let signature = private_key.sign_deterministic(&[], &[]).map_err(|_| BELONGS_TOGETHER)?;
        verifying_key.verify(&[], &signature).map_err(|_| BELONGS_TOGETHER)?;
    }
    let public_key = PublicKey::from_key_bits(key.algorithm(), &verifying_key.to_bytes())?;
    if key.public_key().is_some_and(|stated| *stated != public_key) {
        return Err(PrivateKeyError::Mismatch);
    }
    Ok(Arc::new(MlDsaKey { private_key, algorithms: [algorithm], public_key }))
}

const BELONGS_TOGETHER: PrivateKeyError = PrivateKeyError::Malformed {
    rule: "the parts of an ML-DSA expandedKey belong together (FIPS 204 §6.1)",
};

fn from_seed<P: MlDsaParams>(seed: &[u8]) -> Result<ExpandedSigningKey<P>, PrivateKeyError> {
    let seed = Seed::try_from(seed).map_err(|_| BELONGS_TOGETHER)?;
    Ok(SigningKey::<P>::from_seed(&seed).expanded_key().clone())
}

#[expect(deprecated, reason = "it wants coefficients in their ranges, which MlDsaPrivateKey has seen to")]
fn expanded<P: MlDsaParams>(expanded: &[u8]) -> Result<ExpandedSigningKey<P>, PrivateKeyError> {
    let expanded = ExpandedSigningKeyBytes::<P>::try_from(expanded).map_err(|_| BELONGS_TOGETHER)?;
    Ok(ExpandedSigningKey::from_expanded(&expanded))
}

struct MlDsaKey<P: MlDsaParams> {
    private_key: ExpandedSigningKey<P>,
    algorithms: [SignatureAlgorithm; 1],
    public_key: PublicKey,
}

impl<P: MlDsaParams> Sign for MlDsaKey<P> {
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
        if !self.algorithms.contains(&algorithm) {
            return Err(CryptoError);
        }
        let mut rnd = DrawnBytes::<32>::draw(entropy)?;
        let signature = self.private_key.sign_randomized(message, &[], &mut rnd).map_err(|_| CryptoError)?;
        Ok(signature.encode().to_vec())
    }
}

impl<P: MlDsaParams> fmt::Debug for MlDsaKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MlDsaKey({:?})", self.public_key)
    }
}
