//! `application_layer_protocol_negotiation`: RFC 7301 §3.1.

use super::super::{ExtensionBody, ExtensionType, OpaqueList};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The application protocols on offer, or the one that the server chose.
///
/// ```text
/// opaque ProtocolName<1..2^8-1>;
/// struct { ProtocolName protocol_name_list<2..2^16-1> } ProtocolNameList;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProtocolNameList<'a> {
    /// In order of preference; one alone in EncryptedExtensions.
    pub protocol_name_list: OpaqueList<'a>,
}

impl<'a> From<&'a [alloc::vec::Vec<u8>]> for ProtocolNameList<'a> {
    fn from(names: &'a [alloc::vec::Vec<u8>]) -> Self {
        Self { protocol_name_list: names.into() }
    }
}

impl<'a> Decode<'a> for ProtocolNameList<'a> {
    const NAME: &'static str = "ProtocolNameList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let contents = r.nested("protocol_name_list", 2..=0xffff)?;
        Ok(Self { protocol_name_list: OpaqueList::read(contents, "ProtocolName", 1..=0xff)? })
    }
}

impl<'a> ExtensionBody<'a> for ProtocolNameList<'a> {
    const TYPE: ExtensionType = ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION;
}

impl Encode for ProtocolNameList<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(2..=0xffff, |out| self.protocol_name_list.write(out, &(1..=0xff)));
    }
}
