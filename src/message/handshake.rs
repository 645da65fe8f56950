//! The frame of every handshake message (RFC 9846 §4; 8446 §4).

use alloc::vec::Vec;

use super::HandshakeType;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A handshake message, its body not yet looked into.
///
/// ```text
/// struct {
///     HandshakeType msg_type;    /* handshake type */
///     uint24 length;             /* remaining bytes in message */
///     select (Handshake.msg_type) { … };
/// } Handshake;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake<'a> {
    /// What it is.
    pub msg_type: HandshakeType,
    /// Behind the header.
    pub body: &'a [u8],
}

impl<'a> Decode<'a> for Handshake<'a> {
    const NAME: &'static str = "Handshake";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let msg_type = HandshakeType(r.u8("msg_type")?);
        Ok(Self { msg_type, body: r.vector("body", 0..=0xff_ffff)? })
    }
}

impl Encode for Handshake<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(self.msg_type.0);
        out.vector(0..=0xff_ffff, |out| out.bytes(self.body));
    }
}

/// Type and length of the message that starts here, once its header is there: the length does not count the
/// header's four bytes.
#[must_use]
pub fn peek_header(bytes: &[u8]) -> Option<(HandshakeType, usize)> {
    let mut r = Reader::new(bytes);
    let msg_type = HandshakeType(r.u8("msg_type").ok()?);
    Some((msg_type, r.u24("length").ok()? as usize))
}

/// Appends a message whose body `body` writes.
pub fn encode_handshake(msg_type: HandshakeType, out: &mut Vec<u8>, body: impl FnOnce(&mut Writer<'_>)) {
    let mut out = Writer::new(out);
    out.u8(msg_type.0);
    out.vector(0..=0xff_ffff, body);
}
