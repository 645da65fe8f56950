//! Hybrid Public Key Encryption, RFC 9180, in its base mode: composed of the seam's own roles, so that every provider has
//! it whose key exchanges, HKDFs and AEADs it is made of.
//!
//! A sender's encapsulation is the answer to a share of a key exchange, [`KeyExchange::respond`], and draws as that does;
//! a receiver's is [`StaticKey::agree`].
//!
//! ```
//! # #[cfg(feature = "rustcrypto")] {
//! use handfast::crypto::hpke::{HpkeSymmetricCipherSuite, HpkeAeadId, HpkeKdfId, HpkeKemId, setup_base_r, setup_base_s};
//! use handfast::crypto::{Entropy, HashAlgorithm, rustcrypto};
//!
//! let crypto = rustcrypto::provider();
//! let kem_id = HpkeKemId::DHKEM_X25519_HKDF_SHA256;
//! let cipher_suite = HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id: HpkeAeadId::AES_128_GCM };
//! let receiver = crypto.load_static_key(kem_id.key_exchange().unwrap(), &[7; 32])?;
//!
//! let hkdf = crypto.hkdf(HashAlgorithm::Sha256).unwrap();
//! let mut entropy = Entropy::from_platform([1; 32]).expand_with(hkdf.clone());
//! let (enc, mut sender) =
//!     setup_base_s(&crypto, kem_id, cipher_suite, receiver.public_key(), b"info", &mut *entropy)?;
//! let sealed = sender.seal(b"aad", b"hello")?;
//!
//! let mut receiver = setup_base_r(&crypto, kem_id, cipher_suite, &enc, &*receiver, b"info")?;
//! assert_eq!(receiver.open(b"aad", &sealed)?, b"hello");
//! # }
//! # Ok::<(), handfast::crypto::CryptoError>(())
//! ```

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::{
    AeadAlgorithm, AeadKey, CryptoError, CryptoProvider, EntropySource, HashAlgorithm, Hkdf, KeyExchange,
    KeyExchangeAlgorithm, NONCE_LEN, Secret, SharedSecret, StaticKey,
};
use crate::wire::code_points;

code_points! {
    /// A key encapsulation mechanism (RFC 9180 §7.1).
    pub struct HpkeKemId(u16) {
        DHKEM_P256_HKDF_SHA256 = 0x0010 as "DHKEM(P-256, HKDF-SHA256)",
        DHKEM_P384_HKDF_SHA384 = 0x0011 as "DHKEM(P-384, HKDF-SHA384)",
        DHKEM_P521_HKDF_SHA512 = 0x0012 as "DHKEM(P-521, HKDF-SHA512)",
        DHKEM_X25519_HKDF_SHA256 = 0x0020 as "DHKEM(X25519, HKDF-SHA256)",
        DHKEM_X448_HKDF_SHA512 = 0x0021 as "DHKEM(X448, HKDF-SHA512)",
    }
}

code_points! {
    /// A key derivation function (RFC 9180 §7.2).
    pub struct HpkeKdfId(u16) {
        HKDF_SHA256 = 0x0001 as "HKDF-SHA256",
        HKDF_SHA384 = 0x0002 as "HKDF-SHA384",
        HKDF_SHA512 = 0x0003 as "HKDF-SHA512",
    }
}

code_points! {
    /// An AEAD (RFC 9180 §7.3).
    pub struct HpkeAeadId(u16) {
        AES_128_GCM = 0x0001 as "AES-128-GCM",
        AES_256_GCM = 0x0002 as "AES-256-GCM",
        CHACHA20_POLY1305 = 0x0003 as "ChaCha20Poly1305",
        EXPORT_ONLY = 0xffff as "Export-only",
    }
}

/// `mode_base` (RFC 9180 §5, Table 1).
const MODE_BASE: u8 = 0;

