//! `ech_outer_extensions`: RFC 9849 §5.1.

use super::super::{CodePoints, ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// In EncodedClientHelloInner alone: the extensions of ClientHelloOuter that stand in its place.
///
/// ```text
/// ExtensionType OuterExtensions<2..254>;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OuterExtensions<'a> {
    /// In the order in which they stand in both.
    pub extension_types: CodePoints<'a, ExtensionType>,
}

impl<'a> Decode<'a> for OuterExtensions<'a> {
    const NAME: &'static str = "OuterExtensions";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { extension_types: CodePoints::read(r, "OuterExtensions", 2..=254)? })
    }
}

impl<'a> ExtensionBody<'a> for OuterExtensions<'a> {
    const TYPE: ExtensionType = ExtensionType::ECH_OUTER_EXTENSIONS;
}

impl Encode for OuterExtensions<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.extension_types.write(out, 2..=254);
    }
}
