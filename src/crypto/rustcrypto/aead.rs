//! AES-GCM, ChaCha20-Poly1305 and AES-CCM, in place.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;

use aes_gcm::aead::consts::{U8, U12, U16};
use aes_gcm::aead::{AeadInOut, KeyInit, Tag};
use aes_gcm::aes::Aes128;
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;

use crate::crypto::{Aead, AeadAlgorithm, AeadKey, CryptoError, NONCE_LEN};

pub(super) fn all() -> Vec<Arc<dyn Aead>> {
    vec![
        Arc::new(RustAead::<Aes128Gcm>::new(AeadAlgorithm::Aes128Gcm)),
        Arc::new(RustAead::<Aes256Gcm>::new(AeadAlgorithm::Aes256Gcm)),
        Arc::new(RustAead::<ChaCha20Poly1305>::new(AeadAlgorithm::ChaCha20Poly1305)),
        Arc::new(RustAead::<Ccm<Aes128, U16, U12>>::new(AeadAlgorithm::Aes128Ccm)),
        Arc::new(RustAead::<Ccm<Aes128, U8, U12>>::new(AeadAlgorithm::Aes128Ccm8)),
    ]
}

/// A cipher with nonces of 12 bytes, as all of B.4.
trait Cipher: AeadInOut<NonceSize = U12> + KeyInit + Send + Sync + 'static {}
impl<C: AeadInOut<NonceSize = U12> + KeyInit + Send + Sync + 'static> Cipher for C {}

struct RustAead<C> {
    algorithm: AeadAlgorithm,
    cipher: PhantomData<fn() -> C>,
}

impl<C: Cipher> RustAead<C> {
    const fn new(algorithm: AeadAlgorithm) -> Self {
        Self { algorithm, cipher: PhantomData }
    }
}

impl<C: Cipher> Aead for RustAead<C> {
    fn algorithm(&self) -> AeadAlgorithm {
        self.algorithm
    }

    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, CryptoError> {
        Ok(Box::new(RustAeadKey(C::new_from_slice(key).map_err(|_| CryptoError)?)))
    }
}

struct RustAeadKey<C>(C);

/// Where the tag begins in ciphertext and tag.
fn tag_offset<C: Cipher>(in_out: &[u8]) -> Result<usize, CryptoError> {
    in_out.len().checked_sub(size_of::<Tag<C>>()).ok_or(CryptoError)
}

impl<C: Cipher> AeadKey for RustAeadKey<C> {
    fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<(), CryptoError> {
        let offset = tag_offset::<C>(in_out)?;
        let (plaintext, tag_place) = in_out.split_at_mut_checked(offset).ok_or(CryptoError)?;
        let tag = self
            .0
            .encrypt_inout_detached(&nonce.into(), additional_data, plaintext.into())
            .map_err(|_| CryptoError)?;
        tag_place.copy_from_slice(&tag);
        Ok(())
    }

    fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let offset = tag_offset::<C>(in_out)?;
        let (ciphertext, tag) = in_out.split_at_mut_checked(offset).ok_or(CryptoError)?;
        let tag = Tag::<C>::try_from(&*tag).map_err(|_| CryptoError)?;
        self.0
            .decrypt_inout_detached(&nonce.into(), additional_data, ciphertext.into(), &tag)
            .map_err(|_| CryptoError)?;
        Ok(offset)
    }
}
