//! A provider is a table of implementations.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{
    Aead, AeadAlgorithm, CryptoError, Hash, HashAlgorithm, Hkdf, Hybrid, KeyExchange, KeyExchangeAlgorithm,
    LoadSigningKey, LoadStaticKey, PrivateKeyError, PrivateKeyInfo, Sign, SignatureAlgorithm, StaticKey,
    Verify,
};

/// What a config computes with: implementations by role, in order of preference; the first one that has an
/// algorithm serves it. Mix providers by operation with [`with`](Self::with), or by putting one's implementations
/// before another's: X25519 and RSA from AWS-LC, for instance, and the rest from ring.
#[derive(Clone, Default)]
pub struct CryptoProvider {
    /// Name for logs.
    pub name: &'static str,
    /// Does any of them draw randomness of its own, beside the connection's entropy? Then a run replays only
    /// from a record made at this seam. Whoever mixes providers sets it for the mixture.
    pub draws_its_own_randomness: bool,
    /// Hash functions.
    pub hashes: Vec<Arc<dyn Hash>>,
    /// HMAC and HKDF.
    pub hkdfs: Vec<Arc<dyn Hkdf>>,
    /// AEADs.
    pub aeads: Vec<Arc<dyn Aead>>,
    /// Key exchanges.
    pub key_exchanges: Vec<Arc<dyn KeyExchange>>,
    /// Loaders of private keys of key exchanges that are kept, for a server's Encrypted Client Hello.
    pub static_key_loaders: Vec<Arc<dyn LoadStaticKey>>,
    /// Verifiers of signatures.
    pub verifiers: Vec<Arc<dyn Verify>>,
    /// Loaders of private keys; the first that takes a key serves it.
    pub signing_key_loaders: Vec<Arc<dyn LoadSigningKey>>,
}

impl CryptoProvider {
    /// The hash function of this algorithm.
    #[must_use]
    pub fn hash(&self, algorithm: HashAlgorithm) -> Option<&Arc<dyn Hash>> {
        self.hashes.iter().find(|hash| hash.algorithm() == algorithm)
    }

    /// HKDF over this hash.
    #[must_use]
    pub fn hkdf(&self, hash: HashAlgorithm) -> Option<&Arc<dyn Hkdf>> {
        self.hkdfs.iter().find(|hkdf| hkdf.hash_algorithm() == hash)
    }

    /// The AEAD of this algorithm.
    #[must_use]
    pub fn aead(&self, algorithm: AeadAlgorithm) -> Option<&Arc<dyn Aead>> {
        self.aeads.iter().find(|aead| aead.algorithm() == algorithm)
    }

    /// The key exchange of this algorithm.
    #[must_use]
    pub fn key_exchange(&self, algorithm: KeyExchangeAlgorithm) -> Option<&Arc<dyn KeyExchange>> {
        self.key_exchanges.iter().find(|exchange| exchange.algorithm() == algorithm)
    }

    /// The same, with each [`Hybrid`] that nobody here does and whose parts are here.
    #[must_use]
    pub fn with_hybrids(mut self) -> Self {
        for algorithm in KeyExchangeAlgorithm::HYBRIDS {
            let made =
                self.key_exchange(algorithm).is_none().then(|| Hybrid::of(algorithm, &self.key_exchanges));
            self.key_exchanges.extend(made.flatten().map(|hybrid| Arc::new(hybrid) as Arc<dyn KeyExchange>));
        }
        self
    }

    /// The same with ML-KEM, if that is compiled in, and its hybrids.
    #[cfg(any(feature = "ring", feature = "rustcrypto"))]
    pub(super) fn with_ml_kem(self) -> Self {
        #[cfg(feature = "ml-kem")]
        let this = {
            let mut this = self;
            this.key_exchanges.extend(super::ml_kem::all());
            this
        };
        #[cfg(not(feature = "ml-kem"))]
        let this = self;
        this.with_hybrids()
    }

    /// The same with ML-DSA, if that is compiled in.
    ///
    /// Its loader comes first, so that keys of other kinds are refused in the words of the provider's own.
    #[cfg(any(feature = "ring", feature = "rustcrypto"))]
    pub(super) fn with_ml_dsa(self) -> Self {
        #[cfg(feature = "ml-dsa")]
        let this = {
            let mut this = self;
            this.verifiers.extend(super::ml_dsa::verifiers());
            this.signing_key_loaders.insert(0, super::ml_dsa::loader());
            this
        };
        #[cfg(not(feature = "ml-dsa"))]
        let this = self;
        this
    }

    /// Loads a private key of a key exchange that is kept; see [`LoadStaticKey::load`].
    ///
    /// # Errors
    /// [`CryptoError`] if no loader has the algorithm, or `private_key` is none.
    pub fn load_static_key(
        &self,
        algorithm: KeyExchangeAlgorithm,
        private_key: &[u8],
    ) -> Result<Arc<dyn StaticKey>, CryptoError> {
        self.static_key_loader(algorithm).ok_or(CryptoError)?.load(private_key)
    }

    /// The loader of private keys of this key exchange that are kept.
    #[must_use]
    pub fn static_key_loader(&self, algorithm: KeyExchangeAlgorithm) -> Option<&Arc<dyn LoadStaticKey>> {
        self.static_key_loaders.iter().find(|loader| loader.algorithm() == algorithm)
    }

    /// The verifier of this algorithm.
    #[must_use]
    pub fn verifier(&self, algorithm: SignatureAlgorithm) -> Option<&Arc<dyn Verify>> {
        self.verifiers.iter().find(|verifier| verifier.algorithm() == algorithm)
    }

    /// Loads a private key with the first loader that takes it.
    ///
    /// # Errors
    /// The first refusal that says more than [`PrivateKeyError::Unsupported`], else the last.
    pub fn load_signing_key(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
        let mut refusal = PrivateKeyError::Unsupported {
            algorithm: key.algorithm_name(),
            expected: "a crypto provider that loads private keys",
        };
        for loader in &self.signing_key_loaders {
            match loader.load(key) {
                Ok(signing_key) => return Ok(signing_key),
                Err(error) if matches!(refusal, PrivateKeyError::Unsupported { .. }) => refusal = error,
                Err(_) => {}
            }
        }
        Err(refusal)
    }
}

impl fmt::Debug for CryptoProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hashes = self.hashes.iter().map(|hash| hash.algorithm());
        let aeads = self.aeads.iter().map(|aead| aead.algorithm());
        let key_exchanges = self.key_exchanges.iter().map(|exchange| exchange.algorithm());
        let verifiers = self.verifiers.iter().map(|verifier| verifier.algorithm());
        f.debug_struct("CryptoProvider")
            .field("name", &self.name)
            .field("draws_its_own_randomness", &self.draws_its_own_randomness)
            .field("hashes", &hashes.collect::<Vec<_>>())
            .field("aeads", &aeads.collect::<Vec<_>>())
            .field("key_exchanges", &key_exchanges.collect::<Vec<_>>())
            .field("verifiers", &verifiers.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
