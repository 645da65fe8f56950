//! NewSessionTicket: RFC 9846 §4.7.1 (8446 §4.6.1).

use super::Extensions;
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A PSK for later, by the name of its ticket.
///
/// ```text
/// struct {
///     uint32 ticket_lifetime;
///     uint32 ticket_age_add;
///     opaque ticket_nonce<0..255>;
///     opaque ticket<1..2^16-1>;
///     Extension extensions<0..2^16-1>;
/// } NewSessionTicket;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSessionTicket<'a> {
    /// Seconds, at most 604800 (seven days).
    pub ticket_lifetime: u32,
    /// What obscures the age of the ticket when it is offered.
    pub ticket_age_add: u32,
    /// Distinguishes the tickets of one connection.
    pub ticket_nonce: &'a [u8],
    /// The PSK identity to offer.
    pub ticket: &'a [u8],
    /// `early_data`, or nothing.
    pub extensions: Extensions<'a>,
}

impl<'a> Decode<'a> for NewSessionTicket<'a> {
    const NAME: &'static str = "NewSessionTicket";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            ticket_lifetime: r.u32("ticket_lifetime")?,
            ticket_age_add: r.u32("ticket_age_add")?,
            ticket_nonce: r.vector("ticket_nonce", 0..=255)?,
            ticket: r.vector("ticket", 1..=0xffff)?,
            extensions: Extensions::read(r, 0..=0xffff)?,
        })
    }
}

impl Encode for NewSessionTicket<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        out.u32(self.ticket_lifetime);
        out.u32(self.ticket_age_add);
        out.vector(0..=255, |out| out.bytes(self.ticket_nonce));
        out.vector(1..=0xffff, |out| out.bytes(self.ticket));
        self.extensions.write(out);
    }
}
