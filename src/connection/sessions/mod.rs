//! Resumption that never outlives trust: what a session is bound to, and who is asked before it is resumed.
//!
//! A server binds its tickets by content ([`Config::trust_digest`](super::Config::trust_digest)): anchors with
//! their limits, profile, the client-authentication mode and the rule for clients. Processes that share ticket
//! keys need not talk to each other: a ticket that was sealed under other trust does not open. What time and
//! revocation change is judged again at each resumption. A client keeps the same binding beside its ticket.

mod answers;
mod judge_resumed;
mod psks;
#[cfg(feature = "std")]
mod shared_replay_filter;
#[cfg(feature = "std")]
mod shared_ticket_store;
mod store;
mod stored_session;

pub use judge_resumed::MAX_LINEAGE;
use judge_resumed::decline_reason;
pub use psks::{ExternalPskError, ExternalPsks};
#[cfg(feature = "std")]
pub use shared_replay_filter::SharedReplayFilter;
#[cfg(feature = "std")]
pub use shared_ticket_store::{SharedTicketStore, TicketUses};
pub use store::SessionStore;
pub use stored_session::{StoredSession, StoredSessionError};
