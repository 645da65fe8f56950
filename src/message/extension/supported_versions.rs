//! `supported_versions`: RFC 9846 §4.3.1 (8446 §4.2.1).

use super::super::{CodePoints, ExtensionBody, ExtensionType, ProtocolVersion};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The versions that the client speaks, in order of preference.
///
/// ```text
/// ProtocolVersion versions<2..254>;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SupportedVersionsClientHello<'a> {
    /// The versions.
    pub versions: CodePoints<'a, ProtocolVersion>,
}

impl<'a> From<&'a [ProtocolVersion]> for SupportedVersionsClientHello<'a> {
    fn from(versions: &'a [ProtocolVersion]) -> Self {
        Self { versions: versions.into() }
    }
}

impl<'a> Decode<'a> for SupportedVersionsClientHello<'a> {
    const NAME: &'static str = "SupportedVersions";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { versions: CodePoints::read(r, "versions", 2..=254)? })
    }
}

impl<'a> ExtensionBody<'a> for SupportedVersionsClientHello<'a> {
    const TYPE: ExtensionType = ExtensionType::SUPPORTED_VERSIONS;
}

impl Encode for SupportedVersionsClientHello<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.versions.write(out, 2..=254);
    }
}

/// The version that the server selected, in ServerHello and HelloRetryRequest.
///
/// ```text
/// ProtocolVersion selected_version;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupportedVersionsServerHello {
    /// 0x0304.
    pub selected_version: ProtocolVersion,
}

impl<'a> Decode<'a> for SupportedVersionsServerHello {
    const NAME: &'static str = "SupportedVersions";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { selected_version: ProtocolVersion(r.u16("selected_version")?) })
    }
}

impl<'a> ExtensionBody<'a> for SupportedVersionsServerHello {
    const TYPE: ExtensionType = ExtensionType::SUPPORTED_VERSIONS;
}

impl Encode for SupportedVersionsServerHello {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.selected_version.0);
    }
}
