//! A replay filter that many connections share.

use super::super::sharded::Sharded;
use crate::handshake::{Answer, CheckReplay};
use crate::resumption::ReplayFilter;
use crate::time::Time;

/// A [`ReplayFilter`] in shards, each behind a lock of its own that is held for one check.
#[derive(Debug)]
pub struct SharedReplayFilter {
    shards: Sharded<ReplayFilter>,
}

impl SharedReplayFilter {
    /// Room for about so many ClientHellos, with a memory that begins at `now`.
    #[must_use]
    pub fn new(capacity: usize, now: Time) -> Self {
        Self { shards: Sharded::new(capacity, |room| ReplayFilter::new(room, now)) }
    }

    /// The answer to the ask: checking and remembering is one step.
    #[must_use]
    //= R-8-3
    pub fn answer(&self, ask: &CheckReplay) -> Answer {
        let shard = ask.key.last().and_then(|byte| self.shards.shard(*byte));
        let is_fresh =
            shard.is_some_and(|mut filter| filter.check_and_insert(&ask.key, ask.remember_until, ask.now));
        if is_fresh { ask.fresh() } else { ask.seen() }
    }
}
