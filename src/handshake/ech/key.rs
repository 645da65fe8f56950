//! The keys of a server (RFC 9849 §4.1).

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{EchConfigList, EchConfigUnusable};
use crate::crypto::hpke::{HpkeKemId, HpkeSymmetricCipherSuite};
use crate::crypto::{CryptoProvider, KeyExchangeAlgorithm, PrivateKeyError, StaticKey, StaticKeyInfo};
use crate::message::{EchConfig, EchConfigContents, EchConfigExtensions, EchConfigs, HpkeKeyConfig};
use crate::pem::{self, PemError};
use crate::wire::{Decode, DecodeError};

/// A config that a server publishes, with its private key.
///
/// ```
/// # #[cfg(feature = "rustcrypto")] {
/// use handfast::crypto::{KeyExchangeAlgorithm, rustcrypto};
/// use handfast::handshake::EchKey;
///
/// let private_key = [7; 32]; // from a random number generator
/// let private_key = rustcrypto::provider().load_static_key(KeyExchangeAlgorithm::X25519, &private_key).unwrap();
/// let key = EchKey::publish(42, "public.example", 64, private_key)?;
/// assert_eq!(key.config_id(), 42);
/// let for_dns = EchKey::config_list([&key]);
/// # assert!(for_dns.judge(&rustcrypto::provider())[0].is_ok());
/// # }
/// # Ok::<(), handfast::handshake::EchKeyError>(())
/// ```
#[derive(Clone)]
pub struct EchKey {
    /// The ECHConfig, version and length included.
    config: Arc<[u8]>,
    config_id: u8,
    kem_id: HpkeKemId,
    cipher_suites: Arc<[HpkeSymmetricCipherSuite]>,
    private_key: Arc<dyn StaticKey>,
    is_retry_config: bool,
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EchKeyError {
    /// The config is malformed.
    Malformed(DecodeError),
    /// The config is one that clients ignore.
    Unusable(EchConfigUnusable),
    /// The private key is not that of the config, or of any config of the list.
    Mismatch,
    /// There is no KEM with keys of this kind.
    NoKem,
    /// The private key cannot be read.
    PrivateKey(PrivateKeyError),
    /// The crypto provider cannot agree with such a key.
    NotProvided {
        /// The provider's name.
        provider: &'static str,
    },
    /// The text is no PEM.
    Pem(PemError),
    /// The text has no such block.
    Missing {
        /// `PRIVATE KEY` or `ECHCONFIG`.
        label: &'static str,
        /// The labels of the blocks that it has.
        labels: Vec<String>,
    },
}

/// The suites of the configs that we make: those that every provider here has.
//= R9849-9-1
const CIPHER_SUITES: [HpkeSymmetricCipherSuite; 3] = {
    use crate::crypto::hpke::{HpkeAeadId, HpkeKdfId};
    const fn suite(aead_id: HpkeAeadId) -> HpkeSymmetricCipherSuite {
        HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id }
    }
    [suite(HpkeAeadId::AES_128_GCM), suite(HpkeAeadId::AES_256_GCM), suite(HpkeAeadId::CHACHA20_POLY1305)]
};

impl EchKey {
    /// A new config for this key.
    ///
    /// * `config_id`: drawn at random, again if another key has it (§4.1).
    /// * `public_name`: the DNS name of this server, which is no secret. It must be able to prove it.
    /// * `maximum_name_length`: of the names that are secret, the longest one's, in bytes, or 0: by it clients pad.
    ///
    /// # Errors
    /// [`EchKeyError::Unusable`] if clients would ignore the config, which is so if `public_name` is no host name.
    pub fn publish(
        config_id: u8,
        public_name: &str,
        maximum_name_length: u8,
        private_key: Arc<dyn StaticKey>,
    ) -> Result<Self, EchKeyError> {
        let contents = EchConfigContents {
            key_config: HpkeKeyConfig {
                config_id,
                kem_id: HpkeKemId::of(private_key.algorithm()).ok_or(EchKeyError::NoKem)?,
                public_key: private_key.public_key(),
                cipher_suites: CIPHER_SUITES.as_slice().into(),
            },
            maximum_name_length,
            public_name: public_name.as_bytes(),
            extensions: EchConfigExtensions::default(),
        };
        super::config_list::public_name(contents.public_name).map_err(EchKeyError::Unusable)?;
        Self::new(&contents.to_config(), Arc::clone(&private_key))
    }

    /// A config that was published before, one ECHConfig, with its key.
    ///
    /// # Errors
    /// [`EchKeyError`] if the config is malformed or of another version, or the key is not its own.
    pub fn new(config: &[u8], private_key: Arc<dyn StaticKey>) -> Result<Self, EchKeyError> {
        let decoded = EchConfig::decode(config).map_err(EchKeyError::Malformed)?;
        let unknown = EchKeyError::Unusable(EchConfigUnusable::Version(decoded.version));
        let key = decoded.contents.ok_or(unknown)?.key_config;
        let is_its_own = key.kem_id.key_exchange() == Some(private_key.algorithm())
            && key.public_key == private_key.public_key();
        if !is_its_own {
            return Err(EchKeyError::Mismatch);
        }
        Ok(Self {
            config: config.into(),
            config_id: key.config_id,
            kem_id: key.kem_id,
            cipher_suites: key.cipher_suites.to_vec().into(),
            private_key,
            is_retry_config: true,
        })
    }

