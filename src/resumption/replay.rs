//! Remembers what must not come twice (RFC 9846 §8.2; 8446 §8.2).

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use crate::time::Time;

/// Bytes of a key that are kept: enough of a binder that no two are the same.
const KEPT: usize = 16;

/// How much longer than it must a key is remembered: callers that read the clock at once may come in any order.
const GRACE: Duration = Duration::from_secs(1);

/// A memory of ClientHellos that brought early data, bounded in count and in time.
///
/// What does not fit is taken for seen: a full filter rejects early data and nothing else. So does a filter that has
/// just been made, for what it would have to remember may have come before it was.
#[derive(Debug)]
pub struct ReplayFilter {
    seen: BTreeSet<[u8; KEPT]>,
    /// When each is forgotten.
    by_time: BTreeMap<(Time, [u8; KEPT]), ()>,
    capacity: usize,
    sees_since: Time,
    /// The latest time for which a key that was forgotten had to be remembered.
    forgot_until: Option<Time>,
}

impl ReplayFilter {
    /// Room for so many, with a memory that begins at `now`.
    #[must_use]
    pub const fn new(capacity: usize, now: Time) -> Self {
        Self {
            seen: BTreeSet::new(),
            by_time: BTreeMap::new(),
            capacity,
            sees_since: now,
            forgot_until: None,
        }
    }

    /// Has this key not been here, and could this filter tell? It is remembered until `remember_until`, as one step.
    ///
    /// A copy that came before the filter was made would have to be remembered for as long as this one: until that time
    /// has passed since, nothing is fresh. Nor is anything while the clock stands before what has been forgotten
    /// already: it has gone back.
    pub fn check_and_insert(&mut self, key: &[u8], remember_until: Time, now: Time) -> bool {
        self.forget(now);
        let window = remember_until.saturating_since(now);
        let Some(key) = key.first_chunk::<KEPT>() else { return false };
        let remembers_window = now.saturating_since(self.sees_since) > window;
        let went_back = self.forgot_until.is_some_and(|forgotten| now <= forgotten);
        //= R-8.2-3
        if !remembers_window || went_back || self.seen.len() >= self.capacity {
            return false;
        }
        let is_fresh = self.seen.insert(*key);
        if is_fresh {
            self.by_time.insert((remember_until, *key), ());
        }
        is_fresh
    }

    /// How many it remembers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Does it remember none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn forget(&mut self, now: Time) {
        while let Some(((until, key), ())) = self.by_time.first_key_value().map(|(at, ())| (*at, ())) {
            if until.saturating_add(GRACE) > now {
                return;
            }
            self.by_time.pop_first();
            self.forgot_until = self.forgot_until.max(Some(until));
            self.seen.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_secs_since_1970(seconds)
    }

    fn key(number: u64) -> [u8; 32] {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        key
    }

    //= R-8-3 test
    #[test]
    fn a_key_is_fresh_once_until_it_is_forgotten() {
        let mut filter = ReplayFilter::new(10, at(0));
        let until = at(100).saturating_add(Duration::from_secs(20));
        assert!(filter.check_and_insert(&key(1), until, at(100)));
        assert!(!filter.check_and_insert(&key(1), until, at(101)));
        assert!(filter.check_and_insert(&key(2), until, at(101)));
        assert!(!filter.check_and_insert(&key(1), at(140), at(120)), "remembered to the end");
        assert!(filter.check_and_insert(&key(1), at(141), at(121)), "forgotten behind its time");
    }

    //= R-8.2-3 test
    #[test]
    fn a_new_filter_knows_nothing_for_as_long_as_it_would_have_to_remember() {
        let mut filter = ReplayFilter::new(10, at(0));
        assert!(!filter.check_and_insert(&key(1), at(29), at(9)));
        assert!(!filter.check_and_insert(&key(1), at(40), at(20)), "a copy may have come just before");
        assert!(filter.check_and_insert(&key(1), at(41), at(21)));
    }

    #[test]
    fn a_million_keys_stay_within_the_bound() {
        let mut filter = ReplayFilter::new(1000, at(0));
        let fresh = (0..1_000_000).filter(|number| filter.check_and_insert(&key(*number), at(120), at(100)));
        assert_eq!(fresh.count(), 1000);
        assert_eq!(filter.len(), 1000);
        assert!(filter.check_and_insert(&key(0), at(141), at(121)));
    }

    #[test]
    fn a_clock_that_goes_back_makes_nothing_fresh_again() {
        let mut filter = ReplayFilter::new(10, at(0));
        assert!(filter.check_and_insert(&key(1), at(120), at(100)));
        assert!(!filter.check_and_insert(&key(1), at(70), at(50)));
    }

    #[test]
    fn a_clock_that_went_ahead_and_comes_back_makes_nothing_fresh_again() {
        let mut filter = ReplayFilter::new(10, at(0));
        assert!(filter.check_and_insert(&key(1), at(120), at(100)));
        assert!(filter.check_and_insert(&key(2), at(1020), at(1000)));
        assert!(!filter.check_and_insert(&key(1), at(120), at(101)), "forgotten, and the clock is back");
        assert!(filter.check_and_insert(&key(3), at(141), at(121)));
    }
}
