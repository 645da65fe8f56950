//! A seed from the connection's entropy as a generator of as much as is asked for.

use hkdf::HmacImpl;
use hmac::Hmac;
use rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::crypto::{CryptoError, EntropySource, Purpose};

/// Expands a seed drawn once into as much as is asked for: `HMAC-SHA256(seed, counter)` for the `uint64`
/// counters 0, 1, …, each block used for one request only.
pub(super) struct ExpandedSeed {
    seed: Zeroizing<[u8; 32]>,
    counter: u64,
}

impl ExpandedSeed {
    /// Draws a seed of 32 bytes for a signature.
    pub(super) fn draw(entropy: &mut dyn EntropySource) -> Result<Self, CryptoError> {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.draw(Purpose::Signature, seed.as_mut_slice())?;
        Ok(Self { seed, counter: 0 })
    }
}

impl TryRng for ExpandedSeed {
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
        for part in out.chunks_mut(32) {
            let mut hmac = <Hmac<Sha256> as HmacImpl>::new_from_slice(self.seed.as_slice());
            HmacImpl::update(&mut hmac, &self.counter.to_be_bytes());
            self.counter = self.counter.checked_add(1).ok_or(CryptoError)?;
            for (place, byte) in part.iter_mut().zip(HmacImpl::finalize(hmac)) {
                *place = byte;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for ExpandedSeed {}
