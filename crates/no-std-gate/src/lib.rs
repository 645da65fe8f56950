//! The no_std gate. It brings a panic handler and an allocator of its own; std has both too, so if anything
//! below pulls std in, this crate does not compile (E0152, duplicate lang item). `main.c` links and runs it.

#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::panic::PanicInfo;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use handfast::wire::Reader;

/// Reads `struct { uint16 scheme; opaque signature<0..2^16-1>; }` and returns 0 if the library understood it.
// SAFETY: the only function of this name in the program.
#[unsafe(no_mangle)]
pub extern "C" fn handfast_gate() -> i32 {
    let mut reader = Reader::new(&[0x08, 0x07, 0x00, 0x02, 0xaa, 0xbb]);
    let scheme = reader.u16("scheme");
    let signature = reader.vector("signature", 0..=0xffff);
    let understood = scheme == Ok(0x0807) && signature == Ok(&[0xaa, 0xbb]) && reader.end("struct").is_ok();
    i32::from(!understood)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

const ARENA_LEN: usize = 1 << 20;

/// Gives memory out of a fixed arena and takes none back: enough for one run.
struct Arena {
    bytes: UnsafeCell<[u8; ARENA_LEN]>,
    used: AtomicUsize,
}

// SAFETY: `bytes` is only ever handed out in disjoint pieces, each claimed by one update of `used`.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena { bytes: UnsafeCell::new([0; ARENA_LEN]), used: AtomicUsize::new(0) };

// SAFETY: a piece lies inside the arena, is aligned as asked, and overlaps no other, for `used` only grows.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = self.bytes.get().cast::<u8>();
        let mut piece = null_mut();
        let claim = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            let unaligned = base.addr().checked_add(used)?;
            let start = unaligned.checked_next_multiple_of(layout.align())?.checked_sub(base.addr())?;
            let end = start.checked_add(layout.size()).filter(|end| *end <= ARENA_LEN)?;
            piece = base.wrapping_add(start);
            Some(end)
        });
        if claim.is_ok() { piece } else { null_mut() }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
