//! X25519 and ECDH. The crate takes private keys from outside, so they come from the connection's entropy.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use aws_lc_rs::agreement;
use zeroize::Zeroizing;

use crate::crypto::{
    CryptoError, EntropySource, KeyExchange, KeyExchangeAlgorithm, LoadStaticKey, Purpose, SharedSecret,
    StartedKeyExchange, StaticKey,
};

pub(super) fn all() -> Vec<Arc<dyn KeyExchange>> {
    let mut all: Vec<Arc<dyn KeyExchange>> =
        vec![Arc::new(X25519), Arc::new(SECP256R1), Arc::new(SECP384R1), Arc::new(SECP521R1)];
    all.extend(super::ml_kem::all());
    all
}

/// Loaders of the private keys that are kept.
pub(super) fn static_key_loaders() -> Vec<Arc<dyn LoadStaticKey>> {
    vec![Arc::new(X25519), Arc::new(SECP256R1), Arc::new(SECP384R1), Arc::new(SECP521R1)]
}

struct X25519;

impl X25519 {
    //= R-4.3.8-6
    fn generate(entropy: &mut dyn EntropySource) -> Result<Started, CryptoError> {
        let mut private_key = Zeroizing::new([0; 32]);
        entropy.draw(Purpose::KeyShare, private_key.as_mut_slice())?;
        let private_key = agreement::PrivateKey::from_private_key(&agreement::X25519, private_key.as_slice())
            .map_err(|_| CryptoError)?;
        Started::new(private_key)
    }
}

impl KeyExchange for X25519 {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        KeyExchangeAlgorithm::X25519
    }

    fn start(&self, entropy: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        Ok(Box::new(Self::generate(entropy)?))
    }

    fn respond(
        &self,
        client_share: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        Self::generate(entropy)?.respond(client_share)
    }
}

/// ECDH over a curve with coordinates of `FIELD_LEN` bytes.
struct Ecdh<const FIELD_LEN: usize> {
    algorithm: KeyExchangeAlgorithm,
    aws_lc: &'static agreement::Algorithm,
    /// The bits of a private key's first byte that a number below the order may have.
    first_byte: u8,
}

const SECP256R1: Ecdh<32> =
    Ecdh { algorithm: KeyExchangeAlgorithm::Secp256r1, aws_lc: &agreement::ECDH_P256, first_byte: 0xff };
const SECP384R1: Ecdh<48> =
    Ecdh { algorithm: KeyExchangeAlgorithm::Secp384r1, aws_lc: &agreement::ECDH_P384, first_byte: 0xff };
const SECP521R1: Ecdh<66> =
    Ecdh { algorithm: KeyExchangeAlgorithm::Secp521r1, aws_lc: &agreement::ECDH_P521, first_byte: 0x01 };

/// Draws until a private key is in range. One draw in 2^32 is not for P-256, in 2^194 for P-384, in 2^261 for P-521,
/// so that the bound is met only where the entropy is broken.
const MOST_DRAWS: usize = 8;

impl<const FIELD_LEN: usize> Ecdh<FIELD_LEN> {
    //= R-4.3.8-6
    fn generate(&self, entropy: &mut dyn EntropySource) -> Result<Started, CryptoError> {
        let mut scalar = Zeroizing::new([0; FIELD_LEN]);
        for _ in 0..MOST_DRAWS {
            entropy.draw(Purpose::KeyShare, scalar.as_mut_slice())?;
            if let Some(first) = scalar.first_mut() {
                *first &= self.first_byte;
            }
            if let Ok(private_key) = agreement::PrivateKey::from_private_key(self.aws_lc, scalar.as_slice()) {
                return Started::new(private_key);
            }
        }
        Err(CryptoError)
    }
}

impl<const FIELD_LEN: usize> KeyExchange for Ecdh<FIELD_LEN> {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn start(&self, entropy: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError> {
        Ok(Box::new(self.generate(entropy)?))
    }

    fn respond(
        &self,
        client_share: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        self.generate(entropy)?.respond(client_share)
    }
}

impl LoadStaticKey for X25519 {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        KeyExchangeAlgorithm::X25519
    }

    fn load(&self, private_key: &[u8]) -> Result<Arc<dyn StaticKey>, CryptoError> {
        let algorithm = LoadStaticKey::algorithm(self);
        Ok(Arc::new(Static::load(algorithm, &agreement::X25519, private_key)?))
    }
}

impl<const FIELD_LEN: usize> LoadStaticKey for Ecdh<FIELD_LEN> {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn load(&self, private_key: &[u8]) -> Result<Arc<dyn StaticKey>, CryptoError> {
        Ok(Arc::new(Static::load(self.algorithm, self.aws_lc, private_key)?))
    }
}

/// A private key that is kept.
struct Static {
    algorithm: KeyExchangeAlgorithm,
    key: Started,
}

impl Static {
    fn load(
        algorithm: KeyExchangeAlgorithm,
        aws_lc: &'static agreement::Algorithm,
        private_key: &[u8],
    ) -> Result<Self, CryptoError> {
        let private_key = agreement::PrivateKey::from_private_key(aws_lc, private_key);
        let key = Started::new(private_key.map_err(|_| CryptoError)?)?;
        Ok(Self { algorithm, key })
    }
}

impl StaticKey for Static {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn public_key(&self) -> &[u8] {
        self.key.share.as_ref()
    }

    fn agree(&self, peer_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        self.key.agree(peer_share)
    }
}

impl fmt::Debug for Static {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Static({:?})", self.algorithm)
    }
}

struct Started {
    private_key: agreement::PrivateKey,
    share: agreement::PublicKey,
}

impl Started {
    fn new(private_key: agreement::PrivateKey) -> Result<Self, CryptoError> {
        let share = private_key.compute_public_key().map_err(|_| CryptoError)?;
        Ok(Self { private_key, share })
    }

    fn respond(self, client_share: &[u8]) -> Result<(Vec<u8>, SharedSecret), CryptoError> {
        let shared_secret = self.agree(client_share)?;
        Ok((self.share.as_ref().to_vec(), shared_secret))
    }

    /// The crate refuses points off the curve, and for X25519 an all-zero result (RFC 7748 §6.1). It would also take
    /// keys in other forms, such as compressed points: a share is as long as ours, and a point begins like ours.
    //= R-4.3.8.2-1
    //= R-7.4.2-1
    //= R-7.4.2-2
    //= R-7.4.2-3
    fn agree(&self, peer_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        let ours = self.share.as_ref();
        let is_point = self.private_key.algorithm() != &agreement::X25519;
        if peer_share.len() != ours.len() || is_point && peer_share.first() != ours.first() {
            return Err(CryptoError);
        }
        let peer_share = agreement::UnparsedPublicKey::new(self.private_key.algorithm(), peer_share);
        agreement::agree(&self.private_key, peer_share, CryptoError, SharedSecret::new)
    }
}

impl StartedKeyExchange for Started {
    fn share(&self) -> &[u8] {
        self.share.as_ref()
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        self.agree(server_share)
    }
}
