//! Secrets that are wiped when dropped and never printed.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::CryptoError;
#[cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]
use super::HashAlgorithm;

/// At most `N` secret bytes, held inline, zeroized on drop, compared in constant time only.
#[derive(Clone)]
pub struct SecretBytes<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

/// A secret of the key schedule, `Hash.length` bytes (§7.1).
pub type Secret = SecretBytes<48>;
/// What a key exchange agrees on (§7.4).
pub type SharedSecret = SecretBytes<80>;

impl<const N: usize> SecretBytes<N> {
    /// A secret of these bytes; the caller wipes its own copy.
    ///
    /// # Errors
    /// [`CryptoError`] if there are more than `N`.
    pub fn new(secret: &[u8]) -> Result<Self, CryptoError> {
        let mut bytes = [0; N];
        bytes.get_mut(..secret.len()).ok_or(CryptoError)?.copy_from_slice(secret);
        Ok(Self { bytes, length: secret.len() })
    }

    /// A secret of `length` bytes, which `fill` writes.
    ///
    /// # Errors
    /// [`CryptoError`] if `length` is more than `N`, or what `fill` returns.
    pub fn filled(
        length: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), CryptoError>,
    ) -> Result<Self, CryptoError> {
        let mut secret = Self { bytes: [0; N], length };
        fill(secret.bytes.get_mut(..length).ok_or(CryptoError)?)?;
        Ok(secret)
    }

    /// A secret of `length` bytes, but of no more than `N`, which `fill` writes over zeros.
    pub(crate) fn at_most(length: usize, fill: impl FnOnce(&mut [u8])) -> Self {
        let length = length.min(N);
        let mut secret = Self { bytes: [0; N], length };
        fill(secret.bytes.get_mut(..length).unwrap_or_default());
        secret
    }

    /// As many secrets, each of `length` bytes, but of no more than `N`, which `fill` writes over zeros.
    pub(crate) fn each_at_most<const K: usize>(
        length: usize,
        fill: impl FnOnce([&mut [u8]; K]),
    ) -> [Self; K] {
        let length = length.min(N);
        let mut secrets = [(); K].map(|()| Self { bytes: [0; N], length });
        fill(secrets.each_mut().map(|secret| secret.bytes.get_mut(..length).unwrap_or_default()));
        secrets
    }

    /// The bytes, for use and not for keeping.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Bytes in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Is it empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl Secret {
    /// What `algorithm` put out, whose length is that of the algorithm.
    #[cfg(any(feature = "aws-lc", feature = "ring", feature = "rustcrypto"))]
    pub(super) fn of_length(algorithm: HashAlgorithm, output: &[u8]) -> Self {
        debug_assert_eq!(output.len(), algorithm.output_len());
        Self::at_most(algorithm.output_len(), |secret| {
            for (place, byte) in secret.iter_mut().zip(output) {
                *place = *byte;
            }
        })
    }
}

impl From<[u8; 32]> for SecretBytes<48> {
    fn from(mut secret: [u8; 32]) -> Self {
        let mut bytes = [0; 48];
        for (place, byte) in bytes.iter_mut().zip(secret) {
            *place = byte;
        }
        secret.zeroize();
        Self { bytes, length: 32 }
    }
}

impl From<[u8; 48]> for SecretBytes<48> {
    fn from(bytes: [u8; 48]) -> Self {
        Self { bytes, length: 48 }
    }
}

impl<const N: usize> Zeroize for SecretBytes<N> {
    /// Overwrites all places, used or not, with zeros that no optimization leaves out.
    fn zeroize(&mut self) {
        self.bytes.zeroize();
    }
}

impl<const N: usize> Drop for SecretBytes<N> {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl<const N: usize> ZeroizeOnDrop for SecretBytes<N> {}

impl<const N: usize> ConstantTimeEq for SecretBytes<N> {
    fn ct_eq(&self, other: &Self) -> subtle::Choice {
        self.expose().ct_eq(other.expose())
    }
}

impl<const N: usize> fmt::Debug for SecretBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_print_the_secret() {
        let secret = Secret::new(&[0xab; 32]);
        assert_eq!(alloc::format!("{secret:?}"), "Ok(Secret(32 bytes))");
    }

    #[test]
    fn a_secret_too_long_for_its_place_is_refused() {
        assert!(Secret::new(&[0; 49]).is_err());
        assert!(Secret::filled(49, |_| Ok(())).is_err());
    }
    /// What drop does, seen from safe code: that memory is zero after it can't be read without `unsafe`.
    #[test]
    fn wiping_leaves_only_zeros_and_drop_is_not_skipped() {
        let mut secret = SharedSecret::new(&[0xab; 80]).unwrap();
        secret.zeroize();
        assert_eq!(secret.expose(), [0; 80]);
        assert!(core::mem::needs_drop::<SharedSecret>());
    }

    #[test]
    fn secrets_are_equal_only_if_bytes_and_lengths_are() {
        let secret = |bytes: &[u8]| Secret::new(bytes).unwrap();
        assert!(bool::from(secret(&[1, 2]).ct_eq(&secret(&[1, 2]))));
        assert!(!bool::from(secret(&[1, 2]).ct_eq(&secret(&[1, 3]))));
        assert!(!bool::from(secret(&[1, 0]).ct_eq(&secret(&[1]))));
    }

    #[test]
    fn arrays_become_secrets_of_their_length() {
        assert_eq!(Secret::from([7; 32]).expose(), [7; 32]);
        assert_eq!(Secret::from([7; 48]).expose(), [7; 48]);
    }
}
