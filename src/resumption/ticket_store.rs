//! Stateful tickets: sessions that a server keeps under keys which say nothing (RFC 9846 §4.7.1; 8446 §4.6.1).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{MAX_SESSION_CHAIN, Session};
use crate::time::Time;

/// Bytes of a ticket that is "a database lookup key" (§4.7.1): random ones.
pub const STORED_TICKET_LEN: usize = 32;

/// The longest session that is stored, in bytes without the peer's chain, which has a bound of its own
/// ([`MAX_SESSION_CHAIN`](super::MAX_SESSION_CHAIN)): a peer with more names than fit gets no ticket.
pub const MAX_STORED_SESSION: usize = 4096;

/// A server's sessions by ticket, bounded in count and in size.
///
/// The oldest session goes when a new one finds no room. Sharing it is the caller's business.
#[derive(Debug)]
pub struct TicketStore {
    sessions: BTreeMap<[u8; STORED_TICKET_LEN], Entry>,
    /// Which ticket has this number: the least is the oldest.
    order: BTreeMap<u64, [u8; STORED_TICKET_LEN]>,
    capacity: usize,
    next: u64,
}

/// A session in its byte form, which is a fifth of what it is in memory.
struct Entry {
    number: u64,
    session: Zeroizing<Vec<u8>>,
    bound_to: Vec<u8>,
}

impl TicketStore {
    /// Room for so many sessions, at least one.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        let capacity = if capacity == 0 { 1 } else { capacity };
        Self { sessions: BTreeMap::new(), order: BTreeMap::new(), capacity, next: 0 }
    }

    /// Keeps a session, to be found by this ticket of [`STORED_TICKET_LEN`] bytes under the same `bound_to`; the
    /// oldest of all goes if there is no room. `false`: the ticket has another length or is taken, or the session is
    /// longer than [`MAX_STORED_SESSION`], or its chain than [`MAX_SESSION_CHAIN`].
    //= R-4.7.1-15
    pub fn insert(&mut self, ticket: &[u8], session: &Session, bound_to: &[u8]) -> bool {
        let Ok(ticket) = <[u8; STORED_TICKET_LEN]>::try_from(ticket) else { return false };
        let chain: usize = session.peer_chain.iter().map(Vec::len).sum();
        let session = session.to_bytes();
        if chain > MAX_SESSION_CHAIN
            || session.len().saturating_sub(chain) > MAX_STORED_SESSION
            || self.sessions.contains_key(&ticket)
        {
            return false;
        }
        while self.sessions.len() >= self.capacity {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.sessions.remove(&oldest);
        }
        let session = Zeroizing::new(session.as_slice().into());
        self.sessions.insert(ticket, Entry { number: self.next, session, bound_to: bound_to.to_vec() });
        self.order.insert(self.next, ticket);
        self.next += 1;
        true
    }

    /// The session of this ticket, if it is bound to the same and has not expired.
    #[must_use]
    pub fn find(&self, ticket: &[u8], bound_to: &[u8], now: Time) -> Option<Session> {
        let entry = self.sessions.get(ticket).filter(|entry| entry.bound_to == bound_to)?;
        Session::from_bytes(&entry.session).ok().filter(|session| !session.is_expired(now))
    }

    /// Forgets a ticket; `false`: it was not there, or another connection was faster.
    pub fn remove(&mut self, ticket: &[u8]) -> bool {
        let removed = self.sessions.remove(ticket);
        removed.is_some_and(|entry| self.order.remove(&entry.number).is_some())
    }

    /// How many sessions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}

impl core::fmt::Debug for Entry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Entry").field("number", &self.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::message::CipherSuite;
    use crate::resumption::SessionSecret;

    const NOW: Time = Time::from_secs_since_1970(1_893_456_000);

    fn session() -> Session {
        Session {
            cipher_suite: CipherSuite::TLS_AES_128_GCM_SHA256,
            psk: SessionSecret(Secret::from([7; 32])),
            issued_at: NOW,
            lifetime: 7200,
            age_add: 0,
            authenticated_at: NOW,
            server_name: None,
            application_protocol: None,
            peer_identity: None,
            local_certificate: None,
            max_early_data_size: 0,
            application_data: Vec::new(),
            peer_chain: Vec::new(),
        }
    }

    fn ticket(number: u64) -> [u8; STORED_TICKET_LEN] {
        let mut ticket = [0; STORED_TICKET_LEN];
        ticket[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        ticket
    }

    //= R-4.7.1-15 test
    #[test]
    fn a_session_is_found_by_its_ticket_under_the_trust_it_is_bound_to() {
        let mut store = TicketStore::new(2);
        assert!(store.insert(&ticket(1), &session(), b"trust"));
        assert_eq!(store.find(&ticket(1), b"trust", NOW), Some(session()));
        assert_eq!(store.find(&ticket(1), b"other trust", NOW), None);
        assert_eq!(store.find(&ticket(2), b"trust", NOW), None);
        assert_eq!(store.find(&ticket(1)[..31], b"trust", NOW), None);
        assert_eq!(
            store.find(&ticket(1), b"trust", NOW.saturating_add(core::time::Duration::from_secs(7200))),
            None
        );
        assert!(!store.insert(&ticket(1), &session(), b"trust"), "a ticket is given once");
        assert!(!store.insert(b"short", &session(), b"trust"));
        assert!(store.remove(&ticket(1)));
        assert!(!store.remove(&ticket(1)), "used once");
        assert!(store.is_empty() && store.order.is_empty());
    }

    #[test]
    fn a_million_sessions_stay_within_the_bound_and_the_oldest_go() {
        let mut store = TicketStore::new(1000);
        for number in 0..1_000_000 {
            assert!(store.insert(&ticket(number), &session(), b""));
            assert!(store.len() <= 1000 && store.order.len() == store.len());
        }
        assert_eq!(store.len(), 1000);
        assert!(store.find(&ticket(998_999), b"", NOW).is_none());
        assert!(store.find(&ticket(999_000), b"", NOW).is_some());
    }

    #[test]
    fn a_session_longer_than_what_is_stored_is_not() {
        let mut long = session();
        let spare = MAX_STORED_SESSION - long.to_bytes().len() - 2;
        let mut store = TicketStore::new(1);
        long.application_data = alloc::vec![0; spare];
        assert_eq!(long.to_bytes().len(), MAX_STORED_SESSION);
        assert!(store.insert(&ticket(1), &long, b""));
        long.application_data.push(0);
        assert!(!store.insert(&ticket(2), &long, b""));
    }

    #[test]
    fn a_chain_longer_than_what_is_kept_is_not_stored() {
        let mut store = TicketStore::new(2);
        let mut with_chain = session();
        with_chain.peer_chain = alloc::vec![alloc::vec![0; MAX_SESSION_CHAIN]];
        assert!(store.insert(&ticket(1), &with_chain, b""));
        assert_eq!(store.find(&ticket(1), b"", NOW), Some(with_chain.clone()));
        with_chain.peer_chain.push(alloc::vec![0]);
        assert!(!store.insert(&ticket(2), &with_chain, b""));
    }
}
