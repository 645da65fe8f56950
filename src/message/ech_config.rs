//! ECHConfigList: RFC 9849 §4. It comes from DNS, or from a server that rejects, and never in a message of its own.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::list::CodePoint;
use super::vector::Vector;
use crate::crypto::hpke::{HpkeAeadId, HpkeKdfId, HpkeKemId, HpkeSymmetricCipherSuite};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer, code_points};

code_points! {
    /// A version of Encrypted Client Hello: the code point of its extension (§4).
    pub struct EchVersion(u16) {
        RFC9849 = 0xfe0d as "RFC 9849",
    }
}

code_points! {
    /// The type of an extension of an ECHConfig (§11.3): none is registered.
    pub struct EchConfigExtensionType(u16) {}
}

impl EchConfigExtensionType {
    /// Must a client that does not know it ignore the config (§4.2)?
    #[must_use]
    pub const fn is_mandatory(self) -> bool {
        self.0 & 0x8000 != 0
    }
}

/// Configs in decreasing order of preference.
///
/// ```text
/// ECHConfig ECHConfigList<4..2^16-1>;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchConfigs<'a>(Vector<'a, EchConfig<'a>>);

const LIST: RangeInclusive<usize> = 4..=0xffff;

/// One config, of any version.
///
/// ```text
/// struct {
///     uint16 version;
///     uint16 length;
///     select (ECHConfig.version) {
///       case 0xfe0d: ECHConfigContents contents;
///     }
/// } ECHConfig;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchConfig<'a> {
    /// Its version.
    pub version: EchVersion,
    /// Its contents, if it is of the version that is known here.
    pub contents: Option<EchConfigContents<'a>>,
    /// All of it, version and length included: HPKE's `info` has it.
    pub bytes: &'a [u8],
}

/// What a client-facing server publishes.
///
/// ```text
/// struct {
///     HpkeKeyConfig key_config;
///     uint8 maximum_name_length;
///     opaque public_name<1..255>;
///     ECHConfigExtension extensions<0..2^16-1>;
/// } ECHConfigContents;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchConfigContents<'a> {
    /// The key, and what to encrypt under it with.
    pub key_config: HpkeKeyConfig<'a>,
    /// The longest name of a backend server, if known, in bytes; else 0.
    pub maximum_name_length: u8,
    /// The DNS name of the client-facing server.
    pub public_name: &'a [u8],
    /// What else a client must know.
    pub extensions: EchConfigExtensions<'a>,
}

/// A public key and the suites for it.
///
/// ```text
/// struct {
///     uint8 config_id;
///     HpkeKemId kem_id;
///     HpkePublicKey public_key;
///     HpkeSymmetricCipherSuite cipher_suites<4..2^16-4>;
/// } HpkeKeyConfig;
/// opaque HpkePublicKey<1..2^16-1>;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HpkeKeyConfig<'a> {
    /// By which a server knows the key.
    pub config_id: u8,
    /// What the key is of.
    pub kem_id: HpkeKemId,
    /// The key, in the KEM's encoding.
    pub public_key: &'a [u8],
    /// In no order.
    pub cipher_suites: HpkeSymmetricCipherSuites<'a>,
}

impl Eq for HpkeKeyConfig<'_> {}

/// The suites of a key.
pub type HpkeSymmetricCipherSuites<'a> = super::CodePoints<'a, HpkeSymmetricCipherSuite>;

/// The extensions of a config.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EchConfigExtensions<'a>(Vector<'a, EchConfigExtension<'a>>);

/// One extension of a config.
///
/// ```text
/// struct {
///     ECHConfigExtensionType type;
///     opaque data<0..2^16-1>;
/// } ECHConfigExtension;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchConfigExtension<'a> {
    /// What it is.
    pub extension_type: EchConfigExtensionType,
    /// Its body.
    pub data: &'a [u8],
}

impl<'a> EchConfigs<'a> {
    /// The configs, in order.
    pub fn iter(&self) -> impl Iterator<Item = EchConfig<'a>> + use<'a> {
        self.0.iter()
    }

