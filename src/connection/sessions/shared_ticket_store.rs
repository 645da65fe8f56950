//! A server's stored sessions that many connections share.

use alloc::sync::Arc;
use std::sync::MutexGuard;

use super::super::sharded::Sharded;
use crate::handshake::StoreSession;
use crate::resumption::{STORED_TICKET_LEN, Session, TicketStore};
use crate::time::Time;

/// A [`TicketStore`] in shards, each behind a lock of its own that is held for one look-up.
///
/// With it, a server's tickets are random keys of 32 bytes, and what they resume stays here.
#[derive(Debug)]
pub struct SharedTicketStore {
    shards: Sharded<TicketStore>,
    uses: TicketUses,
}

/// How often a stored session may be resumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TicketUses {
    /// Once, by whoever proves first that it knows the session: early data is no replay then (RFC 9846 §8.1).
    #[default]
    Once,
    /// As often as it fits, until it expires.
    UntilExpired,
}

impl SharedTicketStore {
    /// Room for about so many sessions, each of which is resumed once; each takes about 400 bytes, and the
    /// peer's chain where sessions are to keep it.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { shards: Sharded::new(capacity, TicketStore::new), uses: TicketUses::Once }
    }

    /// The same, whose sessions may be resumed so often.
    #[must_use]
    pub fn with_uses(self, uses: TicketUses) -> Self {
        Self { uses, ..self }
    }

    /// Sessions stored.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.sum(TicketStore::len)
    }

    /// Is none stored?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(in super::super) fn store(&self, ask: &StoreSession, bound_to: &[u8]) -> bool {
        self.shard(&ask.ticket).is_some_and(|mut shard| shard.insert(&ask.ticket, &ask.session, bound_to))
    }

    pub(in super::super) fn find(&self, ticket: &[u8], bound_to: &[u8], now: Time) -> Option<Arc<Session>> {
        self.shard(ticket)?.find(ticket, bound_to, now).map(Arc::new)
    }

    /// Is this a ticket of ours that may be used once?
    pub(in super::super) fn is_used_once(&self, ticket: &[u8]) -> bool {
        self.uses == TicketUses::Once && ticket.len() == STORED_TICKET_LEN
    }

    /// Uses up a ticket; `false`: it has been used before, and its session is to be declined.
    ///
    /// A config does so for tickets that are used once. Where it leaves the judging of peers to the caller
    /// ([`Trust::ask`](super::super::Trust::ask)), the caller does, with the ticket of
    /// [`JudgeResumed`](crate::handshake::JudgeResumed) and before it accepts the session.
    pub fn use_up(&self, ticket: &[u8]) -> bool {
        self.shard(ticket).is_some_and(|mut shard| shard.remove(ticket))
    }

    fn shard(&self, ticket: &[u8]) -> Option<MutexGuard<'_, TicketStore>> {
        self.shards.shard(*ticket.last()?)
    }
}
