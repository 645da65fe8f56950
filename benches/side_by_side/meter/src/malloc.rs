//! The allocator of this whole program, Rust and C alike, with counters before it.

use core::ffi::c_void;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// What has been counted since the program began.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    /// Calls that gave new memory or moved old.
    pub(crate) allocations: usize,
    /// Bytes held now, as the allocator rounds them.
    pub(crate) live: usize,
    /// The most bytes held at once since [`start_peak`].
    pub(crate) peak: usize,
}

pub(crate) fn counts() -> Counts {
    Counts { allocations: ALLOCATIONS.load(Relaxed), live: LIVE.load(Relaxed), peak: PEAK.load(Relaxed) }
}

/// Looks for a new peak from here on.
pub(crate) fn start_peak() {
    PEAK.store(LIVE.load(Relaxed), Relaxed);
}

#[allow(unsafe_code, reason = "the C library's allocator, by the names under which it has it")]
mod interposed {
    use super::{ALLOCATIONS, LIVE, PEAK, Relaxed, c_void};

    unsafe extern "C" {
        fn __libc_malloc(size: usize) -> *mut c_void;
        fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
        fn __libc_realloc(pointer: *mut c_void, size: usize) -> *mut c_void;
        fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
        fn __libc_free(pointer: *mut c_void);
        fn malloc_usable_size(pointer: *mut c_void) -> usize;
    }

    /// Counts memory that the C library just gave, and passes it on.
    unsafe fn given(pointer: *mut c_void) -> *mut c_void {
        // SAFETY: the pointer is null or one that the allocator gave.
        let size = unsafe { malloc_usable_size(pointer) };
        ALLOCATIONS.fetch_add(1, Relaxed);
        let live = LIVE.fetch_add(size, Relaxed) + size;
        PEAK.fetch_max(live, Relaxed);
        pointer
    }

    /// Counts memory that is about to be given back.
    unsafe fn taken(pointer: *mut c_void) {
        // SAFETY: the pointer is null or one that the allocator gave.
        LIVE.fetch_sub(unsafe { malloc_usable_size(pointer) }, Relaxed);
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
        // SAFETY: what is asked for is asked on.
        unsafe { given(__libc_malloc(size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
        // SAFETY: what is asked for is asked on.
        unsafe { given(__libc_calloc(count, size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void {
        // SAFETY: what is asked for is asked on; the caller's pointer came from here.
        unsafe {
            taken(pointer);
            given(__libc_realloc(pointer, size))
        }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
        // SAFETY: what is asked for is asked on.
        unsafe { given(__libc_memalign(alignment, size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
        // SAFETY: what is asked for is asked on.
        unsafe { given(__libc_memalign(alignment, size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn posix_memalign(out: *mut *mut c_void, alignment: usize, size: usize) -> i32 {
        const ENOMEM: i32 = 12;
        // SAFETY: the caller lends a place for a pointer.
        unsafe {
            *out = given(__libc_memalign(alignment, size));
            if (*out).is_null() { ENOMEM } else { 0 }
        }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn free(pointer: *mut c_void) {
        // SAFETY: the caller's pointer came from here.
        unsafe {
            taken(pointer);
            __libc_free(pointer);
        }
    }
}
