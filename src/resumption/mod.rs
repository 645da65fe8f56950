//! Resumption and pre-shared keys: RFC 9846 §2.2, §4.3.11, §4.7.1, §8 (8446 §2.2, §4.2.11, §4.6.1, §8).
//!
//! A [`Session`] is what a handshake leaves for a later one: the PSK, and everything that the resumed connection
//! must not lose, first of all who the peer is and when it was authenticated. It is plain data with a byte form.
//! A [`Psk`] is a secret that a client can offer and a server find, be it from a session or provisioned outside;
//! an [`ExternalPsk`] is one that becomes some by import (RFC 9258).

mod binder;
mod importer;
mod psk;
mod replay;
mod session;
mod session_bytes;
mod ticket;
mod ticket_age;
mod ticket_store;

pub use binder::binder;
pub(crate) use importer::external_identity;
pub use importer::{ExternalPsk, ImportError, ImportedIdentity, RolePair, TargetKdf};
pub use psk::{Psk, PskOffer};
pub use replay::ReplayFilter;
pub use session::{MAX_SESSION_CHAIN, MAX_TICKET_LIFETIME, Session, SessionError, SessionSecret};
pub use ticket::{MAX_SEALED_TICKET, MAX_TICKET_KEYS, TicketKeys};
pub use ticket_age::{obfuscate_ticket_age, reveal_ticket_age};
pub use ticket_store::{MAX_STORED_SESSION, STORED_TICKET_LEN, TicketStore};
