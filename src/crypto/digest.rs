//! The output of a hash function.

use core::fmt;
use core::ops::Deref;

use super::CryptoError;
#[cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]
use super::HashAlgorithm;

/// A hash of at most 48 bytes, held inline; it derefs to its bytes.
///
/// It may be a MAC: compare with [`subtle::ConstantTimeEq`] where an attacker sees the outcome.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    bytes: [u8; 48],
    length: usize,
}

impl Digest {
    /// A digest of these bytes.
    ///
    /// # Errors
    /// [`CryptoError`] if there are more than 48.
    pub fn new(digest: &[u8]) -> Result<Self, CryptoError> {
        let mut bytes = [0; 48];
        bytes.get_mut(..digest.len()).ok_or(CryptoError)?.copy_from_slice(digest);
        Ok(Self { bytes, length: digest.len() })
    }

    /// What `algorithm` put out, whose length is that of the algorithm.
    #[cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]
    pub(super) fn of_length(algorithm: HashAlgorithm, output: &[u8]) -> Self {
        debug_assert_eq!(output.len(), algorithm.output_len());
        let mut bytes = [0; 48];
        for (place, byte) in bytes.iter_mut().zip(output) {
            *place = *byte;
        }
        Self { bytes, length: algorithm.output_len() }
    }
}

impl From<[u8; 32]> for Digest {
    fn from(digest: [u8; 32]) -> Self {
        let mut bytes = [0; 48];
        for (place, byte) in bytes.iter_mut().zip(digest) {
            *place = byte;
        }
        Self { bytes, length: 32 }
    }
}

impl From<[u8; 48]> for Digest {
    fn from(bytes: [u8; 48]) -> Self {
        Self { bytes, length: 48 }
    }
}

impl Deref for Digest {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
