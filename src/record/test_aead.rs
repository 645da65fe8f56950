//! An AEAD that protects nothing and notices everything: for tests of sizes and order.

use alloc::boxed::Box;

use super::Protection;
use crate::crypto::{AeadAlgorithm, AeadKey, CryptoError, NONCE_LEN};

struct Transparent(u8);

impl Transparent {
    fn tag(&self, nonce: [u8; NONCE_LEN], additional_data: &[u8], plaintext: &[u8]) -> [u8; 16] {
        let parts = [&[self.0], nonce.as_slice(), additional_data, plaintext];
        let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
        for byte in parts.concat() {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
        hash.to_be_bytes()
    }
}

impl AeadKey for Transparent {
    fn seal(&self, nonce: [u8; NONCE_LEN], aad: &[u8], in_out: &mut [u8]) -> Result<(), CryptoError> {
        let (plaintext, tag) = in_out.split_last_chunk_mut::<16>().ok_or(CryptoError)?;
        *tag = self.tag(nonce, aad, plaintext);
        Ok(())
    }

    fn open(&self, nonce: [u8; NONCE_LEN], aad: &[u8], in_out: &mut [u8]) -> Result<usize, CryptoError> {
        let (plaintext, tag) = in_out.split_last_chunk_mut::<16>().ok_or(CryptoError)?;
        if *tag == self.tag(nonce, aad, plaintext) { Ok(plaintext.len()) } else { Err(CryptoError) }
    }
}

/// A protection whose two ends share `key`.
pub(super) fn protection(key: u8) -> Protection {
    Protection::new(AeadAlgorithm::Aes128Gcm, Box::new(Transparent(key)), [key; NONCE_LEN])
}
