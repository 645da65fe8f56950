//! X25519 and ECDH. Private keys come from ring's own generator.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use ring::agreement;
use ring::rand::SystemRandom;

use crate::crypto::{
    CryptoError, EntropySource, KeyExchange, KeyExchangeAlgorithm, SharedSecret, StartedKeyExchange,
};

pub(super) fn all() -> Vec<Arc<dyn KeyExchange>> {
    vec![
        Arc::new(RingKeyExchange { algorithm: KeyExchangeAlgorithm::X25519, ring: &agreement::X25519 }),
        Arc::new(RingKeyExchange { algorithm: KeyExchangeAlgorithm::Secp256r1, ring: &agreement::ECDH_P256 }),
        Arc::new(RingKeyExchange { algorithm: KeyExchangeAlgorithm::Secp384r1, ring: &agreement::ECDH_P384 }),
    ]
}

struct RingKeyExchange {
    algorithm: KeyExchangeAlgorithm,
    ring: &'static agreement::Algorithm,
}

impl RingKeyExchange {
    //= R-4.3.8-6
    fn generate(&self) -> Result<RingStarted, CryptoError> {
        let private_key = agreement::EphemeralPrivateKey::generate(self.ring, &SystemRandom::new())
            .map_err(|_| CryptoError)?;
        let share = private_key.compute_public_key().map_err(|_| CryptoError)?;
        Ok(RingStarted { private_key, share })
    }
}

impl KeyExchange for RingKeyExchange {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn start(&self, _: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        Ok(Box::new(self.generate()?))
    }

    fn respond(
        &self,
        client_share: &[u8],
        _: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        let started = self.generate()?;
        let share = started.share.as_ref().to_vec();
        Ok((share, agree(started.private_key, client_share)?))
    }
}

struct RingStarted {
    private_key: agreement::EphemeralPrivateKey,
    share: agreement::PublicKey,
}

impl StartedKeyExchange for RingStarted {
    fn share(&self) -> &[u8] {
        self.share.as_ref()
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        agree(self.private_key, server_share)
    }
}

/// ring refuses points off the curve, compressed points, and for X25519 an all-zero result (RFC 7748 §6.1).
//= R-4.3.8.2-1
//= R-7.4.2-1
//= R-7.4.2-2
//= R-7.4.2-3
fn agree(
    private_key: agreement::EphemeralPrivateKey,
    peer_share: &[u8],
) -> Result<SharedSecret, CryptoError> {
    let peer_share = agreement::UnparsedPublicKey::new(private_key.algorithm(), peer_share);
    agreement::agree_ephemeral(private_key, &peer_share, SharedSecret::new).map_err(|_| CryptoError)?
}
