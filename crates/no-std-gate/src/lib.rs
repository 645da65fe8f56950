//! The no_std gate. It brings a panic handler and an allocator of its own; std has both too, so if anything
//! below pulls std in, this crate does not compile (E0152, duplicate lang item). `main.c` links and runs it.

#![no_std]

mod arena;
mod exchange;

use core::panic::PanicInfo;

/// Returns 0 if two sides agreed on a secret and what one sealed the other opened.
// SAFETY: the only function of this name in the program.
#[unsafe(no_mangle)]
pub extern "C" fn handfast_gate() -> i32 {
    i32::from(exchange::run() != Ok(true))
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
