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
        match self.hkdf.hash_algorithm() {
            HashAlgorithm::Sha256 => SHA256_OF_NOTHING.into(),
            HashAlgorithm::Sha384 => SHA384_OF_NOTHING.into(),
        }
    }

    /// `Derive-Secret(HKDF-Extract(0, 0), "derived", "")`: what every handshake without a PSK begins with, in TLS; `None`
    /// in DTLS, whose labels are others.
    pub(super) fn derived_of_no_psk(&self) -> Option<Secret> {
        match (self.prefix, self.hkdf.hash_algorithm()) {
            (LabelPrefix::Tls13, HashAlgorithm::Sha256) => Some(SHA256_DERIVED_OF_NO_PSK.into()),
            (LabelPrefix::Tls13, HashAlgorithm::Sha384) => Some(SHA384_DERIVED_OF_NO_PSK.into()),
            (LabelPrefix::Dtls13, _) => None,
        }
    }

    /// "0": a string of Hash.length bytes set to zero, for a secret that is not available.
    pub(super) fn zeros(&self) -> Secret {
        Secret::at_most(self.hash_length(), |_| ())
    }
}

/// SHA-256 of nothing, which every stage of the schedule needs (FIPS 180-4).
const SHA256_OF_NOTHING: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];
/// SHA-384 of nothing.
const SHA384_OF_NOTHING: [u8; 48] = [
    0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38, 0x4c, 0xd9, 0x32, 0x7e, 0xb1, 0xb1, 0xe3, 0x6a, 0x21,
    0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43, 0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda, 0x27, 0x4e,
    0xde, 0xbf, 0xe7, 0x6f, 0x65, 0xfb, 0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b,
];

/// `Derive-Secret(HKDF-Extract(0, 0), "derived", "")` over SHA-256 (§7.1; RFC 8448 §3 shows it).
const SHA256_DERIVED_OF_NO_PSK: [u8; 32] = [
    0x6f, 0x26, 0x15, 0xa1, 0x08, 0xc7, 0x02, 0xc5, 0x67, 0x8f, 0x54, 0xfc, 0x9d, 0xba, 0xb6, 0x97, 0x16,
    0xc0, 0x76, 0x18, 0x9c, 0x48, 0x25, 0x0c, 0xeb, 0xea, 0xc3, 0x57, 0x6c, 0x36, 0x11, 0xba,
];
/// The same over SHA-384.
const SHA384_DERIVED_OF_NO_PSK: [u8; 48] = [
    0x15, 0x91, 0xda, 0xc5, 0xcb, 0xbf, 0x03, 0x30, 0xa4, 0xa8, 0x4d, 0xe9, 0xc7, 0x53, 0x33, 0x0e, 0x92,
    0xd0, 0x1f, 0x0a, 0x88, 0x21, 0x4b, 0x44, 0x64, 0x97, 0x2f, 0xd6, 0x68, 0x04, 0x9e, 0x93, 0xe5, 0x2f,
    0x2b, 0x16, 0xfa, 0xd9, 0x22, 0xfd, 0xc0, 0x58, 0x44, 0x78, 0x42, 0x8f, 0x28, 0x2b,
];

impl fmt::Debug for Kdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kdf({:?}, {:?})", self.prefix, self.hkdf.hash_algorithm())
    }
}

#[cfg(all(test, feature = "ring"))]
mod tests {
    use super::*;
    use crate::key_schedule::{Label, derive_secret};

    #[test]
    fn the_hash_of_nothing_is_what_the_hash_function_says() {
        let provider = crate::crypto::ring::provider();
        for hash in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
            let kdf = Kdf::new(&provider, hash, LabelPrefix::Tls13).unwrap();
            assert_eq!(kdf.hash_of_nothing(), kdf.hash().digest(&[]));
        }
    }

    #[test]
    fn what_is_derived_of_no_psk_is_what_hkdf_says() {
        let provider = crate::crypto::ring::provider();
        for hash in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
            let kdf = Kdf::new(&provider, hash, LabelPrefix::Tls13).unwrap();
            let early_secret = kdf.hkdf().extract(&[], kdf.zeros().expose());
            let derived = derive_secret(&kdf, &early_secret, Label::DERIVED, &kdf.hash_of_nothing());
            assert_eq!(kdf.derived_of_no_psk().unwrap().expose(), derived.expose());
        }
    }
}
