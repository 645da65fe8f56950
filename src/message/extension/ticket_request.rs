//! `ticket_request`: RFC 9149 §3.

use super::super::{ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// How many tickets the client wants; in ClientHello.
///
/// ```text
/// struct { uint8 new_session_count; uint8 resumption_count; } ClientTicketRequest;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientTicketRequest {
    /// If the handshake makes a new session.
    pub new_session_count: u8,
    /// If it resumes one.
    pub resumption_count: u8,
}

impl<'a> Decode<'a> for ClientTicketRequest {
    const NAME: &'static str = "ClientTicketRequest";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            new_session_count: r.u8("new_session_count")?,
            resumption_count: r.u8("resumption_count")?,
        })
    }
}

impl<'a> ExtensionBody<'a> for ClientTicketRequest {
    const TYPE: ExtensionType = ExtensionType::TICKET_REQUEST;
}

impl Encode for ClientTicketRequest {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(self.new_session_count);
        out.u8(self.resumption_count);
    }
}

/// How many tickets the server expects to send; in EncryptedExtensions.
///
/// ```text
/// struct { uint8 expected_count; } ServerTicketRequestHint;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTicketRequestHint {
    /// On this connection.
    pub expected_count: u8,
}

impl<'a> Decode<'a> for ServerTicketRequestHint {
    const NAME: &'static str = "ServerTicketRequestHint";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { expected_count: r.u8("expected_count")? })
    }
}

impl<'a> ExtensionBody<'a> for ServerTicketRequestHint {
    const TYPE: ExtensionType = ExtensionType::TICKET_REQUEST;
}

impl Encode for ServerTicketRequestHint {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u8(self.expected_count);
    }
}
