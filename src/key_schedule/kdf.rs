//! The functions below the schedule, chosen by the cipher suite: RFC 9846 §7.1 (8446 §7.1).

use alloc::sync::Arc;
use core::fmt;

use crate::crypto::{CryptoProvider, Digest, Hash, HashAlgorithm, Hkdf, Secret};

/// What every label begins with: it keeps the keys of TLS and DTLS apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelPrefix {
    /// `"tls13 "` (§7.1), with its trailing space.
    Tls13,
    /// `"dtls13"` (RFC 9147 §5.9), without one.
    Dtls13,
}

impl LabelPrefix {
    pub(super) const fn octets(self) -> &'static [u8; PREFIX_LENGTH] {
        match self {
            Self::Tls13 => b"tls13 ",
            Self::Dtls13 => b"dtls13",
        }
    }
}

pub(super) const PREFIX_LENGTH: usize = 6;

/// The Hash and the HKDF over it that a cipher suite names, with the prefix of the protocol's labels: all that
/// the functions of §7 need beside their secrets.
#[derive(Clone)]
pub struct Kdf {
    pub(super) prefix: LabelPrefix,
    hash: Arc<dyn Hash>,
    hkdf: Arc<dyn Hkdf>,
}

impl Kdf {
    /// The KDF over the hash function `hash`, computed by `provider`; `None` if the provider lacks the hash or
    /// the HKDF over it.
    #[must_use]
    pub fn new(provider: &CryptoProvider, hash: HashAlgorithm, prefix: LabelPrefix) -> Option<Self> {
        let hkdf = Arc::clone(provider.hkdf(hash)?);
        Some(Self { prefix, hash: Arc::clone(provider.hash(hash)?), hkdf })
    }

    /// The cipher suite's hash function, as transcripts need it.
    #[must_use]
    pub fn hash(&self) -> &dyn Hash {
        &*self.hash
    }

    /// HKDF and HMAC over [`Kdf::hash`].
    #[must_use]
    pub fn hkdf(&self) -> &dyn Hkdf {
        &*self.hkdf
    }

    /// `Hash.length` in bytes.
    #[must_use]
    pub fn hash_length(&self) -> usize {
        self.hkdf.hash_algorithm().output_len()
    }

    /// `Transcript-Hash("")`: the hash of no messages.
    pub(super) fn hash_of_nothing(&self) -> Digest {
        self.hash.digest(&[])
    }

    /// "0": a string of Hash.length bytes set to zero, for a secret that is not available.
    pub(super) fn zeros(&self) -> Secret {
        Secret::at_most(self.hash_length(), |_| ())
    }
}

impl fmt::Debug for Kdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kdf({:?}, {:?})", self.prefix, self.hkdf.hash_algorithm())
    }
}
