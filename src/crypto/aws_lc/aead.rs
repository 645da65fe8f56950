//! AES-GCM and ChaCha20-Poly1305, in place.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use aws_lc_rs::aead;

use crate::crypto::{Aead, AeadAlgorithm, AeadKey, CryptoError, NONCE_LEN};

pub(super) fn all() -> Vec<Arc<dyn Aead>> {
    vec![
        Arc::new(AwsLcAead { algorithm: AeadAlgorithm::Aes128Gcm, aws_lc: &aead::AES_128_GCM }),
        Arc::new(AwsLcAead { algorithm: AeadAlgorithm::Aes256Gcm, aws_lc: &aead::AES_256_GCM }),
        Arc::new(AwsLcAead { algorithm: AeadAlgorithm::ChaCha20Poly1305, aws_lc: &aead::CHACHA20_POLY1305 }),
    ]
}

struct AwsLcAead {
    algorithm: AeadAlgorithm,
    aws_lc: &'static aead::Algorithm,
}

impl Aead for AwsLcAead {
    fn algorithm(&self) -> AeadAlgorithm {
        self.algorithm
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, CryptoError> {
        let key = aead::UnboundKey::new(self.aws_lc, key).map_err(|_| CryptoError)?;
        Ok(Box::new(AwsLcAeadKey(aead::LessSafeKey::new(key))))
    }
}

/// The nonce is ours to count (§5.3), hence the crate's "less safe" key.
struct AwsLcAeadKey(aead::LessSafeKey);

impl AeadKey for AwsLcAeadKey {
    fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<(), CryptoError> {
        let plaintext_len = in_out.len().checked_sub(self.0.algorithm().tag_len()).ok_or(CryptoError)?;
        let (plaintext, tag_place) = in_out.split_at_mut_checked(plaintext_len).ok_or(CryptoError)?;
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, aead::Aad::from(additional_data), plaintext)
            .map_err(|_| CryptoError)?;
        tag_place.copy_from_slice(tag.as_ref());
        Ok(())
    }

    fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        self.0
            .open_in_place(nonce, aead::Aad::from(additional_data), in_out)
            .map(|plaintext| plaintext.len())
            .map_err(|_| CryptoError)
    }
}
