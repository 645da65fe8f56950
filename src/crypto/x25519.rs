//! X25519 (RFC 7748) with private keys that can be given: for the pure Rust provider, and beside one whose private keys
//! cannot.

use alloc::sync::Arc;
use core::fmt;

use x25519_dalek::StaticSecret;
use zeroize::Zeroize;

use super::{CryptoError, KeyExchangeAlgorithm, LoadStaticKey, SharedSecret, StaticKey};

/// A private key, with its public key; it is wiped when dropped.
pub(super) struct X25519Key {
    private_key: StaticSecret,
    public_key: [u8; 32],
}

impl X25519Key {
    pub(super) fn new(mut bytes: [u8; 32]) -> Self {
        let private_key = StaticSecret::from(bytes);
        bytes.zeroize();
        let public_key = x25519_dalek::PublicKey::from(&private_key).to_bytes();
        Self { private_key, public_key }
    }
}

impl StaticKey for X25519Key {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        KeyExchangeAlgorithm::X25519
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    //= R-7.4.2-2
    //= R-7.4.2-3
    fn agree(&self, peer_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        let peer_share = <[u8; 32]>::try_from(peer_share).map_err(|_| CryptoError)?;
        let shared = self.private_key.diffie_hellman(&peer_share.into());
        if !shared.was_contributory() {
            return Err(CryptoError);
        }
        SharedSecret::new(shared.as_bytes())
    }
}

impl fmt::Debug for X25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("X25519Key")
    }
}

/// Loads private keys that are kept.
pub(super) struct Loader;

impl LoadStaticKey for Loader {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        KeyExchangeAlgorithm::X25519
    }

    fn load(&self, private_key: &[u8]) -> Result<Arc<dyn StaticKey>, CryptoError> {
        let bytes = <[u8; 32]>::try_from(private_key).map_err(|_| CryptoError)?;
        Ok(Arc::new(X25519Key::new(bytes)))
    }
}
