//! The configs of a server, as a client is given them (RFC 9849 §4).

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::CryptoProvider;
use crate::crypto::hpke::{HpkeKemId, HpkeSymmetricCipherSuite};
use crate::identity::{DnsName, DnsNameError};
use crate::message::{EchConfig, EchConfigContents, EchConfigExtensionType, EchConfigs, EchVersion};
use crate::pem::{self, PemError};
use crate::wire::{Decode, DecodeError, Encode};

/// The ECHConfigList of a server, as DNS (`ech` of an HTTPS record) or a server's `retry_configs` has it.
///
/// ```
/// use handfast::handshake::EchConfigList;
///
/// // A list that holds one config, of a version that is none.
/// let list = EchConfigList::from_bytes(&[0, 4, 0xfe, 0x0a, 0, 0])?;
/// let crypto = handfast::CryptoProvider::default();
/// assert_eq!(list.judge(&crypto)[0].as_ref().unwrap_err().to_string(), "version EchVersion(0xfe0a) is not supported");
/// # Ok::<(), handfast::handshake::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct EchConfigList {
    bytes: Arc<[u8]>,
}

/// Why a client cannot use a config, and goes on to the next one (§4, §6.1.7).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EchConfigUnusable {
    /// Its version.
    Version(EchVersion),
    /// The provider has not the KEM of its key.
    Kem(HpkeKemId),
    /// The provider has none of its suites.
    CipherSuites,
    /// The key is none of its KEM: it has another length.
    PublicKey(HpkeKemId),
    /// An extension that a client must know, and that nobody here does.
    MandatoryExtension(EchConfigExtensionType),
    /// An extension that stands twice.
    DoubledExtension(EchConfigExtensionType),
    /// `public_name` is no DNS name.
    PublicName(DnsNameError),
    /// `public_name` could be read as an IPv4 address, or has labels that host names do not have.
    NotAHostName,
}

/// The config that a client uses.
#[derive(Clone)]
pub(crate) struct ChosenConfig {
    /// All of it, as HPKE's `info` has it.
    pub(crate) bytes: Vec<u8>,
    pub(crate) config_id: u8,
    pub(crate) kem_id: HpkeKemId,
    pub(crate) cipher_suite: HpkeSymmetricCipherSuite,
    pub(crate) public_key: Vec<u8>,
    pub(crate) maximum_name_length: u8,
    pub(crate) public_name: DnsName,
}

impl EchConfigList {
    /// A list in the form that DNS has it in: its length, and the configs.
    ///
    /// # Errors
    /// [`DecodeError`] if the list, or a config of the version that is known here, is malformed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        EchConfigs::decode(bytes)?;
        Ok(Self { bytes: bytes.into() })
    }

    /// The list of a PEM text, in a block `ECHCONFIG`, of which there is one; others are passed over.
    ///
    /// # Errors
    /// `None` in place of a list if there is no such block; else as [`EchConfigList::from_bytes`], and for a broken
    /// text.
    pub fn from_pem(text: impl AsRef<[u8]>) -> Result<Option<Self>, EchListError> {
        for block in pem::blocks(text.as_ref()) {
            let block = block.map_err(EchListError::Pem)?;
            if block.label == "ECHCONFIG" {
                let list = block.decode().map_err(EchListError::Pem)?;
                return Self::from_bytes(&list).map(Some).map_err(EchListError::Malformed);
            }
        }
        Ok(None)
    }

    /// The list as DNS has it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// For each config its public name, or why a client with this provider cannot use it, in the order of the list: the
    /// first that can be used is.
    #[must_use]
    pub fn judge(&self, crypto: &CryptoProvider) -> Vec<Result<DnsName, EchConfigUnusable>> {
        self.configs().map(|config| choose(&config, crypto).map(|chosen| chosen.public_name)).collect()
    }

    /// Is there a config of a version that is known here? A list of retry configs without one means that the server has
    /// no more use for Encrypted Client Hello (§6.1.6).
    #[must_use]
    pub(crate) fn has_supported_version(&self) -> bool {
        self.configs().any(|config| config.contents.is_some())
    }

    /// The first config that can be used.
    pub(crate) fn choose(&self, crypto: &CryptoProvider) -> Option<ChosenConfig> {
        self.configs().find_map(|config| choose(&config, crypto).ok())
    }

    /// The configs, in order.
    pub(crate) fn configs(&self) -> impl Iterator<Item = EchConfig<'_>> {
        EchConfigs::decode(&self.bytes).into_iter().flat_map(|list| list.iter())
    }
}

