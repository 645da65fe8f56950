//! What many connections share: a bounded structure in parts, each behind a lock of its own.

use alloc::vec::Vec;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many locks there are: connections that come at once seldom want the same one.
const SHARDS: usize = 16;

/// So many of a bounded structure as there are locks.
#[derive(Debug)]
pub(super) struct Sharded<T> {
    shards: Vec<Mutex<T>>,
}

impl<T> Sharded<T> {
    /// Room for `capacity` in all; `make` makes a shard with the room that it is given.
    pub(super) fn new(capacity: usize, make: impl Fn(usize) -> T) -> Self {
        let shard = || Mutex::new(make(capacity.div_ceil(SHARDS)));
        Self { shards: core::iter::repeat_with(shard).take(SHARDS).collect() }
    }

    /// The shard of what has this byte in its key.
    pub(super) fn shard(&self, byte: u8) -> Option<MutexGuard<'_, T>> {
        self.shards.get(usize::from(byte) % SHARDS).map(lock)
    }

    /// The sum over the shards of what `count` counts in one.
    pub(super) fn sum(&self, count: impl Fn(&T) -> usize) -> usize {
        self.shards.iter().map(|shard| count(&lock(shard))).sum()
    }
}

/// A thread that panicked while it held the lock leaves a structure that is bounded and whole.
fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
