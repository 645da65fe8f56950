//! EndOfEarlyData: RFC 9846 §4.6 (8446 §4.5).

use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The client's 0-RTT data ends here.
///
/// ```text
/// struct {} EndOfEarlyData;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfEarlyData;

impl<'a> Decode<'a> for EndOfEarlyData {
    const NAME: &'static str = "EndOfEarlyData";

    fn read(_: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl Encode for EndOfEarlyData {
    fn encode(&self, _: &mut Writer<'_>) {}
}
