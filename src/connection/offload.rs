//! An established connection taken apart into its keys, for a kernel or a network card that goes on with the records
//! (RFC 9846 §5.2, §5.3, §7.2, §7.3; 8446 likewise). Reached through `danger`.

use alloc::boxed::Box;
use core::fmt;

use super::traffic::TrafficSecret;
use super::{Connection, Inbox};
use crate::crypto::NONCE_LEN;
use crate::key_schedule::TrafficKeys;
use crate::message::CipherSuite;

/// What was a connection: all that it takes to go on with its records.
#[derive(Debug)]
pub struct Offloaded {
    /// The cipher suite: it names the AEAD.
    pub cipher_suite: CipherSuite,
    /// The most content, in bytes, that the peer takes in one record: less than 2^14 where it has said so (RFC 8449).
    /// Who cannot keep to it must not go on.
    pub max_content: usize,
    /// What the next record to send is protected with.
    pub send: RecordKeys,
    /// What the next record to come is protected with.
    pub receive: RecordKeys,
}

/// The keys of one direction, from its next record on; wiped on drop.
pub struct RecordKeys {
    keys: TrafficKeys,
    sequence_number: u64,
    secret: TrafficSecret,
}

/// Why a connection was not taken apart, and both as they were.
#[derive(Debug)]
pub struct NotOffloaded {
    /// Why.
    pub reason: NotAtRest,
    /// The connection, unharmed.
    pub connection: Connection,
    /// The inbox, with all that it holds.
    pub inbox: Inbox,
}

/// Why a connection is not at rest, and was neither taken apart nor parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAtRest {
    /// [`Milestone::Connected`](crate::handshake::Milestone::Connected) was not given.
    NotConnected,
    /// One direction has ended, or the connection has failed.
    Closed,
    /// `transmit` owes bytes: they go ahead.
    Owed,
    /// An ask is open, or `receive` has not taken its answer up.
    Asked,
    /// Plaintext was lent and not read.
    Unread {
        /// Bytes of it.
        bytes: usize,
    },
    /// Bytes have come that were not opened: whole records, or the start of one, which nobody else can make sense of.
    Unopened {
        /// How many.
        bytes: usize,
    },
    /// Post-handshake authentication is offered and enabled: who has the keys alone could not answer, or ask.
    PostHandshakeAuth,
    /// `receive` has more to say, or a handshake message waits for its rest.
    MidMessage,
}

impl RecordKeys {
    pub(super) fn new(secret: &TrafficSecret, sequence_number: u64) -> Self {
        Self { keys: secret.keys(), sequence_number, secret: secret.clone() }
    }

    /// `[sender]_write_key`, as long as the AEAD's keys.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.keys.key.expose()
    }

    /// `[sender]_write_iv`: a record's nonce is this, XORed with its sequence number (§5.3).
    #[must_use]
    pub const fn iv(&self) -> &[u8; NONCE_LEN] {
        &self.keys.iv
    }

    /// The sequence number of the next record.
    #[must_use]
    pub const fn sequence_number(&self) -> u64 {
        self.sequence_number
    }

    /// Rolls to the keys behind the sender's next KeyUpdate, from sequence number 0 (§7.2); those of before are wiped.
    pub fn update(&mut self) {
        self.secret.roll();
        self.keys = self.secret.keys();
        self.sequence_number = 0;
    }
}

/// Takes a connection apart; see [`danger::offload`](crate::danger::offload).
pub(crate) fn offload(connection: Connection, inbox: Inbox) -> Result<Offloaded, Box<NotOffloaded>> {
    let reason = match (connection.offloaded(), unread(&inbox)) {
        (Ok(offloaded), None) => return Ok(offloaded),
        (Err(reason), _) | (Ok(_), Some(reason)) => reason,
    };
    Err(Box::new(NotOffloaded { reason, connection, inbox }))
}

/// Input that would be lost.
fn unread(inbox: &Inbox) -> Option<NotAtRest> {
    match (inbox.unread().len(), inbox.unopened().len()) {
        (0, 0) => None,
        (0, bytes) => Some(NotAtRest::Unopened { bytes }),
        (bytes, _) => Some(NotAtRest::Unread { bytes }),
    }
}

impl fmt::Display for NotAtRest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected => f.write_str("there are no keys to take before the handshake is complete"),
            Self::Closed => f.write_str("a direction has ended, and its keys are gone"),
            Self::Owed => f.write_str("transmit owes bytes that go ahead: write them first"),
            Self::Asked => f.write_str("an ask is open: answer it, and call receive"),
            Self::Unread { bytes } => write!(f, "{bytes} bytes of plaintext were not read: read them first"),
            Self::Unopened { bytes } => {
                write!(f, "{bytes} bytes have come that were not opened: receive whole records of them first")
            }
            Self::PostHandshakeAuth => {
                f.write_str("post-handshake authentication is enabled, which needs the whole connection")
            }
            Self::MidMessage => f.write_str(
                "receive has more to say: call it until it needs input, and give it the whole message",
            ),
        }
    }
}

impl core::error::Error for NotAtRest {}

impl fmt::Display for NotOffloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl core::error::Error for NotOffloaded {}

impl fmt::Debug for RecordKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordKeys").field("sequence_number", &self.sequence_number).finish_non_exhaustive()
    }
}
