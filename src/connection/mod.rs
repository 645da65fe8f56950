//! TLS over a byte stream: the one place where records, handshake and path validation meet.
//!
//! A [`Connection`] takes the bytes that came and gives the bytes that are owed; the caller owns every buffer, the
//! socket and the clock.
//!
//! ```text
//!    bytes that came ─→ receive ─→ Event:  Plaintext | Milestone | End | Need
//!                                                              Need:  Transmit | Answer | Input
//!    bytes to send  ←── transmit    what is owed: flights, alerts, tickets, KeyUpdates
//!                   ←── seal        the same, and then application data
//!    slow steps:        pending ─→ Ask … Answer ─→ answer
//! ```
//!
//! What the bytes on the wire are follows from the config, the entropy, the bytes that came, the answers, and the
//! order of the calls; never from how slices were cut. Three things keep callers from mistakes that other
//! interfaces invite: `Connected` is not given before our Finished has been taken by `transmit`, so a forgotten
//! flush shows at once; `Need` is exhaustive, so it does not compile; and an [`Inbox`] has no `consumed` to forget.
//!
//! What a protocol over TLS decides for itself is whom it expects ([`ExpectedPeer`](crate::identity::ExpectedPeer)),
//! and what it does with an end of input without `close_notify` ([`Fault::Truncated`]).

mod choose;
mod config;
#[expect(clippy::module_inception)]
mod connection;
mod cookie;
mod credential;
mod delegated_credential;
mod event;
mod fault;
mod gather;
mod handshaking;
mod inbox;
mod incoming;
mod judge;
mod offload;
mod oid_filters;
mod outgoing;
mod parked;
mod raw_public_keys;
mod receiver;
mod revocation_check;
mod sender;
mod sessions;
#[cfg(feature = "std")]
mod sharded;
#[cfg(feature = "std")]
mod shared_signature_cache;
mod timestamp_check;
mod traffic;
mod trust;

pub use choose::{Choice, PassedOver};
pub use config::{Config, ConfigBuilder, ConfigError, Credentials, UnknownServerName};
pub use connection::Connection;
pub use cookie::CookieKey;
pub use credential::{Credential, CredentialError};
pub use delegated_credential::{Delegation, DelegationError, MAX_DELEGATION};
pub use event::{Event, Need, Plaintext, Received};
pub use fault::Fault;
pub use inbox::Inbox;
pub(crate) use offload::offload;
pub use offload::{NotAtRest, NotOffloaded, Offloaded, RecordKeys};
pub use outgoing::{SealRefused, Sealed};
pub use parked::{NotParked, Parked};
pub use raw_public_keys::{RawPublicKeyError, RawPublicKeys};
pub use receiver::{Due, ExportRefused, Receiver};
pub use revocation_check::RevocationCheck;
pub use sender::Sender;
pub use sessions::{
    ExternalPskError, ExternalPsks, MAX_LINEAGE, SessionStore, StoredSession, StoredSessionError,
};
#[cfg(feature = "std")]
pub use sessions::{SharedReplayFilter, SharedTicketStore, TicketUses};
#[cfg(feature = "std")]
pub use shared_signature_cache::SharedSignatureCache;
pub use timestamp_check::TimestampCheck;
pub use trust::Trust;

pub use crate::record::{
    HEADER_LEN, MAX_PLAINTEXT, MAX_RECORD, NotTls, PaddingPolicy, RECORD_OVERHEAD, RecordFault,
};
