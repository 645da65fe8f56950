//! Raw public keys that a config trusts (RFC 7250).

use alloc::collections::BTreeSet;
use core::fmt;

use crate::crypto::{CryptoProvider, PublicKey, PublicKeyError};
use crate::identity::Sha256Digest;
use crate::pem::{self, PemError};

/// Public keys that are trusted as they are, with no certificate that says whose they are (RFC 7250).
///
/// Each is known by the SHA-256 of its SubjectPublicKeyInfo. A key that is taken out of the set is refused from then
/// on, and so are the sessions that it began; those of the others go on.
///
/// A raw key names nobody. Where several peers are trusted, whoever asks for one of them can be led to another, which
/// then answers for itself (RFC 9846 §F.9): a client that wants a certain one expects it by
/// [`ExpectedPeer::pinned_public_key`](crate::identity::ExpectedPeer::pinned_public_key).
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use handfast::connection::{RawPublicKeys, Trust};
/// use handfast::identity::Sha256Digest;
///
/// let keys = RawPublicKeys::new().with_digest(Sha256Digest([0x5a; 32]));
/// let trust = Trust::raw_public_keys(keys);
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawPublicKeys {
    digests: BTreeSet<Sha256Digest>,
}

/// Why a text or bytes give no raw public key to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawPublicKeyError {
    /// It is no PEM.
    Pem(PemError),
    /// It has no block "BEGIN PUBLIC KEY".
    NoPublicKey,
    /// The key cannot be read, or is none that we can use.
    PublicKey(PublicKeyError),
    /// The provider has no SHA-256.
    NoSha256,
}

impl RawPublicKeys {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { digests: BTreeSet::new() }
    }

    /// And the key whose SubjectPublicKeyInfo in DER has this SHA-256.
    #[must_use]
    pub fn with_digest(mut self, digest: Sha256Digest) -> Self {
        self.digests.insert(digest);
        self
    }

    /// And the key of this SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// [`RawPublicKeyError`] if it is none, or of an algorithm that we do not have.
    pub fn with_spki(self, spki: &[u8], crypto: &CryptoProvider) -> Result<Self, RawPublicKeyError> {
        PublicKey::from_spki(spki).map_err(RawPublicKeyError::PublicKey)?;
        Sha256Digest::of(spki, crypto)
            .map(|digest| self.with_digest(digest))
            .ok_or(RawPublicKeyError::NoSha256)
    }

    /// And all keys of a PEM text, as blocks "BEGIN PUBLIC KEY".
    ///
    /// # Errors
    /// [`RawPublicKeyError`] if the text is broken, has no key, or one that we cannot use.
    pub fn with_pem(
        mut self,
        text: impl AsRef<[u8]>,
        crypto: &CryptoProvider,
    ) -> Result<Self, RawPublicKeyError> {
        let mut is_empty = true;
        for block in pem::blocks(text.as_ref()) {
            let block = block.map_err(RawPublicKeyError::Pem)?;
            if block.label == "PUBLIC KEY" {
                let spki = block.decode().map_err(RawPublicKeyError::Pem)?;
                self = self.with_spki(&spki, crypto)?;
                is_empty = false;
            }
        }
        if is_empty { Err(RawPublicKeyError::NoPublicKey) } else { Ok(self) }
    }

    /// Is the key with this SHA-256 trusted?
    #[must_use]
    pub fn contains(&self, digest: &Sha256Digest) -> bool {
        self.digests.contains(digest)
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The SHA-256 of each, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = &Sha256Digest> {
        self.digests.iter()
    }
}

impl fmt::Display for RawPublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(error) => error.fmt(f),
            Self::NoPublicKey => f.write_str("no block \"BEGIN PUBLIC KEY\" is in it"),
            Self::PublicKey(error) => error.fmt(f),
            Self::NoSha256 => f.write_str("the crypto provider has no SHA-256, by which keys are known"),
        }
    }
}

impl core::error::Error for RawPublicKeyError {}
