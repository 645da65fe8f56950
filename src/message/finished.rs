//! Finished: RFC 9846 §4.5.3 (8446 §4.4.4).

use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A MAC over the whole handshake.
///
/// ```text
/// struct { opaque verify_data[Hash.length]; } Finished;
/// ```
///
/// Hash.length is not known to the decoder: comparing with the expected value refuses any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished<'a> {
    /// The MAC.
    pub verify_data: &'a [u8],
}

impl<'a> Decode<'a> for Finished<'a> {
    const NAME: &'static str = "Finished";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { verify_data: r.rest("verify_data") })
    }
}

impl Encode for Finished<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.bytes(self.verify_data);
    }
}
