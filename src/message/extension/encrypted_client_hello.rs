//! `encrypted_client_hello`: RFC 9849 §5.

use super::super::list::CodePoint;
use super::super::{EchConfigs, ExtensionBody, ExtensionType};
use crate::crypto::hpke::HpkeSymmetricCipherSuite;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// In ClientHello: an inner one is inside, or this is one.
///
/// ```text
/// enum { outer(0), inner(1) } ECHClientHelloType;
///
/// struct {
///    ECHClientHelloType type;
///    select (ECHClientHello.type) {
///        case outer:
///            HpkeSymmetricCipherSuite cipher_suite;
///            uint8 config_id;
///            opaque enc<0..2^16-1>;
///            opaque payload<1..2^16-1>;
///        case inner:
///            Empty;
///    };
/// } ECHClientHello;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EchClientHello<'a> {
    /// In ClientHelloOuter.
    Outer(EchClientHelloOuter<'a>),
    /// In ClientHelloInner.
    Inner,
    /// A type that is none, and what follows it: it decodes, for it is `illegal_parameter` and not `decode_error` (§7).
    Unknown(u8, &'a [u8]),
}

/// What ClientHelloOuter carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchClientHelloOuter<'a> {
    /// One of those of the ECHConfig.
    pub cipher_suite: HpkeSymmetricCipherSuite,
    /// That of the ECHConfig.
    pub config_id: u8,
    /// The HPKE encapsulated key; empty behind a HelloRetryRequest.
    pub enc: &'a [u8],
    /// EncodedClientHelloInner, encrypted. It ends the extension.
    pub payload: &'a [u8],
}

const OUTER: u8 = 0;
const INNER: u8 = 1;

impl<'a> Decode<'a> for EchClientHello<'a> {
    const NAME: &'static str = "ECHClientHello";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(match r.u8("type")? {
            OUTER => Self::Outer(EchClientHelloOuter {
                cipher_suite: CodePoint::read(r, "cipher_suite")?,
                config_id: r.u8("config_id")?,
                enc: r.vector("enc", 0..=0xffff)?,
                payload: r.vector("payload", 1..=0xffff)?,
            }),
            INNER => Self::Inner,
            other => Self::Unknown(other, r.rest("unknown")),
        })
    }
}

impl<'a> ExtensionBody<'a> for EchClientHello<'a> {
    const TYPE: ExtensionType = ExtensionType::ENCRYPTED_CLIENT_HELLO;
}

impl Encode for EchClientHello<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        match self {
            Self::Outer(outer) => {
                out.u8(OUTER);
                outer.cipher_suite.write(out);
                out.u8(outer.config_id);
                out.vector(0..=0xffff, |out| out.bytes(outer.enc));
                out.vector(1..=0xffff, |out| out.bytes(outer.payload));
            }
            Self::Inner => out.u8(INNER),
            Self::Unknown(other, rest) => {
                out.u8(*other);
                out.bytes(rest);
            }
        }
    }
}

/// In EncryptedExtensions of a server that rejects.
///
/// ```text
/// struct {
///    ECHConfigList retry_configs;
/// } ECHEncryptedExtensions;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchEncryptedExtensions<'a> {
    /// What to use instead.
    pub retry_configs: EchConfigs<'a>,
}

impl<'a> Decode<'a> for EchEncryptedExtensions<'a> {
    const NAME: &'static str = "ECHEncryptedExtensions";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { retry_configs: EchConfigs::read(r)? })
    }
}

impl<'a> ExtensionBody<'a> for EchEncryptedExtensions<'a> {
    const TYPE: ExtensionType = ExtensionType::ENCRYPTED_CLIENT_HELLO;
}

impl Encode for EchEncryptedExtensions<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.retry_configs.encode(out);
    }
}

/// In HelloRetryRequest of a server that accepts.
///
/// ```text
/// struct {
///    opaque confirmation[8];
/// } ECHHelloRetryRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchHelloRetryRequest {
    /// `hrr_accept_confirmation`.
    pub confirmation: [u8; 8],
}

impl<'a> Decode<'a> for EchHelloRetryRequest {
    const NAME: &'static str = "ECHHelloRetryRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { confirmation: r.array("confirmation")? })
    }
}

impl<'a> ExtensionBody<'a> for EchHelloRetryRequest {
    const TYPE: ExtensionType = ExtensionType::ENCRYPTED_CLIENT_HELLO;
}

impl Encode for EchHelloRetryRequest {
    fn encode(&self, out: &mut Writer<'_>) {
        out.bytes(&self.confirmation);
    }
}
