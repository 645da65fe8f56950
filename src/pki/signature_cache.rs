//! Signatures verified before.

use alloc::collections::{BTreeSet, VecDeque};
use core::cell::RefCell;

use super::signature::{SignatureError, SignedData, VerifySignature};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::identity::Sha256Digest;

/// A bounded memory of signatures that have verified, so that a chain seen again costs hashes in place of
/// public key operations.
///
/// What is remembered are the digests of the issuer's key and of the certificate, or of what else was signed with
/// algorithm and signature: nothing else can stand in for it. Validity, constraints, policies and revocation are judged anew each time. Refusals are not
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
    verified: BTreeSet<SignatureId>,
    by_age: VecDeque<SignatureId>,
}

/// What names a signature with all that it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SignatureId {
    /// Of the SubjectPublicKeyInfo.
    key: Sha256Digest,
    /// Of the whole certificate, or of the parts of something else.
    pub(crate) signed: Sha256Digest,
}

/// A verifier that asks a [`SignatureCache`] first.
pub struct CachedVerifier<'a> {
    cache: RefCell<&'a mut SignatureCache>,
    verifier: &'a dyn VerifySignature,
    provider: &'a CryptoProvider,
}

impl SignatureCache {
    /// A memory of so many signatures; each takes about 200 bytes.
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

    /// Has this signature verified?
    pub(crate) fn contains(&self, signature: &SignatureId) -> bool {
        self.verified.contains(signature)
    }

    /// Remembers a signature that has verified.
    pub(crate) fn remember(&mut self, signature: SignatureId) {
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
        let Some(id) = signed.id(self.provider) else {
            return self.verifier.verify_signature(signed);
        };
        if self.cache.borrow().contains(&id) {
            return Ok(());
        }
        self.verifier.verify_signature(signed)?;
        self.cache.borrow_mut().remember(id);
        Ok(())
    }
}

impl SignedData<'_> {
    /// `None` if the provider has no SHA-256.
    pub(crate) fn id(&self, provider: &CryptoProvider) -> Option<SignatureId> {
        match self.certificate_and_issuer {
            Some((certificate, issuer)) => {
                Some(SignatureId { key: issuer.key_sha256(provider)?, signed: certificate.sha256(provider)? })
            }
            None => Some(SignatureId {
                key: Sha256Digest::of(self.subject_public_key_info, provider)?,
                signed: self.sha256_of_parts(provider)?,
            }),
        }
    }

    /// What is hashed begins with an octet 0, so it is no certificate.
    fn sha256_of_parts(&self, provider: &CryptoProvider) -> Option<Sha256Digest> {
        let mut running = provider.hash(HashAlgorithm::Sha256)?.start();
        let parts: [&[u8]; 5] = [
            self.algorithm.algorithm.contents(),
            self.algorithm.parameters.unwrap_or_default(),
            self.key_parameters.unwrap_or_default(),
            self.message,
            self.signature,
        ];
        // Each part with its length, so that no bytes can move from one to the next.
        for part in parts {
            running.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            running.update(part);
        }
        <[u8; 32]>::try_from(&*running.current()).ok().map(Sha256Digest)
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
            certificate_and_issuer: None,
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
