//! The time that the library is told: when the process started, and what the flags let pass since.

use std::time::{Duration, UNIX_EPOCH};

use handfast::Time;

/// A clock that stands still between connections: tests tell ages of tickets to the millisecond.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    now: Time,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let since = UNIX_EPOCH.elapsed().unwrap_or_default();
        Self { now: Time::from_millis_since_1970(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)) }
    }

    pub(crate) const fn now(self) -> Time {
        self.now
    }

    pub(crate) fn advance(&mut self, seconds: u64) {
        self.now = self.now.saturating_add(Duration::from_secs(seconds));
    }
}