impl HpkeKemId {
    /// The key exchange below, if it is one that a provider here may have.
    #[must_use]
    pub const fn key_exchange(self) -> Option<KeyExchangeAlgorithm> {
        match self {
            Self::DHKEM_X25519_HKDF_SHA256 => Some(KeyExchangeAlgorithm::X25519),
            Self::DHKEM_P256_HKDF_SHA256 => Some(KeyExchangeAlgorithm::Secp256r1),
            Self::DHKEM_P384_HKDF_SHA384 => Some(KeyExchangeAlgorithm::Secp384r1),
            _ => None,
        }
    }

    const fn hash(self) -> Option<HashAlgorithm> {
        match self {
            Self::DHKEM_X25519_HKDF_SHA256 | Self::DHKEM_P256_HKDF_SHA256 => Some(HashAlgorithm::Sha256),
            Self::DHKEM_P384_HKDF_SHA384 => Some(HashAlgorithm::Sha384),
            _ => None,
        }
    }

    /// The KEM with keys of this key exchange.
    #[must_use]
    pub fn of(algorithm: KeyExchangeAlgorithm) -> Option<Self> {
        let known =
            [Self::DHKEM_X25519_HKDF_SHA256, Self::DHKEM_P256_HKDF_SHA256, Self::DHKEM_P384_HKDF_SHA384];
        known.into_iter().find(|kem| kem.key_exchange() == Some(algorithm))
    }

    /// `Npk`, the bytes of a public key, and of `enc`.
    #[must_use]
    pub const fn public_key_len(self) -> Option<usize> {
        match self {
            Self::DHKEM_X25519_HKDF_SHA256 => Some(32),
            Self::DHKEM_P256_HKDF_SHA256 => Some(65),
            Self::DHKEM_P384_HKDF_SHA384 => Some(97),
            _ => None,
        }
    }
}

impl HpkeKdfId {
    const fn hash(self) -> Option<HashAlgorithm> {
        match self {
            Self::HKDF_SHA256 => Some(HashAlgorithm::Sha256),
            Self::HKDF_SHA384 => Some(HashAlgorithm::Sha384),
            _ => None,
        }
    }
}

impl HpkeAeadId {
    /// The AEAD, if it is one that a provider here may have.
    #[must_use]
    pub const fn aead(self) -> Option<AeadAlgorithm> {
        match self {
            Self::AES_128_GCM => Some(AeadAlgorithm::Aes128Gcm),
            Self::AES_256_GCM => Some(AeadAlgorithm::Aes256Gcm),
            Self::CHACHA20_POLY1305 => Some(AeadAlgorithm::ChaCha20Poly1305),
            _ => None,
        }
    }
}

/// The symmetric half of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HpkeSymmetricCipherSuite {
    /// The key derivation function.
    pub kdf_id: HpkeKdfId,
    /// The AEAD.
    pub aead_id: HpkeAeadId,
}

impl HpkeSymmetricCipherSuite {
    /// Can this provider compute it, with keys of this KEM?
    #[must_use]
    pub fn is_provided(self, kem_id: HpkeKemId, crypto: &CryptoProvider) -> bool {
        let kem = kem_id.key_exchange().and_then(|algorithm| crypto.key_exchange(algorithm));
        let hkdfs = [kem_id.hash(), self.kdf_id.hash()];
        kem.is_some()
            && hkdfs.into_iter().all(|hash| hash.is_some_and(|hash| crypto.hkdf(hash).is_some()))
            && self.aead_id.aead().is_some_and(|aead| crypto.aead(aead).is_some())
    }
}

