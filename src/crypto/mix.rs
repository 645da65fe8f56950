//! Mixing providers, operation by operation.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{
    AeadAlgorithm, CryptoProvider, HashAlgorithm, KeyExchangeAlgorithm, LoadSigningKey, PrivateKeyError,
    PrivateKeyInfo, PublicKeyAlgorithm, Sign,
};

/// What can be taken from another provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// A hash function, with HMAC and HKDF over it.
    Hash(HashAlgorithm),
    /// An AEAD.
    Aead(AeadAlgorithm),
    /// A key exchange, with private keys of it that are kept. A hybrid that is there already keeps the parts it has.
    KeyExchange(KeyExchangeAlgorithm),
    /// Verifying with keys of this kind, and loading and signing with them.
    Signature(PublicKeyAlgorithm),
}

impl CryptoProvider {
    /// This provider, but for these operations, which `other` serves where it has them.
    ///
    /// The mixture draws its own randomness if either does; whoever knows better sets
    /// [`draws_its_own_randomness`](Self::draws_its_own_randomness), and [`name`](Self::name).
    ///
    /// X25519 and RSA from AWS-LC, the rest from ring:
    ///
    /// ```
    /// # #[cfg(all(feature = "ring", feature = "aws-lc"))] {
    /// use handfast::crypto::{KeyExchangeAlgorithm, Operation, PublicKeyAlgorithm, aws_lc, ring};
    ///
    /// let operations =
    ///     [Operation::KeyExchange(KeyExchangeAlgorithm::X25519), Operation::Signature(PublicKeyAlgorithm::Rsa)];
    /// let mut provider = ring::provider().with(&aws_lc::provider(), &operations);
    /// provider.name = "ring, with X25519 and RSA from aws-lc";
    /// # }
    /// ```
    #[must_use]
    pub fn with(mut self, other: &Self, operations: &[Operation]) -> Self {
        for operation in operations {
            match *operation {
                Operation::Hash(algorithm) => {
                    put_first(&mut self.hashes, other.hash(algorithm));
                    put_first(&mut self.hkdfs, other.hkdf(algorithm));
                }
                Operation::Aead(algorithm) => put_first(&mut self.aeads, other.aead(algorithm)),
                Operation::KeyExchange(algorithm) => {
                    put_first(&mut self.key_exchanges, other.key_exchange(algorithm));
                    put_first(&mut self.static_key_loaders, other.static_key_loader(algorithm));
                }
                Operation::Signature(key) => self.take_signatures(other, key),
            }
        }
        self.draws_its_own_randomness |= other.draws_its_own_randomness;
        self
    }

    fn take_signatures(&mut self, other: &Self, key: PublicKeyAlgorithm) {
        let verifiers = other.verifiers.iter().filter(|verifier| verifier.algorithm().key_algorithm() == key);
        self.verifiers.splice(0..0, verifiers.cloned());
        let only = |loader: &Arc<dyn LoadSigningKey>| -> Arc<dyn LoadSigningKey> {
            Arc::new(LoadOnly { key, loader: Arc::clone(loader) })
        };
        self.signing_key_loaders.splice(0..0, other.signing_key_loaders.iter().map(only));
    }
}

fn put_first<T: ?Sized>(list: &mut Vec<Arc<T>>, taken: Option<&Arc<T>>) {
    list.splice(0..0, taken.cloned());
}

/// A loader that takes keys of one kind.
struct LoadOnly {
    key: PublicKeyAlgorithm,
    loader: Arc<dyn LoadSigningKey>,
}

impl LoadSigningKey for LoadOnly {
    fn load(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
        if key.algorithm() == self.key {
            return self.loader.load(key);
        }
        Err(PrivateKeyError::Unsupported {
            algorithm: key.algorithm_name(),
            expected: "a kind of key that was taken from this provider",
        })
    }
}
