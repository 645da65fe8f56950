//! Client and server in one WebAssembly module, which authenticate each other. Time and entropy come from whoever runs
//! it; `run.mjs` does that under Node.

#![no_std]

extern crate alloc;

#[path = "../../no-std-gate/src/arena.rs"]
mod arena;
#[path = "../../no-std-gate/src/handshake.rs"]
mod handshake;

use core::panic::PanicInfo;

use handfast::time::Time;

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// Milliseconds since 1970.
    fn now() -> f64;
    /// Fills `length` bytes at `out` with randomness.
    fn random(out: *mut u8, length: usize);
    /// Prints the line of `length` bytes at `text`.
    fn print(text: *const u8, length: usize);
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    // SAFETY: the host writes into these bytes and no others.
    unsafe { random(seed.as_mut_ptr(), seed.len()) };
    seed
}

/// Holds a session and prints what was agreed; returns 0 if all went well.
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    // SAFETY: the host gives a number and touches no memory.
    #[allow(clippy::cast_possible_truncation, reason = "a time in milliseconds is whole")]
    let now = Time::from_millis_since_1970(unsafe { now() } as i64);
    let Some(agreed) = handshake::run(now, [seed(), seed()]) else { return 1 };
    // SAFETY: the host reads these bytes and no others.
    unsafe { print(agreed.as_ptr(), agreed.len()) };
    0
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
