//! A traffic secret and the keys made from it (RFC 9846 §7.2, §7.3; 8446 likewise).

use alloc::sync::Arc;
use core::fmt;

use crate::crypto::{Aead, CryptoError, CryptoProvider, Secret};
use crate::key_schedule::{Kdf, LabelPrefix, TrafficKeys, next_application_traffic_secret, traffic_keys};
use crate::message::CipherSuite;
use crate::record::Protection;

/// The most KeyUpdates that one direction may send (§4.7.3).
const MAX_GENERATION: u64 = (1 << 48) - 1;

/// A traffic secret of one direction, with what turns it into keys.
#[derive(Clone)]
pub(super) struct TrafficSecret {
    pub(super) kdf: Kdf,
    aead: Arc<dyn Aead>,
    pub(super) secret: Secret,
    update_after: Option<u64>,
    /// How many KeyUpdates have made it.
    generation: u64,
}

impl TrafficSecret {
    /// Of a secret that the handshake gave out; a KeyUpdate is due after so many records, or after the AEAD's
    /// own number.
    pub(super) fn new(
        crypto: &CryptoProvider,
        suite: CipherSuite,
        secret: Secret,
        update_after: Option<u64>,
    ) -> Result<Self, CryptoError> {
        let kdf =
            suite.hash().and_then(|hash| Kdf::new(crypto, hash, LabelPrefix::Tls13)).ok_or(CryptoError)?;
        let aead = suite.aead().and_then(|aead| crypto.aead(aead)).ok_or(CryptoError)?;
        Ok(Self { kdf, aead: Arc::clone(aead), secret, update_after, generation: 0 })
    }

    /// The keys of this generation, from sequence number 0.
    pub(super) fn protection(&self) -> Result<Protection, CryptoError> {
        let keys = self.keys();
        let key = self.aead.key(keys.key.expose())?;
        let protection = Protection::new(self.aead.algorithm(), key, keys.iv);
        Ok(match self.update_after {
            Some(records) => protection.update_after(records),
            None => protection,
        })
    }

    /// The keys of this generation from this sequence number on.
    pub(super) fn protection_at(&self, sequence_number: u64) -> Result<Protection, CryptoError> {
        Ok(self.protection()?.at_sequence_number(self.keys().iv, sequence_number))
    }

    /// How many KeyUpdates have made it.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }

    /// The key and iv of this generation.
    pub(super) fn keys(&self) -> TrafficKeys {
        traffic_keys(&self.kdf, &self.secret, self.aead.algorithm())
    }

    //= R-7.2-1
    /// Rolls to the next generation; the secret of this one is gone.
    pub(super) fn roll(&mut self) {
        self.generation = self.generation.saturating_add(1);
        self.secret = next_application_traffic_secret(&self.kdf, &self.secret);
    }

    /// Rolls to the next generation and gives its keys.
    pub(super) fn advance(&mut self) -> Result<Protection, CryptoError> {
        self.roll();
        self.protection()
    }

    /// The same secret, made by so many KeyUpdates.
    #[must_use]
    pub(super) const fn at_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// Have there been as many KeyUpdates as a sender may send? A receiver does not ask.
    pub(super) const fn is_used_up(&self) -> bool {
        self.generation >= MAX_GENERATION
    }
}

impl fmt::Debug for TrafficSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrafficSecret").field("generation", &self.generation).finish_non_exhaustive()
    }
}