    /// The same, with the private key that `key_for` finds for this public half: one that lies elsewhere.
    ///
    /// # Errors
    /// As [`EchKey::new`], and [`EchKeyError::NoKem`] if the config's KEM has keys of no kind known here.
    pub fn kept_elsewhere(
        config: &[u8],
        key_for: impl FnOnce(KeyExchangeAlgorithm, &[u8]) -> Arc<dyn StaticKey>,
    ) -> Result<Self, EchKeyError> {
        let decoded = EchConfig::decode(config).map_err(EchKeyError::Malformed)?;
        let unknown = EchKeyError::Unusable(EchConfigUnusable::Version(decoded.version));
        let key = decoded.contents.ok_or(unknown)?.key_config;
        let algorithm = key.kem_id.key_exchange().ok_or(EchKeyError::NoKem)?;
        Self::new(config, key_for(algorithm, key.public_key))
    }

    /// The keys of a PEM text: one block `PRIVATE KEY` (PKCS#8), and one `ECHCONFIG`, whose configs for this key are
    /// taken. Other blocks are passed over.
    ///
    /// # Errors
    /// [`EchKeyError`] says what is missing or wrong.
    pub fn from_pem(text: impl AsRef<[u8]>, crypto: &CryptoProvider) -> Result<Vec<Self>, EchKeyError> {
        let mut labels = Vec::new();
        let (mut private_key, mut list) = (None, None);
        for block in pem::blocks(text.as_ref()) {
            let block = block.map_err(EchKeyError::Pem)?;
            labels.push(String::from(block.label));
            match block.label {
                "PRIVATE KEY" => private_key = Some(block.decode().map_err(EchKeyError::Pem)?),
                "ECHCONFIG" => list = Some(block.decode().map_err(EchKeyError::Pem)?),
                _ => {}
            }
        }
        let missing = |label| EchKeyError::Missing { label, labels: labels.clone() };
        let private_key = private_key.ok_or_else(|| missing("PRIVATE KEY"))?;
        let list = list.ok_or_else(|| missing("ECHCONFIG"))?;
        let private_key = StaticKeyInfo::from_der(&private_key).map_err(EchKeyError::PrivateKey)?;
        let not_provided = |_| EchKeyError::NotProvided { provider: crypto.name };
        let private_key = crypto
            .load_static_key(private_key.algorithm(), private_key.private_key())
            .map_err(not_provided)?;
        let list = EchConfigs::decode(&list).map_err(EchKeyError::Malformed)?;
        let of_list = list.iter().map(|config| Self::new(config.bytes, Arc::clone(&private_key)));
        let keys: Vec<_> = of_list.filter_map(Result::ok).collect();
        if keys.is_empty() { Err(EchKeyError::Mismatch) } else { Ok(keys) }
    }

    /// The same, whose config is not among those that clients are sent when they have used none of ours
    /// (`retry_configs`): an older one, that caches may hold still.
    #[must_use]
    pub fn not_for_retry(self) -> Self {
        Self { is_retry_config: false, ..self }
    }

    /// The same config with another key that agrees for its own: one that is in an HSM, or a recorder.
    #[must_use]
    pub fn map_private_key(self, map: impl FnOnce(Arc<dyn StaticKey>) -> Arc<dyn StaticKey>) -> Self {
        Self { private_key: map(self.private_key), ..self }
    }

    /// The ECHConfigList of these keys, to be published in DNS.
    #[must_use]
    pub fn config_list<'k>(keys: impl IntoIterator<Item = &'k Self>) -> EchConfigList {
        let configs: Vec<u8> = keys.into_iter().flat_map(|key| key.config.iter().copied()).collect();
        EchConfigs::from_contents(&configs).into()
    }

    /// The ECHConfig, version and length included.
    #[must_use]
    pub fn config(&self) -> &[u8] {
        &self.config
    }

    /// `config_id`.
    #[must_use]
    pub const fn config_id(&self) -> u8 {
        self.config_id
    }

    /// Is its config among those that clients are sent when they have used none of ours?
    #[must_use]
    pub const fn is_retry_config(&self) -> bool {
        self.is_retry_config
    }

    pub(crate) const fn kem_id(&self) -> HpkeKemId {
        self.kem_id
    }

    pub(crate) fn supports(&self, cipher_suite: HpkeSymmetricCipherSuite) -> bool {
        self.cipher_suites.contains(&cipher_suite)
    }

    pub(crate) fn private_key(&self) -> &dyn StaticKey {
        &*self.private_key
    }
}

/// The config in hexadecimal, which is public; of the key nothing.
impl fmt::Debug for EchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EchKey(")?;
        self.config.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(if self.is_retry_config { ")" } else { ", not for retry)" })
    }
}

impl fmt::Display for EchKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::Unusable(reason) => write!(f, "clients ignore this ECHConfig: {reason}"),
            Self::Mismatch => f.write_str("the private key does not belong to an ECHConfig of the list"),
            Self::NoKem => f.write_str("HPKE has no KEM with private keys of this kind (RFC 9180 §7.1)"),
            Self::PrivateKey(error) => error.fmt(f),
            Self::NotProvided { provider } => {
                write!(
                    f,
                    "the crypto provider {provider} has no key exchange with keys of this kind that are kept"
                )
            }
            Self::Pem(error) => error.fmt(f),
            Self::Missing { label, labels } if labels.is_empty() => {
                write!(f, "no PEM block found; expected -----BEGIN {label}-----")
            }
            Self::Missing { label, labels } => {
                write!(f, "no -----BEGIN {label}----- found; the PEM blocks are {}", labels.join(", "))
            }
        }
    }
}

impl core::error::Error for EchKeyError {}
