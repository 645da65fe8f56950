//! Memory without an operating system.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

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