/// `SetupBaseS(pkR, info)` (RFC 9180 §5.1.1): `enc` for the receiver, and the context that seals.
///
/// # Errors
/// [`CryptoError`] if the provider lacks a part of the suite, or `pk_r` is no public key of it.
pub fn setup_base_s(
    crypto: &CryptoProvider,
    kem_id: HpkeKemId,
    cipher_suite: HpkeSymmetricCipherSuite,
    pk_r: &[u8],
    info: &[u8],
    entropy: &mut dyn EntropySource,
) -> Result<(Vec<u8>, SenderContext), CryptoError> {
    let exchange = key_exchange(crypto, kem_id)?;
    let (enc, dh) = exchange.respond(pk_r, entropy)?;
    let shared_secret = extract_and_expand(crypto, kem_id, &dh, &[&enc, pk_r])?;
    let context = Context::key_schedule(crypto, kem_id, cipher_suite, &shared_secret, info)?;
    Ok((enc, SenderContext(context)))
}

/// `SetupBaseR(enc, skR, info)` (RFC 9180 §5.1.1): the context that opens.
///
/// # Errors
/// [`CryptoError`] if the provider lacks a part of the suite, `enc` is no public key of it, or `sk_r` no private key.
pub fn setup_base_r(
    crypto: &CryptoProvider,
    kem_id: HpkeKemId,
    cipher_suite: HpkeSymmetricCipherSuite,
    enc: &[u8],
    sk_r: &dyn StaticKey,
    info: &[u8],
) -> Result<ReceiverContext, CryptoError> {
    if kem_id.key_exchange() != Some(sk_r.algorithm()) {
        return Err(CryptoError);
    }
    let dh = sk_r.agree(enc)?;
    let shared_secret = extract_and_expand(crypto, kem_id, &dh, &[enc, sk_r.public_key()])?;
    Context::key_schedule(crypto, kem_id, cipher_suite, &shared_secret, info).map(ReceiverContext)
}

/// Seals one message after the other.
#[derive(Debug)]
pub struct SenderContext(Context);

impl SenderContext {
    /// `Context.Seal(aad, pt)` (RFC 9180 §5.2).
    ///
    /// # Errors
    /// [`CryptoError`] if the AEAD refuses.
    pub fn seal(&mut self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut sealed = plaintext.to_vec();
        sealed.resize(plaintext.len() + self.0.tag_len, 0);
        let nonce = self.0.nonce();
        self.0.key.seal(nonce, aad, &mut sealed)?;
        self.0.increment()?;
        Ok(sealed)
    }

    /// Bytes that sealing adds.
    #[must_use]
    pub const fn tag_len(&self) -> usize {
        self.0.tag_len
    }
}

/// Opens one message after the other.
#[derive(Debug)]
pub struct ReceiverContext(Context);

impl ReceiverContext {
    /// `Context.Open(aad, ct)` (RFC 9180 §5.2).
    ///
    /// # Errors
    /// [`CryptoError`] if the tag does not fit; then the context waits for the same message still.
    pub fn open(&mut self, aad: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut opened = ciphertext.to_vec();
        let nonce = self.0.nonce();
        let length = self.0.key.open(nonce, aad, &mut opened)?;
        opened.truncate(length);
        self.0.increment()?;
        Ok(opened)
    }
}

/// `Context<ROLE>` (RFC 9180 §5.1), without the exporter.
struct Context {
    key: Box<dyn AeadKey>,
    tag_len: usize,
    base_nonce: [u8; NONCE_LEN],
    seq: u64,
}

