//! ML-KEM (FIPS 203). AWS-LC draws what it makes key pairs and ciphertexts of.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use aws_lc_rs::kem::{self, Ciphertext, DecapsulationKey, EncapsulationKey};

use crate::crypto::{
    CryptoError, EntropySource, KeyExchange, KeyExchangeAlgorithm, SharedSecret, StartedKeyExchange,
};

pub(super) fn all() -> Vec<Arc<dyn KeyExchange>> {
    vec![
        Arc::new(MlKem { algorithm: KeyExchangeAlgorithm::MlKem768, aws_lc: &kem::ML_KEM_768 }),
        Arc::new(MlKem { algorithm: KeyExchangeAlgorithm::MlKem1024, aws_lc: &kem::ML_KEM_1024 }),
        Arc::new(MlKem { algorithm: KeyExchangeAlgorithm::MlKem512, aws_lc: &kem::ML_KEM_512 }),
    ]
}

struct MlKem {
    algorithm: KeyExchangeAlgorithm,
    aws_lc: &'static kem::Algorithm,
}

impl KeyExchange for MlKem {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn start(&self, _: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        let private_key = DecapsulationKey::generate(self.aws_lc).map_err(|_| CryptoError)?;
        let encapsulation_key = private_key.encapsulation_key().map_err(|_| CryptoError)?;
        let share = encapsulation_key.key_bytes().map_err(|_| CryptoError)?.as_ref().into();
        Ok(Box::new(Started { algorithm: self.algorithm, private_key, share }))
    }

    /// AWS-LC checks the encapsulation key (FIPS 203 §7.2) where it uses it.
    fn respond(
        &self,
        client_share: &[u8],
        _: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        let key = EncapsulationKey::new(self.aws_lc, client_share).map_err(|_| CryptoError)?;
        let (ciphertext, secret) = key.encapsulate().map_err(|_| CryptoError)?;
        Ok((ciphertext.as_ref().to_vec(), SharedSecret::new(secret.as_ref())?))
    }
}

struct Started {
    algorithm: KeyExchangeAlgorithm,
    private_key: DecapsulationKey,
    share: Box<[u8]>,
}

impl StartedKeyExchange for Started {
    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        if server_share.len() != self.algorithm.server_share_len() {
            return Err(CryptoError);
        }
        let secret = self.private_key.decapsulate(Ciphertext::from(server_share)).map_err(|_| CryptoError)?;
        SharedSecret::new(secret.as_ref())
    }
}
