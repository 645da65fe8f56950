//! `cookie`: RFC 9846 §4.3.2 (8446 §4.2.2).

use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// What the second ClientHello must bring back from the HelloRetryRequest.
///
/// ```text
/// struct { opaque cookie<1..2^16-1>; } Cookie;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie<'a> {
    /// The cookie.
    pub cookie: &'a [u8],
}

impl<'a> Decode<'a> for Cookie<'a> {
    const NAME: &'static str = "Cookie";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { cookie: r.vector("cookie", 1..=0xffff)? })
    }
}

impl<'a> ExtensionBody<'a> for Cookie<'a> {
    const TYPE: ExtensionType = ExtensionType::COOKIE;
}

impl Encode for Cookie<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.vector(1..=0xffff, |out| out.bytes(self.cookie));
    }
}