impl From<EchConfigs<'_>> for EchConfigList {
    fn from(configs: EchConfigs<'_>) -> Self {
        Self { bytes: configs.to_bytes().into() }
    }
}

impl fmt::Debug for EchConfigList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EchConfigList({} bytes)", self.bytes.len())
    }
}

fn choose(config: &EchConfig<'_>, crypto: &CryptoProvider) -> Result<ChosenConfig, EchConfigUnusable> {
    //= R9849-4-1
    let contents = config.contents.ok_or(EchConfigUnusable::Version(config.version))?;
    let key = contents.key_config;
    //= R9849-4.2-2
    check_extensions(&contents)?;
    //= R9849-4-2
    if key.kem_id.key_exchange().is_none_or(|algorithm| crypto.key_exchange(algorithm).is_none()) {
        return Err(EchConfigUnusable::Kem(key.kem_id));
    }
    if key.kem_id.public_key_len() != Some(key.public_key.len()) {
        return Err(EchConfigUnusable::PublicKey(key.kem_id));
    }
    let mut suites = key.cipher_suites.iter();
    //= R9849-5-2
    //= R9849-6.1-1
    let cipher_suite = suites.find(|suite| suite.is_provided(key.kem_id, crypto));
    Ok(ChosenConfig {
        bytes: config.bytes.to_vec(),
        config_id: key.config_id,
        kem_id: key.kem_id,
        cipher_suite: cipher_suite.ok_or(EchConfigUnusable::CipherSuites)?,
        public_key: key.public_key.to_vec(),
        maximum_name_length: contents.maximum_name_length,
        public_name: public_name(contents.public_name)?,
    })
}

/// No extension twice, and none that must be known (§4.2): no extension is.
fn check_extensions(contents: &EchConfigContents<'_>) -> Result<(), EchConfigUnusable> {
    let mut types: Vec<_> = contents.extensions.iter().map(|extension| extension.extension_type).collect();
    types.sort_unstable();
    let doubled = types.windows(2).find_map(|pair| match pair {
        [first, second] if first == second => Some(*first),
        _ => None,
    });
    //= R9849-4.2-1
    if let Some(doubled) = doubled {
        return Err(EchConfigUnusable::DoubledExtension(doubled));
    }
    //= R9849-4.2-3
    match types.into_iter().find(|extension| extension.is_mandatory()) {
        Some(mandatory) => Err(EchConfigUnusable::MandatoryExtension(mandatory)),
        None => Ok(()),
    }
}

/// A dot-separated sequence of LDH labels, whose last one is not how a number is written (§6.1.7).
pub(super) fn public_name(name: &[u8]) -> Result<DnsName, EchConfigUnusable> {
    let name = core::str::from_utf8(name).map_err(|_| EchConfigUnusable::NotAHostName)?;
    //= R9849-6.1.7-5
    //= R9849-6.1.7-8
    //= R9849-6.1.7-9
    //= R9849-6.1.7-10
    let name = DnsName::parse(name).map_err(EchConfigUnusable::PublicName)?;
    let last = name.as_str().rsplit('.').next().unwrap_or_default();
    let is_hexadecimal =
        last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if is_hexadecimal || name.as_str().contains('_') {
        return Err(EchConfigUnusable::NotAHostName);
    }
    Ok(name)
}

/// Why a text gives no list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EchListError {
    /// It is no PEM.
    Pem(PemError),
    /// The list is malformed.
    Malformed(DecodeError),
}

impl fmt::Display for EchListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(error) => error.fmt(f),
            Self::Malformed(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for EchListError {}

impl fmt::Display for EchConfigUnusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "version {version} is not supported"),
            Self::Kem(kem) => write!(f, "the crypto provider has no {kem}"),
            Self::CipherSuites => f.write_str("the crypto provider has none of its cipher_suites"),
            Self::PublicKey(kem) => write!(f, "public_key is none of {kem}: it has another length"),
            Self::MandatoryExtension(extension) => {
                write!(f, "the mandatory {extension} is not known (RFC 9849 §4.2)")
            }
            Self::DoubledExtension(extension) => write!(f, "{extension} stands twice (RFC 9849 §4.2)"),
            Self::PublicName(error) => write!(f, "public_name: {error} (RFC 9849 §6.1.7)"),
            Self::NotAHostName => f.write_str(
                "public_name is no host name, or could be read as an IPv4 address (RFC 9849 §6.1.7)",
            ),
        }
    }
}

impl core::error::Error for EchConfigUnusable {}
