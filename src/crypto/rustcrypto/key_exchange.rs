//! X25519 (RFC 7748) and ECDH (SP 800-56A), with private keys made for once, and with those that are kept.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use p256::NistP256;
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{CurveArithmetic, FieldBytes, PublicKey, SecretKey};
use p384::NistP384;
use p521::NistP521;
use zeroize::Zeroizing;

use crate::crypto::x25519::{self, X25519Key};
use crate::crypto::{
    CryptoError, EntropySource, KeyExchange, KeyExchangeAlgorithm, LoadStaticKey, Purpose, SharedSecret,
    StartedKeyExchange, StaticKey,
};

pub(super) fn all() -> Vec<Arc<dyn KeyExchange>> {
    vec![
        Arc::new(X25519),
        Arc::new(Ecdh::<NistP256>::new(KeyExchangeAlgorithm::Secp256r1)),
        Arc::new(Ecdh::<NistP384>::new(KeyExchangeAlgorithm::Secp384r1)),
        Arc::new(Ecdh::<NistP521>::new(KeyExchangeAlgorithm::Secp521r1)),
    ]
}

/// Loaders of the private keys that are kept.
pub(super) fn static_key_loaders() -> Vec<Arc<dyn LoadStaticKey>> {
    vec![
        Arc::new(x25519::Loader),
        Arc::new(Ecdh::<NistP256>::new(KeyExchangeAlgorithm::Secp256r1)),
        Arc::new(Ecdh::<NistP384>::new(KeyExchangeAlgorithm::Secp384r1)),
        Arc::new(Ecdh::<NistP521>::new(KeyExchangeAlgorithm::Secp521r1)),
    ]
}

struct X25519;

impl X25519 {
    //= R-4.3.8-6
    fn generate(entropy: &mut dyn EntropySource) -> Result<X25519Key, CryptoError> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.draw(Purpose::KeyShare, bytes.as_mut_slice())?;
        Ok(X25519Key::new(*bytes))
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
        let started = Self::generate(entropy)?;
        Ok((started.public_key().to_vec(), started.agree(client_share)?))
    }
}

impl StartedKeyExchange for X25519Key {
    fn share(&self) -> &[u8] {
        self.public_key()
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        self.agree(server_share)
    }
}

/// A curve whose points can be read and written as SEC 1 has them.
trait Curve:
    CurveArithmetic<FieldBytesSize: ModulusSize, AffinePoint: FromSec1Point<Self> + ToSec1Point<Self>>
{
    /// The bits of a private key's first byte that a number below the order may have.
    const FIRST_BYTE: u8 = 0xff;
}
impl Curve for NistP256 {}
impl Curve for NistP384 {}
impl Curve for NistP521 {
    const FIRST_BYTE: u8 = 0x01;
}

struct Ecdh<C> {
    algorithm: KeyExchangeAlgorithm,
    curve: PhantomData<fn() -> C>,
}

struct EcdhKey<C: Curve> {
    algorithm: KeyExchangeAlgorithm,
    private_key: SecretKey<C>,
    share: Box<[u8]>,
}

/// Draws until a private key is in range. One draw in 2^32 is not for P-256, in 2^194 for P-384, in 2^261 for P-521, so that
/// the bound is met only where the entropy is broken.
const MOST_DRAWS: usize = 8;

impl<C: Curve> Ecdh<C> {
    const fn new(algorithm: KeyExchangeAlgorithm) -> Self {
        Self { algorithm, curve: PhantomData }
    }

    //= R-4.3.8-6
    fn generate(&self, entropy: &mut dyn EntropySource) -> Result<EcdhKey<C>, CryptoError> {
        let mut scalar = Zeroizing::new(FieldBytes::<C>::default());
        for _ in 0..MOST_DRAWS {
            entropy.draw(Purpose::KeyShare, scalar.as_mut_slice())?;
            if let Some(first) = scalar.first_mut() {
                *first &= C::FIRST_BYTE;
            }
            if let Ok(private_key) = SecretKey::<C>::from_bytes(&scalar) {
                return Ok(self.key(private_key));
            }
        }
        Err(CryptoError)
    }

    fn key(&self, private_key: SecretKey<C>) -> EcdhKey<C> {
        let share = private_key.public_key().to_sec1_point(false).as_bytes().into();
        EcdhKey { algorithm: self.algorithm, private_key, share }
    }
}

impl<C: Curve> KeyExchange for Ecdh<C> {
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
        let started = self.generate(entropy)?;
        let shared_secret = started.agree(client_share)?;
        Ok((started.share.into(), shared_secret))
    }
}

impl<C: Curve> LoadStaticKey for Ecdh<C> {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn load(&self, private_key: &[u8]) -> Result<Arc<dyn StaticKey>, CryptoError> {
        let private_key = SecretKey::<C>::from_slice(private_key).map_err(|_| CryptoError)?;
        Ok(Arc::new(self.key(private_key)))
    }
}

impl<C: Curve> StaticKey for EcdhKey<C> {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn public_key(&self) -> &[u8] {
        &self.share
    }

    /// The shared secret is the point's x coordinate (§7.4.2); the peer's share is an uncompressed point on
    /// the curve (§4.3.8.2), which is never the point at infinity.
    //= R-4.3.8.2-1
    //= R-7.4.2-1
    fn agree(&self, peer_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        if peer_share.first() != Some(&4) {
            return Err(CryptoError);
        }
        let peer_share = PublicKey::<C>::from_sec1_bytes(peer_share).map_err(|_| CryptoError)?;
        SharedSecret::new(self.private_key.diffie_hellman(&peer_share).raw_secret_bytes())
    }
}

impl<C: Curve> fmt::Debug for EcdhKey<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcdhKey({:?})", self.algorithm)
    }
}

impl<C: Curve> StartedKeyExchange for EcdhKey<C> {
    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        self.agree(server_share)
    }
}
