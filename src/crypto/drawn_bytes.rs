//! Bytes drawn once, as the generator that crates of RustCrypto ask for.

use rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use super::{CryptoError, EntropySource, Purpose};

/// Gives out exactly what was drawn for one operation, and an error beyond that.
pub(super) struct DrawnBytes<const N: usize> {
    bytes: Zeroizing<[u8; N]>,
    used: usize,
}

impl<const N: usize> DrawnBytes<N> {
    /// Draws `N` bytes for a signature.
    pub(super) fn draw(entropy: &mut dyn EntropySource) -> Result<Self, CryptoError> {
        let mut bytes = Zeroizing::new([0; N]);
        entropy.draw(Purpose::Signature, bytes.as_mut_slice())?;
        Ok(Self { bytes, used: 0 })
    }
}

impl<const N: usize> TryRng for DrawnBytes<N> {
    type Error = CryptoError;

    fn try_next_u32(&mut self) -> Result<u32, CryptoError> {
        let mut word = [0; 4];
        self.try_fill_bytes(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    fn try_next_u64(&mut self) -> Result<u64, CryptoError> {
        let mut word = [0; 8];
        self.try_fill_bytes(&mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        let end = self.used.checked_add(out.len()).ok_or(CryptoError)?;
        out.copy_from_slice(self.bytes.get(self.used..end).ok_or(CryptoError)?);
        self.used = end;
        Ok(())
    }
}

impl<const N: usize> TryCryptoRng for DrawnBytes<N> {}
