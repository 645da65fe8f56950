//! A memory of verified signatures that many connections share.

use core::fmt;
use std::sync::MutexGuard;

use super::sharded::Sharded;
use crate::crypto::CryptoProvider;
use crate::pki::{SignatureCache, SignatureError, SignatureId, SignedData, VerifySignature};

/// A [`SignatureCache`] in shards, each behind a lock of its own; none is held while a signature is verified.
///
/// Validity, constraints, policies and revocation are judged anew for each connection.
pub struct SharedSignatureCache {
    shards: Sharded<SignatureCache>,
}

impl SharedSignatureCache {
    /// Room for about so many signatures; each takes about 200 bytes.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { shards: Sharded::new(capacity, SignatureCache::new) }
    }

    /// Signatures remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.sum(SignatureCache::len)
    }

    /// Is none remembered?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, signature: &SignatureId) -> Option<MutexGuard<'_, SignatureCache>> {
        let [first, ..] = signature.signed.0;
        self.shards.shard(first)
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
