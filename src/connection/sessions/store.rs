//! A client's sessions, bounded.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;

use super::StoredSession;
use crate::time::Time;

/// A client's sessions by a key of the caller's choosing: the server's name, say, and behind it whatever keeps
/// connections apart that must not be linked (RFC 9846 C.4).
///
/// It is bounded: the oldest session goes when a new one finds no room. Sharing it is the caller's business.
#[derive(Debug)]
pub struct SessionStore {
    /// By key, the newest last, each with its number.
    sessions: BTreeMap<String, VecDeque<(u64, StoredSession)>>,
    /// Which key has the session of this number: the least is the oldest.
    order: BTreeMap<u64, String>,
    capacity: usize,
    next: u64,
}

impl SessionStore {
    /// Room for so many sessions, at least one.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { sessions: BTreeMap::new(), order: BTreeMap::new(), capacity: capacity.max(1), next: 0 }
    }

    /// Keeps a session; the oldest of all goes if there is no room.
    pub fn put(&mut self, key: &str, session: StoredSession) {
        while self.order.len() >= self.capacity {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.change(&oldest, |of_key| {
                of_key.pop_front();
            });
        }
        self.sessions.entry(key.into()).or_default().push_back((self.next, session));
        self.order.insert(self.next, key.into());
        self.next += 1;
    }

    /// Takes the newest session of this key; those that have expired are dropped. A ticket is used once, so that two
    /// connections cannot be linked by it (C.4).
    //= R-C.4-1
    //= R-C.4-4
    pub fn take(&mut self, key: &str, now: Time) -> Option<StoredSession> {
        loop {
            let (number, session) = self.change(key, VecDeque::pop_back)??;
            self.order.remove(&number);
            //= R9149-6-1
            if !session.session.is_expired(now) {
                return Some(session);
            }
        }
    }

    /// How many sessions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Changes the sessions of a key, and forgets the key if none is left.
    fn change<T>(
        &mut self,
        key: &str,
        change: impl FnOnce(&mut VecDeque<(u64, StoredSession)>) -> T,
    ) -> Option<T> {
        let of_key = self.sessions.get_mut(key)?;
        let changed = change(of_key);
        if of_key.is_empty() {
            self.sessions.remove(key);
        }
        Some(changed)
    }
}
