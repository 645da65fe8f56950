//! ML-KEM (FIPS 203), on [libcrux](https://docs.rs/libcrux-ml-kem), which draws nothing of its own: for every
//! provider that has none.
//!
//! | operation | what it draws as [`Purpose::KeyShare`] |
//! |---|---|
//! | client's share, an encapsulation key | 64 bytes: `d` and `z` of ML-KEM.KeyGen |
//! | server's share, a ciphertext | 32 bytes: `m` of ML-KEM.Encaps |
//!
//! Its arithmetic and its serialization are verified with F*, for panics and for what they compute, and its types keep
//! secrets from deciding what takes time; SHA-3 below it is not verified. A server that answers decapsulates nothing,
//! and a client's private key serves one answer, so that there is nobody to ask twice.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

use libcrux_ml_kem::{
    ENCAPS_SEED_SIZE, KEY_GENERATION_SEED_SIZE, MlKemCiphertext, MlKemKeyPair, MlKemPrivateKey,
    MlKemPublicKey, MlKemSharedSecret, mlkem512, mlkem768, mlkem1024,
};
use zeroize::{Zeroize, Zeroizing};

use super::{
    CryptoError, EntropySource, KeyExchange, KeyExchangeAlgorithm, Purpose, SharedSecret, StartedKeyExchange,
};

/// ML-KEM-512, ML-KEM-768 and ML-KEM-1024, each alone.
#[must_use]
pub fn all() -> Vec<Arc<dyn KeyExchange>> {
    vec![
        Arc::new(MlKem {
            algorithm: KeyExchangeAlgorithm::MlKem768,
            is_valid: mlkem768::validate_public_key,
            generate: mlkem768::generate_key_pair,
            encapsulate: mlkem768::encapsulate,
            decapsulate: mlkem768::decapsulate,
        }),
        Arc::new(MlKem {
            algorithm: KeyExchangeAlgorithm::MlKem1024,
            is_valid: mlkem1024::validate_public_key,
            generate: mlkem1024::generate_key_pair,
            encapsulate: mlkem1024::encapsulate,
            decapsulate: mlkem1024::decapsulate,
        }),
        Arc::new(MlKem {
            algorithm: KeyExchangeAlgorithm::MlKem512,
            is_valid: mlkem512::validate_public_key,
            generate: mlkem512::generate_key_pair,
            encapsulate: mlkem512::encapsulate,
            decapsulate: mlkem512::decapsulate,
        }),
    ]
}

/// A parameter set, by the bytes of its encapsulation keys, decapsulation keys and ciphertexts (FIPS 203 §8).
struct MlKem<const EK: usize, const DK: usize, const C: usize> {
    algorithm: KeyExchangeAlgorithm,
    is_valid: fn(&MlKemPublicKey<EK>) -> bool,
    generate: fn([u8; KEY_GENERATION_SEED_SIZE]) -> MlKemKeyPair<DK, EK>,
    encapsulate: fn(&MlKemPublicKey<EK>, [u8; ENCAPS_SEED_SIZE]) -> (MlKemCiphertext<C>, MlKemSharedSecret),
    decapsulate: Decapsulate<DK, C>,
}

type Decapsulate<const DK: usize, const C: usize> =
    fn(&MlKemPrivateKey<DK>, &MlKemCiphertext<C>) -> MlKemSharedSecret;

impl<const EK: usize, const DK: usize, const C: usize> KeyExchange for MlKem<EK, DK, C> {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn start(&self, entropy: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        let mut seed = Zeroizing::new([0; KEY_GENERATION_SEED_SIZE]);
        entropy.draw(Purpose::KeyShare, seed.as_mut_slice())?;
        let (private_key, _) = (self.generate)(*seed).into_parts();
        Ok(Box::new(Started::<EK, DK, C> { private_key, decapsulate: self.decapsulate }))
    }

    /// The check of the encapsulation key (FIPS 203 §7.2) is of its length and that its numbers are reduced.
    fn respond(
        &self,
        client_share: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        let encapsulation_key = MlKemPublicKey::try_from(client_share).map_err(|_| CryptoError)?;
        if !(self.is_valid)(&encapsulation_key) {
            return Err(CryptoError);
        }
        let mut seed = Zeroizing::new([0; ENCAPS_SEED_SIZE]);
        entropy.draw(Purpose::KeyShare, seed.as_mut_slice())?;
        let (ciphertext, secret) = (self.encapsulate)(&encapsulation_key, *seed);
        Ok((ciphertext.as_slice().to_vec(), SharedSecret::new(&*Zeroizing::new(secret))?))
    }
}

struct Started<const EK: usize, const DK: usize, const C: usize> {
    private_key: MlKemPrivateKey<DK>,
    decapsulate: Decapsulate<DK, C>,
}

/// Bytes of a decapsulation key behind the encapsulation key in it: its hash, and `z` (FIPS 203 §7.1).
const BEHIND_ENCAPSULATION_KEY: usize = 64;

impl<const EK: usize, const DK: usize, const C: usize> StartedKeyExchange for Started<EK, DK, C> {
    fn share(&self) -> &[u8] {
        let end = DK - BEHIND_ENCAPSULATION_KEY;
        self.private_key.index(end - EK..end)
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        let ciphertext = MlKemCiphertext::try_from(server_share).map_err(|_| CryptoError)?;
        SharedSecret::new(&*Zeroizing::new((self.decapsulate)(&self.private_key, &ciphertext)))
    }
}

impl<const EK: usize, const DK: usize, const C: usize> Drop for Started<EK, DK, C> {
    fn drop(&mut self) {
        self.private_key.index_mut(0..).zeroize();
    }
}
