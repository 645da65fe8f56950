//! `certificate_authorities`: RFC 9846 §4.3.4 (8446 §4.2.4).

use super::super::{ExtensionBody, ExtensionType, OpaqueList};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The authorities that the sender accepts.
///
/// ```text
/// opaque DistinguishedName<1..2^16-1>;
/// struct { DistinguishedName authorities<3..2^16-1>; } CertificateAuthoritiesExtension;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CertificateAuthorities<'a> {
    /// Distinguished names in DER.
    pub authorities: OpaqueList<'a>,
}

impl<'a> From<&'a [alloc::vec::Vec<u8>]> for CertificateAuthorities<'a> {
    fn from(authorities: &'a [alloc::vec::Vec<u8>]) -> Self {
        Self { authorities: authorities.into() }
    }
}

impl<'a> Decode<'a> for CertificateAuthorities<'a> {
    const NAME: &'static str = "CertificateAuthoritiesExtension";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let contents = r.nested("authorities", 3..=0xffff)?;
        Ok(Self { authorities: OpaqueList::read(contents, "DistinguishedName", 1..=0xffff)? })
    }
}

impl<'a> ExtensionBody<'a> for CertificateAuthorities<'a> {
    const TYPE: ExtensionType = ExtensionType::CERTIFICATE_AUTHORITIES;
}

impl Encode for CertificateAuthorities<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(3..=0xffff, |out| self.authorities.write(out, &(1..=0xffff)));
    }
}