impl Context {
    /// `KeySchedule<ROLE>(mode_base, shared_secret, info, "", "")` (RFC 9180 §5.1).
    fn key_schedule(
        crypto: &CryptoProvider,
        kem_id: HpkeKemId,
        cipher_suite: HpkeSymmetricCipherSuite,
        shared_secret: &Secret,
        info: &[u8],
    ) -> Result<Self, CryptoError> {
        let kem = kem_id.0.to_be_bytes();
        let (kdf, aead_id) = (cipher_suite.kdf_id.0.to_be_bytes(), cipher_suite.aead_id.0.to_be_bytes());
        let suite_id = [b"HPKE".as_slice(), &kem, &kdf, &aead_id].concat();
        let labeled = Labeled { hkdf: hkdf(crypto, cipher_suite.kdf_id.hash())?, suite_id: &suite_id };
        let psk_id_hash = labeled.extract(&[], b"psk_id_hash", &[]);
        let info_hash = labeled.extract(&[], b"info_hash", info);
        let context = [&[MODE_BASE], psk_id_hash.expose(), info_hash.expose()].concat();
        let secret = labeled.extract(shared_secret.expose(), b"secret", &[]);
        let aead = cipher_suite.aead_id.aead().and_then(|aead| crypto.aead(aead)).ok_or(CryptoError)?;
        let algorithm = aead.algorithm();
        let key =
            Secret::filled(algorithm.key_len(), |key| labeled.expand(&secret, b"key", &[&context], key))?;
        let mut base_nonce = [0; NONCE_LEN];
        labeled.expand(&secret, b"base_nonce", &[&context], &mut base_nonce)?;
        Ok(Self { key: aead.key(key.expose())?, tag_len: algorithm.tag_len(), base_nonce, seq: 0 })
    }

    /// `ComputeNonce(seq)`.
    fn nonce(&self) -> [u8; NONCE_LEN] {
        let mut nonce = self.base_nonce;
        for (place, byte) in nonce.iter_mut().rev().zip(self.seq.to_le_bytes()) {
            *place ^= byte;
        }
        nonce
    }

    /// `IncrementSeq()`; 2^64 messages are refused, long before the limit of the nonce.
    fn increment(&mut self) -> Result<(), CryptoError> {
        self.seq = self.seq.checked_add(1).ok_or(CryptoError)?;
        Ok(())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("seq", &self.seq).finish_non_exhaustive()
    }
}

/// `ExtractAndExpand(dh, kem_context)` of DHKEM (RFC 9180 §4.1).
fn extract_and_expand(
    crypto: &CryptoProvider,
    kem_id: HpkeKemId,
    dh: &SharedSecret,
    kem_context: &[&[u8]],
) -> Result<Secret, CryptoError> {
    let suite_id = [b"KEM".as_slice(), &kem_id.0.to_be_bytes()].concat();
    let labeled = Labeled { hkdf: hkdf(crypto, kem_id.hash())?, suite_id: &suite_id };
    let eae_prk = labeled.extract(&[], b"eae_prk", dh.expose());
    let n_secret = labeled.hkdf.hash_algorithm().output_len();
    Secret::filled(n_secret, |secret| labeled.expand(&eae_prk, b"shared_secret", kem_context, secret))
}

fn key_exchange(crypto: &CryptoProvider, kem_id: HpkeKemId) -> Result<&Arc<dyn KeyExchange>, CryptoError> {
    kem_id.key_exchange().and_then(|algorithm| crypto.key_exchange(algorithm)).ok_or(CryptoError)
}

fn hkdf(crypto: &CryptoProvider, hash: Option<HashAlgorithm>) -> Result<&dyn Hkdf, CryptoError> {
    hash.and_then(|hash| crypto.hkdf(hash)).map(|hkdf| &**hkdf).ok_or(CryptoError)
}

/// The KDF under the labels of a suite (RFC 9180 §4).
struct Labeled<'a> {
    hkdf: &'a dyn Hkdf,
    suite_id: &'a [u8],
}

const VERSION: &[u8] = b"HPKE-v1";

impl Labeled<'_> {
    /// `LabeledExtract(salt, label, ikm)`.
    fn extract(&self, salt: &[u8], label: &[u8], ikm: &[u8]) -> Secret {
        let labeled_ikm = Zeroizing::new([VERSION, self.suite_id, label, ikm].concat());
        self.hkdf.extract(salt, &labeled_ikm)
    }

    /// `LabeledExpand(prk, label, info, L)` into all of `out`.
    fn expand(&self, prk: &Secret, label: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CryptoError> {
        let length = u16::try_from(out.len()).map_err(|_| CryptoError)?.to_be_bytes();
        let info = info.concat();
        self.hkdf.expand(prk.expose(), &[&length, VERSION, self.suite_id, label, &info], out)
    }
}
