//! What a handshake and a record cost, each role by itself: processor time, allocations, memory; and what judging
//! a chain costs, beside rustls-webpki; and what resuming a session costs, beside rustls.
//!
//! `cargo bench -p handfast-benches` prints tables; the words `handshakes`, `resumption`, `records` and
//! `paths` after `--` choose among them. It measures and asserts nothing.

mod allocator;
mod handshakes;
mod meter;
mod paths;
mod records;
mod resumption;
mod revocation;
mod rustls_peer;
mod session;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test` starts benchmarks too, and must not wait for them.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("nothing is measured without --bench: use `cargo bench -p handfast-benches`");
        return Ok(());
    }
    let tables = ["handshakes", "resumption", "records", "paths"];
    let words: Vec<String> = std::env::args().filter(|word| tables.contains(&word.as_str())).collect();
    let wanted = |table: &str| words.is_empty() || words.iter().any(|word| word == table);
    if wanted("handshakes") {
        handshakes::time()?;
        handshakes::memory()?;
    }
    if wanted("resumption") {
        resumption::costs()?;
    }
    if wanted("records") {
        records::costs()?;
    }
    if wanted("paths") {
        paths::costs()?;
        revocation::costs()?;
    }
    Ok(())
}
