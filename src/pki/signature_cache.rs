//! Signatures verified before.

use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::cell::RefCell;

use super::signature::{SignatureError, SignedData, VerifySignature};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::identity::Sha256Digest;

/// A bounded memory of signatures that have verified, so that a chain seen again costs hashes in place of
/// public key operations.
///
/// What is remembered is a digest of issuer key, algorithm, message and signature together: nothing else can
/// stand in for it. Validity, constraints, policies and revocation are judged anew each time. Refusals are not
/// remembered. The oldest entry goes first.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use handfast::pki::SignatureCache;
/// let mut cache = SignatureCache::new(1024);
/// let provider = handfast::crypto::ring::provider();
/// let verifier = cache.verifier(&provider, &provider);
/// // judgement.verifier = Some(&verifier);
/// # let _ = verifier; }
/// ```
#[derive(Clone, Debug, Default)]
pub struct SignatureCache {
    capacity: usize,
    verified: BTreeSet<Sha256Digest>,
    by_age: VecDeque<Sha256Digest>,
}

/// A verifier that asks a [`SignatureCache`] first.
pub struct CachedVerifier<'a> {
    cache: RefCell<&'a mut SignatureCache>,
    verifier: &'a dyn VerifySignature,
    provider: &'a CryptoProvider,
}

impl SignatureCache {
    /// A memory of so many signatures; each takes about 100 bytes.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { capacity, verified: BTreeSet::new(), by_age: VecDeque::new() }
    }

    /// Signatures remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.verified.len()
    }

    /// Is none remembered?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.verified.is_empty()
    }

    /// A verifier that asks this memory before `verifier`; `provider` has the SHA-256.
    pub fn verifier<'a>(
        &'a mut self,
        verifier: &'a dyn VerifySignature,
        provider: &'a CryptoProvider,
    ) -> CachedVerifier<'a> {
        CachedVerifier { cache: RefCell::new(self), verifier, provider }
    }

    /// Has a signature of this digest verified?
    pub(crate) fn contains(&self, signature: &Sha256Digest) -> bool {
        self.verified.contains(signature)
    }

    /// Remembers a signature that has verified.
    pub(crate) fn remember(&mut self, signature: Sha256Digest) {
        if self.capacity == 0 || !self.verified.insert(signature) {
            return;
        }
        self.by_age.push_back(signature);
        if self.by_age.len() > self.capacity
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.verified.remove(&oldest);
        }
    }
}

impl VerifySignature for CachedVerifier<'_> {
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
        let Some(digest) = signed.sha256(self.provider) else {
            return self.verifier.verify_signature(signed);
        };
        if self.cache.borrow().contains(&digest) {
            return Ok(());
        }
        self.verifier.verify_signature(signed)?;
        self.cache.borrow_mut().remember(digest);
        Ok(())
    }
}

impl SignedData<'_> {
    /// What names a signature with all that it rests on; `None` if the provider has no SHA-256.
    pub(crate) fn sha256(&self, provider: &CryptoProvider) -> Option<Sha256Digest> {
        let mut running = provider.hash(HashAlgorithm::Sha256)?.start();
        let parts: [&[u8]; 6] = [
            self.algorithm.algorithm.contents(),
            self.algorithm.parameters.unwrap_or_default(),
            self.key_parameters.unwrap_or_default(),
            self.subject_public_key_info,
            self.message,
            self.signature,
        ];
        // Each part with its length, so that no bytes can move from one to the next.
        let length = |part: &&[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
        running.update(&parts.iter().flat_map(length).collect::<Vec<u8>>());
        parts.iter().for_each(|part| running.update(part));
        <[u8; 32]>::try_from(running.current().as_ref()).ok().map(Sha256Digest)
    }
}

#[cfg(all(test, feature = "ring"))]
mod tests {
    use super::*;
    use crate::pki::asn1::known;
    use crate::pki::certificate::AlgorithmIdentifier;
    use core::cell::Cell;

    /// Accepts signatures that are not empty, and counts.
    struct Counting(Cell<usize>);

    impl VerifySignature for Counting {
        fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
            self.0.set(self.0.get() + 1);
            if signed.signature.is_empty() { Err(SignatureError::BadSignature) } else { Ok(()) }
        }
    }

    fn signed<'a>(message: &'a [u8], signature: &'a [u8]) -> SignedData<'a> {
        SignedData {
            algorithm: AlgorithmIdentifier { algorithm: known::ED25519, parameters: None },
            key_parameters: None,
            subject_public_key_info: b"key",
            message,
            signature,
        }
    }

    #[test]
    fn a_signature_is_verified_once_and_a_refusal_each_time() {
        let provider = crate::crypto::ring::provider();
        let counting = Counting(Cell::new(0));
        let mut cache = SignatureCache::new(8);
        let verifier = cache.verifier(&counting, &provider);
        for _ in 0..3 {
            assert_eq!(verifier.verify_signature(&signed(b"m", b"s")), Ok(()));
        }
        assert_eq!(counting.0.get(), 1);
        for _ in 0..2 {
            assert!(verifier.verify_signature(&signed(b"m", b"")).is_err());
        }
        assert_eq!(counting.0.get(), 3);
        // The same bytes, cut elsewhere.
        assert_eq!(verifier.verify_signature(&signed(b"", b"ms")), Ok(()));
        assert_eq!(counting.0.get(), 4);
    }

    #[test]
    fn the_memory_stays_within_its_capacity_and_the_oldest_goes_first() {
        let provider = crate::crypto::ring::provider();
        let counting = Counting(Cell::new(0));
        let mut cache = SignatureCache::new(2);
        for message in [b"a", b"b", b"c"] {
            let verifier = cache.verifier(&counting, &provider);
            assert_eq!(verifier.verify_signature(&signed(message, b"s")), Ok(()));
        }
        assert_eq!(cache.len(), 2);
        let verifier = cache.verifier(&counting, &provider);
        assert_eq!(verifier.verify_signature(&signed(b"c", b"s")), Ok(()));
        assert_eq!(counting.0.get(), 3);
        assert_eq!(verifier.verify_signature(&signed(b"a", b"s")), Ok(()));
        assert_eq!(counting.0.get(), 4);
    }
}
