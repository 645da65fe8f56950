//! `max_fragment_length`: RFC 6066 §4.

use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The longest content of a record that the client wants either end to send, by its logarithm.
///
/// ```text
/// enum { 2^9(1), 2^10(2), 2^11(3), 2^12(4), (255) } MaxFragmentLength;
/// ```
///
/// Another value is `illegal_parameter`, for the receiver to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxFragmentLength(pub u8);

impl MaxFragmentLength {
    /// The length in bytes: 512, 1024, 2048 or 4096.
    #[must_use]
    pub const fn bytes(self) -> Option<u16> {
        match self.0 {
            1..=4 => Some(1 << (8 + self.0)),
            _ => None,
        }
    }
}

impl<'a> Decode<'a> for MaxFragmentLength {
    const NAME: &'static str = "MaxFragmentLength";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self(r.u8("MaxFragmentLength")?))
    }
}

impl<'a> ExtensionBody<'a> for MaxFragmentLength {
    const TYPE: ExtensionType = ExtensionType::MAX_FRAGMENT_LENGTH;
}

impl Encode for MaxFragmentLength {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(self.0);
    }
}
