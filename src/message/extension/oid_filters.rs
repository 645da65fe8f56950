//! `oid_filters`: RFC 9846 §4.3.5 (8446 §4.2.5).

use super::super::vector::Vector;
use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// What the client's certificate must have in its extensions.
///
/// ```text
/// struct {
///     opaque certificate_extension_oid<1..2^8-1>;
///     opaque certificate_extension_values<0..2^16-1>;
/// } OIDFilter;
/// struct { OIDFilter filters<0..2^16-1>; } OIDFilterExtension;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OidFilters<'a>(Vector<'a, OidFilter<'a>>);

/// One filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OidFilter<'a> {
    /// The extension's object identifier, in DER.
    pub certificate_extension_oid: &'a [u8],
    /// The values that it must have, in DER.
    pub certificate_extension_values: &'a [u8],
}

impl<'a> OidFilters<'a> {
    /// Filters that an encoder wrote one behind the other.
    #[must_use]
    pub const fn from_contents(contents: &'a [u8]) -> Self {
        Self(Vector::from_contents(contents))
    }

    /// The filters, in order.
    pub fn iter(&self) -> impl Iterator<Item = OidFilter<'a>> + use<'a> {
        self.0.iter()
    }
}

impl<'a> Decode<'a> for OidFilter<'a> {
    const NAME: &'static str = "OIDFilter";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            certificate_extension_oid: r.vector("certificate_extension_oid", 1..=0xff)?,
            certificate_extension_values: r.vector("certificate_extension_values", 0..=0xffff)?,
        })
    }
}

impl Encode for OidFilter<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(1..=0xff, |out| out.bytes(self.certificate_extension_oid));
        out.vector(0..=0xffff, |out| out.bytes(self.certificate_extension_values));
    }
}

impl<'a> Decode<'a> for OidFilters<'a> {
    const NAME: &'static str = "OIDFilterExtension";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Vector::read(r, "filters", 0..=0xffff).map(Self)
    }
}

impl<'a> ExtensionBody<'a> for OidFilters<'a> {
    const TYPE: ExtensionType = ExtensionType::OID_FILTERS;
}

impl Encode for OidFilters<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.0.write(out, 0..=0xffff);
    }
}
