//! `post_handshake_auth`: RFC 9846 §4.3.6 (8446 §4.2.6).

use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The client is willing to show a certificate after the handshake.
///
/// ```text
/// struct {} PostHandshakeAuth;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostHandshakeAuth;

impl<'a> Decode<'a> for PostHandshakeAuth {
    const NAME: &'static str = "PostHandshakeAuth";

    fn read(_: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl<'a> ExtensionBody<'a> for PostHandshakeAuth {
    const TYPE: ExtensionType = ExtensionType::POST_HANDSHAKE_AUTH;
}

impl Encode for PostHandshakeAuth {
    fn encode(&self, _: &mut Writer<'_>) {}
}
