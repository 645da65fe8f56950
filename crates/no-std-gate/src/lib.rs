//! The no_std gate. It brings a panic handler and an allocator of its own; std has both too, so if anything
//! below pulls std in, this crate does not compile (E0152, duplicate lang item). `main.c` links and runs it.

#![no_std]

extern crate alloc;

mod arena;
mod handshake;

use core::panic::PanicInfo;

/// Returns 0 if two sides held a mutual session and what one sent arrived.
// SAFETY: the only function of this name in the program.
#[unsafe(no_mangle)]
pub extern "C" fn handfast_gate() -> i32 {
    i32::from(handshake::run() != Some(true))
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
