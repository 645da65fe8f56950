//! Limits on key usage: RFC 9846 §5.5 (8446 §5.5).

use crate::crypto::AeadAlgorithm;

/// How far a sending key is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUsage {
    /// Go on.
    Fresh,
    /// A KeyUpdate is due before more application data.
    UpdateDue,
    /// Nothing more can be protected under this key.
    Exhausted,
}

/// How many records may be protected under one key: 2^24.5 for AES-GCM, where every record is counted as if
/// it were a full one; for ChaCha20-Poly1305 the sequence number ends first. For AES-CCM, about which TLS says nothing,
/// the 2^23 of RFC 9147 §4.5.3.
#[must_use]
pub const fn usage_limit(algorithm: AeadAlgorithm) -> u64 {
    match algorithm {
        AeadAlgorithm::Aes128Gcm | AeadAlgorithm::Aes256Gcm => 23_726_566,
        AeadAlgorithm::ChaCha20Poly1305 => u64::MAX,
        AeadAlgorithm::Aes128Ccm | AeadAlgorithm::Aes128Ccm8 => 1 << 23,
    }
}

/// After how many records a KeyUpdate is due if the config does not say: 2^23 for AES-GCM, a third of what
/// the key bears (128 GiB of full records), and 2^21 for AES-CCM, so that no delay on the way to the KeyUpdate comes near the limit.
#[must_use]
pub const fn default_update_after(algorithm: AeadAlgorithm) -> u64 {
    match algorithm {
        AeadAlgorithm::Aes128Gcm | AeadAlgorithm::Aes256Gcm => 1 << 23,
        AeadAlgorithm::ChaCha20Poly1305 => 1 << 62,
        AeadAlgorithm::Aes128Ccm | AeadAlgorithm::Aes128Ccm8 => 1 << 21,
    }
}
