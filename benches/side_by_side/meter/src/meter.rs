//! What one side of a connection costs, step by step.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::malloc;

/// Sums over the steps of one side; what the other side does in between is not counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    /// Time of this thread on a processor.
    pub cpu_time: Duration,
    /// Calls of the allocator.
    pub allocations: usize,
    /// Bytes that this side holds now.
    pub held: usize,
    /// The most that it held at once.
    pub peak: usize,
}

/// Both sides of one handshake, or those that sealed and opened a batch of records.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sides {
    /// The client, or who sealed.
    pub client: Meter,
    /// The server, or who opened.
    pub server: Meter,
    /// Bytes that went over the wire, both ways.
    pub wire: usize,
    /// What the times are divided by: 1, or the count of records.
    pub units: u32,
}

impl Meter {
    /// Does a step of this side.
    pub fn step<T>(&mut self, step: impl FnOnce() -> T) -> T {
        malloc::start_peak();
        let before = malloc::counts();
        let started = thread_cpu_time();
        let done = step();
        self.cpu_time += thread_cpu_time().saturating_sub(started);
        let after = malloc::counts();
        self.allocations += after.allocations - before.allocations;
        self.peak = self.peak.max(self.held + (after.peak - before.live));
        self.held = (self.held + after.live).saturating_sub(before.live);
        done
    }
}

fn thread_cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}
