//! A memory of verified signatures that many connections share.

use alloc::vec::Vec;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::crypto::CryptoProvider;
use crate::pki::{SignatureCache, SignatureError, SignatureId, SignedData, VerifySignature};

/// How many locks there are: connections that come at once seldom want the same one.
const SHARDS: usize = 16;

/// A [`SignatureCache`] in shards, each behind a lock of its own; none is held while a signature is verified.
///
/// Validity, constraints, policies and revocation are judged anew for each connection.
pub struct SharedSignatureCache {
    shards: Vec<Mutex<SignatureCache>>,
}

impl SharedSignatureCache {
    /// Room for about so many signatures; each takes about 200 bytes.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let shard = || Mutex::new(SignatureCache::new(capacity.div_ceil(SHARDS)));
        Self { shards: core::iter::repeat_with(shard).take(SHARDS).collect() }
    }

    /// Signatures remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Is none remembered?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, signature: &SignatureId) -> Option<MutexGuard<'_, SignatureCache>> {
        let [first, ..] = signature.signed.0;
        let shard = self.shards.get(usize::from(first) % SHARDS)?;
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for SharedSignatureCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedSignatureCache({} signatures)", self.len())
    }
}

/// A verifier that asks the memory before the provider.
pub(super) struct Remembering<'a> {
    pub(super) cache: &'a SharedSignatureCache,
    pub(super) crypto: &'a CryptoProvider,
}

impl VerifySignature for Remembering<'_> {
    fn verify_signature(&self, signed: &SignedData<'_>) -> Result<(), SignatureError> {
        let id = signed.id(self.crypto);
        let known = |id| self.cache.shard(id).is_some_and(|shard| shard.contains(id));
        if id.as_ref().is_some_and(known) {
            return Ok(());
        }
        self.crypto.verify_signature(signed)?;
        if let Some((id, mut shard)) = id.and_then(|id| Some((id, self.cache.shard(&id)?))) {
            shard.remember(id);
        }
        Ok(())
    }
}
