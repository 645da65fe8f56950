//! General names (RFC 5280 §4.2.1.6).

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use super::Name;
use crate::pki::asn1::{Asn1Error, DerReader, Oid, Value, tag};

/// One name of any form. Strings are kept as octets: what is no IA5String in one of them is judged where the
/// name is used.
///
/// ```text
/// GeneralName ::= CHOICE {
///      otherName                 [0]  AnotherName,
///      rfc822Name                [1]  IA5String,
///      dNSName                   [2]  IA5String,
///      x400Address               [3]  ORAddress,
///      directoryName             [4]  Name,
///      ediPartyName              [5]  EDIPartyName,
///      uniformResourceIdentifier [6]  IA5String,
///      iPAddress                 [7]  OCTET STRING,
///      registeredID              [8]  OBJECT IDENTIFIER }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum GeneralName<'a> {
    OtherName { type_id: Oid<'a>, value: &'a [u8] },
    Rfc822Name(&'a [u8]),
    DnsName(&'a [u8]),
    X400Address(&'a [u8]),
    DirectoryName(Name<'a>),
    EdiPartyName(&'a [u8]),
    UniformResourceIdentifier(&'a [u8]),
    IpAddress(&'a [u8]),
    RegisteredId(Oid<'a>),
}

/// `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName`, read once and walked again when needed.
#[derive(Clone, Copy, Default)]
pub struct GeneralNames<'a> {
    contents: &'a [u8],
}

impl<'a> GeneralName<'a> {
    pub(crate) fn read(reader: &mut DerReader<'a>, field: &'static str) -> Result<Self, Asn1Error> {
        let value = reader.any(field)?;
        Ok(match value.tag {
            0xa0 => {
                let mut other = value.reader();
                let type_id = other.oid("type-id")?;
                let explicit = other.expect("value", tag::context_constructed(0))?;
                other.end("otherName")?;
                Self::OtherName { type_id, value: explicit.contents }
            }
            0x81 => Self::Rfc822Name(value.contents),
            0x82 => Self::DnsName(value.contents),
            0xa3 => Self::X400Address(value.contents),
            0xa4 => {
                let mut explicit = value.reader();
                let name = Name::read(&mut explicit, "directoryName", &mut Vec::new())?;
                explicit.end("directoryName")?;
                Self::DirectoryName(name)
            }
            0xa5 => Self::EdiPartyName(value.contents),
            0x86 => Self::UniformResourceIdentifier(value.contents),
            0x87 => Self::IpAddress(value.contents),
            0x88 => Self::RegisteredId(value.oid()?),
            _ => return Err(value.invalid()),
        })
    }

    /// The text of a uniformResourceIdentifier.
    pub(crate) fn uri(self) -> Option<&'a str> {
        let Self::UniformResourceIdentifier(uri) = self else { return None };
        core::str::from_utf8(uri).ok()
    }

    /// The name of a directoryName.
    pub(crate) fn directory_name(self) -> Option<Name<'a>> {
        let Self::DirectoryName(name) = self else { return None };
        Some(name)
    }

    /// The name of the form in the ASN.1 module.
    #[must_use]
    pub const fn form(&self) -> &'static str {
        match self {
            Self::OtherName { .. } => "otherName",
            Self::Rfc822Name(_) => "rfc822Name",
            Self::DnsName(_) => "dNSName",
            Self::X400Address(_) => "x400Address",
            Self::DirectoryName(_) => "directoryName",
            Self::EdiPartyName(_) => "ediPartyName",
            Self::UniformResourceIdentifier(_) => "uniformResourceIdentifier",
            Self::IpAddress(_) => "iPAddress",
            Self::RegisteredId(_) => "registeredID",
        }
    }
}

impl<'a> GeneralNames<'a> {
    /// Reads the contents of a GeneralNames under whatever tag.
    pub(crate) fn from_contents(value: &Value<'a>) -> Result<Self, Asn1Error> {
        let mut names = value.reader();
        //= R5280-4.2.1.6-23
        if names.is_empty() {
            return Err(value.invalid());
        }
        while !names.is_empty() {
            GeneralName::read(&mut names, "GeneralName")?;
        }
        Ok(Self { contents: value.contents })
    }

    /// The names in order.
    //= R5280-4.2.1.6-1
    //= R5280-4.2.1.6-2
    //= R5280-4.2.1.6-21
    pub fn iter(&self) -> impl Iterator<Item = GeneralName<'a>> + use<'a> {
        let mut names = DerReader::new(self.contents);
        core::iter::from_fn(move || GeneralName::read(&mut names, "GeneralName").ok())
    }
}

/// An iPAddress of 4 or 16 octets.
//= R5280-4.2.1.6-8
//= R5280-4.2.1.6-9
//= R5280-4.2.1.6-10
pub(crate) fn ip_address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        return Some(IpAddr::from(v4));
    }
    <[u8; 16]>::try_from(octets).ok().map(IpAddr::from)
}

impl fmt::Display for GeneralName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.form())?;
        match self {
            Self::OtherName { type_id, .. } => write!(f, "{type_id}"),
            Self::Rfc822Name(text) | Self::DnsName(text) | Self::UniformResourceIdentifier(text) => {
                write!(f, "{}", text.escape_ascii())
            }
            Self::DirectoryName(name) => write!(f, "{name}"),
            Self::IpAddress(octets) => match ip_address(octets) {
                Some(address) => write!(f, "{address}"),
                None => octets.iter().try_for_each(|octet| write!(f, "{octet:02x}")),
            },
            Self::RegisteredId(oid) => write!(f, "{oid}"),
            Self::X400Address(octets) | Self::EdiPartyName(octets) => {
                write!(f, "of {} bytes", octets.len())
            }
        }
    }
}

impl fmt::Debug for GeneralNames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
