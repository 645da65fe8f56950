//! Record payload protection: RFC 9846 §5.2 (8446 §5.2).

use alloc::boxed::Box;
use core::fmt;

use super::header::HEADER_LEN;
use super::nonce::Nonces;
use super::usage::{KeyUsage, default_update_after, usage_limit};
use crate::crypto::{AeadAlgorithm, AeadKey, CryptoError, NONCE_LEN};

/// A traffic key with its nonces: what one direction of one epoch is protected with.
///
/// It is consumed by the half that uses it; putting a new one in drops the old key and starts its records at
/// sequence number 0, both at once.
pub struct Protection {
    key: Box<dyn AeadKey>,
    nonces: Nonces,
    algorithm: AeadAlgorithm,
    update_after: u64,
}

impl Protection {
    /// Of a traffic key and its iv, both fresh from the key schedule (§7.3).
    #[must_use]
    pub fn new(algorithm: AeadAlgorithm, key: Box<dyn AeadKey>, iv: [u8; NONCE_LEN]) -> Self {
        Self { key, nonces: Nonces::new(iv), algorithm, update_after: default_update_after(algorithm) }
    }

    /// The same, with a KeyUpdate due after so many records in place of [`default_update_after`]. A number
    /// beyond what the key bears is cut to one record before it, which the KeyUpdate itself needs; 0 means 1.
    #[must_use]
    pub fn update_after(mut self, records: u64) -> Self {
        self.update_after = records.clamp(1, usage_limit(self.algorithm) - 1);
        self
    }

    /// Bytes that the AEAD adds.
    pub(super) const fn tag_len(&self) -> usize {
        self.algorithm.tag_len()
    }

    /// The sequence number of the next record.
    pub(super) fn sequence_number(&self) -> u64 {
        self.nonces.used()
    }

    //= R-5.5-1
    /// How far the key is used up for sending. A receiver does not ask: other stacks may count otherwise.
    pub(super) fn usage(&self) -> KeyUsage {
        let used = self.nonces.used();
        if used >= usage_limit(self.algorithm) {
            KeyUsage::Exhausted
        } else if used >= self.update_after {
            KeyUsage::UpdateDue
        } else {
            KeyUsage::Fresh
        }
    }

    /// Turns a TLSInnerPlaintext and room for a tag into an `encrypted_record`.
    pub(super) fn seal(&mut self, header: [u8; HEADER_LEN], in_out: &mut [u8]) -> Result<(), CryptoError> {
        let nonce = self.nonces.advance().ok_or(CryptoError)?;
        self.key.seal(nonce.into_bytes(), &header, in_out)
    }

    //= R-5.5-3
    /// Turns an `encrypted_record` into a TLSInnerPlaintext and gives its length, or `None` once the sequence
    /// numbers are used up.
    pub(super) fn open(
        &mut self,
        header: [u8; HEADER_LEN],
        in_out: &mut [u8],
    ) -> Option<Result<usize, CryptoError>> {
        let nonce = self.nonces.advance()?;
        Some(self.key.open(nonce.into_bytes(), &header, in_out))
    }

    /// Forgets a record that was no record of this key: the next one is the first again (§4.3.10). Without effect once
    /// one has opened.
    pub(super) fn rewind_first(&mut self) {
        self.nonces.rewind_first();
    }

    /// The same from this sequence number on: the key was put to rest with so many records behind it.
    #[must_use]
    pub(crate) fn at_sequence_number(mut self, iv: [u8; NONCE_LEN], sequence_number: u64) -> Self {
        self.nonces = Nonces::at(iv, sequence_number);
        self
    }
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Protection")
            .field("algorithm", &self.algorithm)
            .field("sequence_number", &self.nonces.used())
            .finish_non_exhaustive()
    }
}
