//! What TLS asks of cryptography, one trait a role (RFC 9846 §4.1, §4.3.8, §4.5.2, §5.2, §7.1, §7.4; 8446
//! §4.4.1, §4.2.8, §4.4.3, §5.2, §7.1, §7.4). The traits are open: recorders, replayers and providers of others
//! implement them outside this library.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{
    AeadAlgorithm, Digest, EntropySource, HashAlgorithm, KeyExchangeAlgorithm, NONCE_LEN, PrivateKeyError,
    PrivateKeyInfo, PublicKey, Secret, SharedSecret, SignatureAlgorithm,
};

/// A primitive refused its input: a key of the wrong length, a point not on the curve, a tag that does not
/// fit. It does not say more, for what it could say would help an attacker first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CryptoError;

impl fmt::Display for CryptoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cryptographic operation was refused")
    }
}

impl core::error::Error for CryptoError {}

/// A hash function (§4.1, §7.1).
pub trait Hash: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> HashAlgorithm;

    /// A running hash over nothing yet.
    fn start(&self) -> Box<dyn RunningHash>;

    /// The hash of `data`.
    fn digest(&self, data: &[u8]) -> Digest {
        let mut running = self.start();
        running.update(data);
        running.current()
    }
}

/// A hash over what came so far.
pub trait RunningHash: Send + Sync {
    /// Goes on over `data`.
    fn update(&mut self, data: &[u8]);
    /// The hash of all so far; the running hash goes on.
    fn current(&self) -> Digest;
    /// A second one in the same state.
    fn fork(&self) -> Box<dyn RunningHash>;
}

/// HMAC and the HKDF of RFC 5869 over it (§7.1).
pub trait Hkdf: Send + Sync {
    /// The hash below.
    fn hash_algorithm(&self) -> HashAlgorithm;

    /// `HMAC-Hash(key, data)`, for Finished and binders.
    fn hmac(&self, key: &[u8], data: &[u8]) -> Digest;

    /// `HKDF-Extract(salt, ikm)`: `Hash.length` bytes. An empty `salt` stands for `Hash.length` zeros.
    fn extract(&self, salt: &[u8], ikm: &[u8]) -> Secret;

    /// `HKDF-Expand(prk, info, L)` into all of `out`; `prk` has `Hash.length` bytes or more, `info` is the
    /// concatenation of its parts.
    ///
    /// # Errors
    /// [`CryptoError`] if `prk` is shorter than `Hash.length` or `out` longer than 255 × `Hash.length`.
    fn expand(&self, prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError>;

    /// Lends `with` a key to expand from, for several values of one `prk`: a provider that can key HMAC once for all of
    /// them saves two blocks of hashing a value.
    fn with_prk(&self, prk: &[u8], with: &mut dyn FnMut(&dyn Expand)) {
        with(&Unkeyed { hkdf: self, prk });
    }
}

/// The pseudorandom key of [`Hkdf::with_prk`].
pub trait Expand {
    /// As [`Hkdf::expand`].
    ///
    /// # Errors
    /// As [`Hkdf::expand`].
    fn expand(&self, info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError>;
}

/// A pseudorandom key that is given to the provider for each value.
pub(crate) struct Unkeyed<'a, H: ?Sized> {
    pub(crate) hkdf: &'a H,
    pub(crate) prk: &'a [u8],
}

impl<H: Hkdf + ?Sized> Expand for Unkeyed<'_, H> {
    fn expand(&self, info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        self.hkdf.expand(self.prk, info, out)
    }
}

/// An AEAD (§5.2).
pub trait Aead: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> AeadAlgorithm;

    /// Makes a key usable.
    ///
    /// # Errors
    /// [`CryptoError`] if `key` is not `key_len` bytes.
    fn key(&self, key: &[u8]) -> Result<Box<dyn AeadKey>, CryptoError>;
}

/// A key of an AEAD, expanded for use.
pub trait AeadKey: Send + Sync {
    /// Seals in place: on entry `in_out` holds the plaintext and then `tag_len` bytes of any value, on
    /// return the ciphertext and the tag.
    ///
    /// # Errors
    /// [`CryptoError`] if `in_out` is shorter than a tag or longer than the AEAD allows.
    fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<(), CryptoError>;

    /// Opens in place: on entry `in_out` holds ciphertext and tag; on return its start holds the plaintext,
    /// whose length is given back. After an error the contents of `in_out` are not defined and are no plaintext.
    ///
    /// # Errors
    /// [`CryptoError`] if the tag does not fit.
    fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        additional_data: &[u8],
        in_out: &mut [u8],
    ) -> Result<usize, CryptoError>;
}

