//! KeyUpdate: RFC 9846 §4.7.3 (8446 §4.6.3).

use super::KeyUpdateRequest;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The sender rolls its keys behind this message.
///
/// ```text
/// enum { update_not_requested(0), update_requested(1), (255) } KeyUpdateRequest;
/// struct { KeyUpdateRequest request_update; } KeyUpdate;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUpdate {
    /// Does it want the receiver to roll its own? Any other value is `illegal_parameter`, for the receiver to say.
    pub request_update: KeyUpdateRequest,
}

impl<'a> Decode<'a> for KeyUpdate {
    const NAME: &'static str = "KeyUpdate";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { request_update: KeyUpdateRequest(r.u8("request_update")?) })
    }
}

impl Encode for KeyUpdate {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(self.request_update.0);
    }
}
