//! The PSK of a ticket, RFC 9846 §4.7.1 (8446 §4.6.1).

use crate::crypto::Secret;

use super::label::expand_bounded;
use super::{Kdf, Label};

/// The PSK that belongs to a NewSessionTicket (§4.7.1).
///
/// ```text
/// HKDF-Expand-Label(resumption_secret, "resumption", ticket_nonce, Hash.length)
/// ```
///
/// * `ticket_nonce`: at most 255 bytes, as the message bounds it; unique among the connection's tickets.
#[must_use]
pub fn resumption_psk(kdf: &Kdf, resumption_secret: &Secret, ticket_nonce: &[u8]) -> Secret {
    expand_bounded(kdf, resumption_secret, Label::RESUMPTION, ticket_nonce, kdf.hash_length())
}
