//! The per-record nonce: RFC 9846 §5.3 (8446 §5.3).

use zeroize::Zeroize;

use crate::crypto::NONCE_LEN;

/// The nonces of one key, each given out once.
///
/// The sequence number lives here alone, moves only forward, and leaves only inside a [`Nonce`] that is used
/// up by one AEAD call: two records under one nonce cannot be written down.
pub(super) struct Nonces {
    iv: [u8; NONCE_LEN],
    next: Option<u64>,
}

/// The nonce of one record; neither `Clone` nor `Copy`.
pub(super) struct Nonce([u8; NONCE_LEN]);

impl Nonces {
    //= R-5.3-1
    /// Starts at sequence number 0 with this `client_write_iv` or `server_write_iv`.
    pub(super) const fn new(iv: [u8; NONCE_LEN]) -> Self {
        Self { iv, next: Some(0) }
    }

    //= R-5.3-2
    /// The next record's nonce, or `None` once all 2^64 are used.
    pub(super) fn advance(&mut self) -> Option<Nonce> {
        let sequence_number = self.next?;
        self.next = sequence_number.checked_add(1);
        let mut nonce = self.iv;
        for (byte, number) in nonce.iter_mut().rev().zip(sequence_number.to_le_bytes()) {
            *byte ^= number;
        }
        Some(Nonce(nonce))
    }

    /// A receiver that skips records of another key starts again at sequence number 0; opening is all that this is for.
    pub(super) fn rewind_first(&mut self) {
        if self.next == Some(1) {
            self.next = Some(0);
        }
    }

    /// Nonces given out so far: the sequence number that comes next.
    pub(super) fn used(&self) -> u64 {
        self.next.unwrap_or(u64::MAX)
    }

    /// The nonces of a key that has protected so many records elsewhere, and does so no more.
    pub(super) const fn at(iv: [u8; NONCE_LEN], sequence_number: u64) -> Self {
        Self { iv, next: Some(sequence_number) }
    }
}

impl Nonce {
    /// Uses the nonce up.
    pub(super) const fn into_bytes(self) -> [u8; NONCE_LEN] {
        self.0
    }
}

impl Drop for Nonces {
    fn drop(&mut self) {
        self.iv.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= R-5.3-1 test
    #[test]
    fn the_first_nonce_is_the_iv_and_each_next_one_counts_in_its_last_eight_bytes() {
        let mut nonces = Nonces::new([0xff; 12]);
        assert_eq!(nonces.advance().unwrap().into_bytes(), [0xff; 12]);
        assert_eq!(
            nonces.advance().unwrap().into_bytes(),
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]
        );
        let mut nonces = Nonces::at([0; 12], 0x0102_0304_0506_0708);
        assert_eq!(nonces.advance().unwrap().into_bytes(), [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    //= R-5.3-2 test
    #[test]
    fn the_sequence_number_does_not_wrap() {
        let mut nonces = Nonces::at([0; 12], u64::MAX);
        assert!(nonces.advance().is_some());
        assert!(nonces.advance().is_none());
        assert!(nonces.advance().is_none());
    }
}
