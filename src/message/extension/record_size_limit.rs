//! `record_size_limit`: RFC 8449 §4.

use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The largest record that the sender is willing to receive.
///
/// ```text
/// uint16 RecordSizeLimit;
/// ```
///
/// Bytes of TLSInnerPlaintext: content, content type and padding. Less than 64 is `illegal_parameter`, for the
/// receiver to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordSizeLimit(pub u16);

impl<'a> Decode<'a> for RecordSizeLimit {
    const NAME: &'static str = "RecordSizeLimit";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self(r.u16("RecordSizeLimit")?))
    }
}

impl<'a> ExtensionBody<'a> for RecordSizeLimit {
    const TYPE: ExtensionType = ExtensionType::RECORD_SIZE_LIMIT;
}

impl Encode for RecordSizeLimit {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u16(self.0);
    }
}
