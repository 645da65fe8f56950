//! What a handshake and a record cost, each role by itself: processor time, allocations, memory.
//!
//! `cargo bench -p handfast-benches` prints tables. It measures and asserts nothing.

mod allocator;
mod handshakes;
mod meter;
mod records;
mod session;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test` starts benchmarks too, and must not wait for them.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing is measured without --bench: use `cargo bench -p handfast-benches`");
        return Ok(());
    }
    handshakes::time()?;
    handshakes::memory()?;
    records::costs()
}
