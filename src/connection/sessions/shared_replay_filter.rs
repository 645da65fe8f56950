//! A replay filter that many connections share.

use alloc::vec::Vec;
use std::sync::{Mutex, PoisonError};

use crate::handshake::{Answer, CheckReplay};
use crate::resumption::ReplayFilter;
use crate::time::Time;

/// How many locks there are: connections that come at once seldom want the same one.
const SHARDS: usize = 16;

/// A [`ReplayFilter`] in shards, each behind a lock of its own that is held for one check.
#[derive(Debug)]
pub struct SharedReplayFilter {
    shards: Vec<Mutex<ReplayFilter>>,
}

impl SharedReplayFilter {
    /// Room for about so many ClientHellos, with a memory that begins at `now`.
    #[must_use]
    pub fn new(capacity: usize, now: Time) -> Self {
        let shard = || Mutex::new(ReplayFilter::new(capacity.div_ceil(SHARDS), now));
        Self { shards: core::iter::repeat_with(shard).take(SHARDS).collect() }
    }

    /// The answer to the ask: checking and remembering is one step.
    #[must_use]
    //= R-8-3
    pub fn answer(&self, ask: &CheckReplay) -> Answer {
        let shard = ask.key.last().map_or(0, |byte| usize::from(*byte) % SHARDS);
        let is_fresh = self.shards.get(shard).is_some_and(|shard| {
            let mut filter = shard.lock().unwrap_or_else(PoisonError::into_inner);
            filter.check_and_insert(&ask.key, ask.remember_until, ask.now)
        });
        if is_fresh { ask.fresh() } else { ask.seen() }
    }
}
