//! What one side of a connection costs, step by step.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::allocator;

/// The time that this thread has spent on a processor.
pub(crate) fn thread_cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}

/// Sums over the steps of one side; what the other side does in between is not counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Meter {
    pub(crate) cpu_time: Duration,
    /// Calls of the allocator.
    pub(crate) allocations: usize,
    /// Bytes asked for in all.
    pub(crate) bytes: usize,
    /// Bytes that this side holds now.
    pub(crate) held: usize,
    /// The most that it held at once.
    pub(crate) peak: usize,
}

impl Meter {
    /// Does a step of this side.
    pub(crate) fn step<T>(&mut self, step: impl FnOnce() -> T) -> T {
        allocator::start_peak();
        let before = allocator::counts();
        let started = thread_cpu_time();
        let done = step();
        self.cpu_time += thread_cpu_time().saturating_sub(started);
        let after = allocator::counts();
        self.allocations += after.allocations - before.allocations;
        self.bytes += after.bytes - before.bytes;
        self.peak = self.peak.max(self.held + (after.peak - before.live));
        self.held = (self.held + after.live).saturating_sub(before.live);
        done
    }
}

/// The middle one.
pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