    /// Configs that an encoder wrote one behind the other.
    #[must_use]
    pub const fn from_contents(contents: &'a [u8]) -> Self {
        Self(Vector::from_contents(contents))
    }
}

impl<'a> Decode<'a> for EchConfigs<'a> {
    const NAME: &'static str = "ECHConfigList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Vector::read(r, "ECHConfigList", LIST).map(Self)
    }
}

impl Encode for EchConfigs<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.0.write(out, LIST);
    }
}

impl<'a> Decode<'a> for EchConfig<'a> {
    const NAME: &'static str = "ECHConfig";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let before = r.unread();
        let version = EchVersion(r.u16("version")?);
        let mut contents = r.nested("contents", 0..=0xffff)?;
        let length = before.len().saturating_sub(r.remaining());
        let contents = match version {
            EchVersion::RFC9849 => {
                let read = EchConfigContents::read(&mut contents)?;
                contents.end(EchConfigContents::NAME)?;
                Some(read)
            }
            _ => None,
        };
        Ok(Self { version, contents, bytes: before.get(..length).unwrap_or_default() })
    }
}

impl Encode for EchConfig<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.bytes(self.bytes);
    }
}

impl<'a> Decode<'a> for EchConfigContents<'a> {
    const NAME: &'static str = "ECHConfigContents";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            key_config: HpkeKeyConfig {
                config_id: r.u8("config_id")?,
                kem_id: HpkeKemId(r.u16("kem_id")?),
                public_key: r.vector("public_key", 1..=0xffff)?,
                cipher_suites: HpkeSymmetricCipherSuites::read(r, "cipher_suites", 4..=0xfffc)?,
            },
            maximum_name_length: r.u8("maximum_name_length")?,
            public_name: r.vector("public_name", 1..=0xff)?,
            extensions: EchConfigExtensions(Vector::read(r, "extensions", 0..=0xffff)?),
        })
    }
}

impl Encode for EchConfigContents<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(self.key_config.config_id);
        out.u16(self.key_config.kem_id.0);
        out.vector(1..=0xffff, |out| out.bytes(self.key_config.public_key));
        self.key_config.cipher_suites.write(out, 4..=0xfffc);
        out.u8(self.maximum_name_length);
        out.vector(1..=0xff, |out| out.bytes(self.public_name));
        self.extensions.0.write(out, 0..=0xffff);
    }
}

impl EchConfigContents<'_> {
    /// The ECHConfig of these contents, version and length included.
    #[must_use]
    pub fn to_config(self) -> Vec<u8> {
        let mut config = Vec::new();
        let mut out = Writer::new(&mut config);
        out.u16(EchVersion::RFC9849.0);
        out.vector(0..=0xffff, |out| self.encode(out));
        config
    }
}

impl<'a> EchConfigExtensions<'a> {
    /// The extensions, in order.
    pub fn iter(&self) -> impl Iterator<Item = EchConfigExtension<'a>> + use<'a> {
        self.0.iter()
    }

    /// Extensions that an encoder wrote one behind the other.
    #[must_use]
    pub const fn from_contents(contents: &'a [u8]) -> Self {
        Self(Vector::from_contents(contents))
    }
}

impl<'a> Decode<'a> for EchConfigExtension<'a> {
    const NAME: &'static str = "ECHConfigExtension";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            extension_type: EchConfigExtensionType(r.u16("type")?),
            data: r.vector("data", 0..=0xffff)?,
        })
    }
}

impl Encode for EchConfigExtension<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.extension_type.0);
        out.vector(0..=0xffff, |out| out.bytes(self.data));
    }
}

/// A pair of code points.
///
/// ```text
/// struct {
///     HpkeKdfId kdf_id;
///     HpkeAeadId aead_id;
/// } HpkeSymmetricCipherSuite;
/// ```
impl CodePoint for HpkeSymmetricCipherSuite {
    const WIDTH: usize = 4;

    fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
        Ok(Self { kdf_id: HpkeKdfId(r.u16(field)?), aead_id: HpkeAeadId(r.u16(field)?) })
    }

    fn write(self, out: &mut Writer<'_>) {
        out.u16(self.kdf_id.0);
        out.u16(self.aead_id.0);
    }
}
