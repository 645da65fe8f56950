//! X25519 (RFC 7748) and ECDH (SP 800-56A).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;

use p256::NistP256;
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{CurveArithmetic, FieldBytes, PublicKey, SecretKey};
use p384::NistP384;
use p521::NistP521;
use x25519_dalek::StaticSecret;
use zeroize::Zeroizing;

use crate::crypto::{
    CryptoError, EntropySource, KeyExchange, KeyExchangeAlgorithm, Purpose, SharedSecret, StartedKeyExchange,
};

pub(super) fn all() -> Vec<Arc<dyn KeyExchange>> {
    vec![
        Arc::new(X25519),
        Arc::new(Ecdh::<NistP256>::new(KeyExchangeAlgorithm::Secp256r1)),
        Arc::new(Ecdh::<NistP384>::new(KeyExchangeAlgorithm::Secp384r1)),
        Arc::new(Ecdh::<NistP521>::new(KeyExchangeAlgorithm::Secp521r1)),
    ]
}

struct X25519;

struct X25519Started {
    private_key: StaticSecret,
    share: [u8; 32],
}

impl X25519 {
    //= R-4.3.8-6
    fn generate(entropy: &mut dyn EntropySource) -> Result<X25519Started, CryptoError> {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.draw(Purpose::KeyShare, bytes.as_mut_slice())?;
        let private_key = StaticSecret::from(*bytes);
        let share = x25519_dalek::PublicKey::from(&private_key).to_bytes();
        Ok(X25519Started { private_key, share })
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
        Ok((started.share.to_vec(), started.agree(client_share)?))
    }
}

impl X25519Started {
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

impl StartedKeyExchange for X25519Started {
    fn share(&self) -> &[u8] {
        &self.share
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

struct EcdhStarted<C: Curve> {
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
    fn generate(entropy: &mut dyn EntropySource) -> Result<EcdhStarted<C>, CryptoError> {
        let mut scalar = Zeroizing::new(FieldBytes::<C>::default());
        for _ in 0..MOST_DRAWS {
            entropy.draw(Purpose::KeyShare, scalar.as_mut_slice())?;
            if let Some(first) = scalar.first_mut() {
                *first &= C::FIRST_BYTE;
            }
            if let Ok(private_key) = SecretKey::<C>::from_bytes(&scalar) {
                let share = private_key.public_key().to_sec1_point(false).as_bytes().into();
                return Ok(EcdhStarted { private_key, share });
            }
        }
        Err(CryptoError)
    }
}

impl<C: Curve> KeyExchange for Ecdh<C> {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
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
        let shared_secret = started.agree(client_share)?;
        Ok((started.share.into(), shared_secret))
    }
}

impl<C: Curve> EcdhStarted<C> {
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

impl<C: Curve> StartedKeyExchange for EcdhStarted<C> {
    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError> {
        self.agree(server_share)
    }
}
