//! `early_data`: RFC 9846 §4.3.10 (8446 §4.2.10).

use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Early data follows (ClientHello), or is taken (EncryptedExtensions).
///
/// ```text
/// struct {} EarlyDataIndication;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyDataIndication;

impl<'a> Decode<'a> for EarlyDataIndication {
    const NAME: &'static str = "EarlyDataIndication";

    fn read(_: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl<'a> ExtensionBody<'a> for EarlyDataIndication {
    const TYPE: ExtensionType = ExtensionType::EARLY_DATA;
}

impl Encode for EarlyDataIndication {
    fn encode(&self, _: &mut Writer<'_>) {}
}

/// How much early data the server takes with this ticket.
///
/// ```text
/// uint32 max_early_data_size;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyDataNewSessionTicket {
    /// Bytes of plaintext.
    pub max_early_data_size: u32,
}

impl<'a> Decode<'a> for EarlyDataNewSessionTicket {
    const NAME: &'static str = "EarlyDataIndication";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { max_early_data_size: r.u32("max_early_data_size")? })
    }
}

impl<'a> ExtensionBody<'a> for EarlyDataNewSessionTicket {
    const TYPE: ExtensionType = ExtensionType::EARLY_DATA;
}

impl Encode for EarlyDataNewSessionTicket {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u32(self.max_early_data_size);
    }
}