/// An asymmetric key exchange (§4.3.8, §7.4), shaped so that a KEM fits: the client's share is its encapsulation key,
/// the server's the ciphertext.
pub trait KeyExchange: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> KeyExchangeAlgorithm;

    /// The client's part: a fresh key pair, whose share goes into the ClientHello.
    ///
    /// A provider without randomness of its own draws the private key as
    /// [`Purpose::KeyShare`](super::Purpose::KeyShare).
    ///
    /// # Errors
    /// [`CryptoError`] if no key pair could be made.
    fn start(&self, entropy: &mut dyn EntropySource) -> Result<Box<dyn StartedKeyExchange>, CryptoError>;

    /// The server's part: answers the client's share with its own and the shared secret. It draws as
    /// [`KeyExchange::start`] does.
    ///
    /// # Errors
    /// [`CryptoError`] if `client_share` is no valid share, such as one of another length or an encapsulation key that
    /// does not stand its check (FIPS 203 §7.2), or for X25519 if the result is all zeros (`illegal_parameter`), or if
    /// no key pair could be made.
    fn respond(
        &self,
        client_share: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<(Vec<u8>, SharedSecret), CryptoError>;
}

/// The client's part of a key exchange that waits for the server's share.
pub trait StartedKeyExchange: Send + Sync {
    /// The `key_exchange` of our KeyShareEntry.
    fn share(&self) -> &[u8];

    /// The shared secret; the private key is gone.
    ///
    /// # Errors
    /// [`CryptoError`] if `server_share` is no valid share, or for X25519 if the result is all zeros
    /// (`illegal_parameter`).
    fn complete(self: Box<Self>, server_share: &[u8]) -> Result<SharedSecret, CryptoError>;

    /// The part of a hybrid that does `algorithm`, if it can stand for itself: its share is offered beside the hybrid's
    /// without another key pair, so that a server may do either.
    fn part(&self, _algorithm: KeyExchangeAlgorithm) -> Option<&dyn StartedKeyExchange> {
        None
    }

    /// The same to complete, after which the hybrid is gone.
    fn into_part(self: Box<Self>, _algorithm: KeyExchangeAlgorithm) -> Option<Box<dyn StartedKeyExchange>> {
        None
    }
}

/// Turns a private key of a key exchange that is kept into one that agrees.
pub trait LoadStaticKey: Send + Sync {
    /// Of which key exchange.
    fn algorithm(&self) -> KeyExchangeAlgorithm;

    /// Loads a private key: the 32 bytes of X25519 (RFC 7748), the big-endian scalar of a curve, as long as its order.
    ///
    /// # Errors
    /// [`CryptoError`] if `private_key` is none.
    fn load(&self, private_key: &[u8]) -> Result<Arc<dyn StaticKey>, CryptoError>;
}

/// A private key of a key exchange that is kept, and whose public key others know beforehand: the receiver's of HPKE
/// (RFC 9180 §4.1). It may lie in an HSM.
pub trait StaticKey: Send + Sync + fmt::Debug {
    /// Of which key exchange.
    fn algorithm(&self) -> KeyExchangeAlgorithm;

    /// The public key, as a `key_exchange` of a KeyShareEntry has it.
    fn public_key(&self) -> &[u8];

    /// What this key and another's share agree on.
    ///
    /// # Errors
    /// [`CryptoError`] if `peer_share` is no valid share, or for X25519 if the result is all zeros.
    fn agree(&self, peer_share: &[u8]) -> Result<SharedSecret, CryptoError>;
}

/// Verifies signatures of one algorithm.
pub trait Verify: Send + Sync {
    /// Which one.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Does `signature` over `message` belong to `key`? Smallest key sizes are the judge's business.
    ///
    /// # Errors
    /// [`CryptoError`] if not, or if `key` is of another kind.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError>;
}

/// Turns a parsed private key into one that signs.
pub trait LoadSigningKey: Send + Sync {
    /// Loads `key`.
    ///
    /// # Errors
    /// [`PrivateKeyError`] if it is damaged or of a kind or size that this provider cannot sign with.
    fn load(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError>;
}

/// A private key that signs inside this process.
pub trait Sign: Send + Sync + fmt::Debug {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// What it can sign with.
    fn algorithms(&self) -> &[SignatureAlgorithm];

    /// Signs `message`, which is hashed here if the algorithm wants it.
    ///
    /// A provider without randomness of its own draws what the scheme needs as
    /// [`Purpose::Signature`](super::Purpose::Signature).
    ///
    /// # Errors
    /// [`CryptoError`] if `algorithm` is not among [`Sign::algorithms`], or signing failed.
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<Vec<u8>, CryptoError>;
}
