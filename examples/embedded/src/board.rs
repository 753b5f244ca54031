//! What a board has in place of an operating system, played by the C library: a heap of fixed size, a line to print to, and
//! an end when something panics.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ffi::{c_int, c_void};
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicUsize, Ordering};

/// The bytes that may be allocated.
const HEAP: usize = 64 * 1024;

/// The heap of a machine with one core and no interrupt that allocates.
struct Heap(UnsafeCell<linked_list_allocator::Heap>);

// SAFETY: there is one thread.
unsafe impl Sync for Heap {}

#[global_allocator]
static ALLOCATOR: Heap = Heap(UnsafeCell::new(linked_list_allocator::Heap::empty()));

static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: memory comes from a heap that hands no byte out twice, and nothing else touches it meanwhile.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let heap = unsafe { &mut *self.0.get() };
        let found = heap.allocate_first_fit(layout);
        PEAK.fetch_max(heap.used(), Ordering::Relaxed);
        found.map_or(null_mut(), NonNull::as_ptr)
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if let Some(at) = NonNull::new(at) {
            unsafe { (*self.0.get()).deallocate(at, layout) }
        }
    }
}

/// Gives the heap its memory. To be called once, before anything is allocated.
pub(crate) fn start() {
    static mut MEMORY: [u64; HEAP / 8] = [0; HEAP / 8];
    // SAFETY: nobody else knows of the memory, and nothing has been allocated yet.
    unsafe { (*ALLOCATOR.0.get()).init((&raw mut MEMORY).cast(), HEAP) }
}

/// The bytes that are allocated.
pub(crate) fn heap_used() -> usize {
    // SAFETY: there is one thread.
    unsafe { (*ALLOCATOR.0.get()).used() }
}

/// The most bytes that were allocated at once since [`reset_peak`].
pub(crate) fn heap_peak() -> usize {
    PEAK.load(Ordering::Relaxed)
}

/// Measures anew.
pub(crate) fn reset_peak() {
    PEAK.store(heap_used(), Ordering::Relaxed);
}

#[link(name = "c")]
unsafe extern "C" {
    fn write(file: c_int, bytes: *const c_void, size: usize) -> isize;
    fn abort() -> !;
}

/// A line to the outside.
pub(crate) struct Line;

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            // SAFETY: the bytes are there.
            let written = unsafe { write(1, rest.as_ptr().cast(), rest.len()) };
            let written = usize::try_from(written).map_err(|_| fmt::Error)?;
            rest = &rest[written..];
        }
        Ok(())
    }
}

macro_rules! println {
    ($($text:tt)*) => {{
        use core::fmt::Write as _;
        // Where nobody listens nothing is lost.
        let _ = writeln!($crate::board::Line, $($text)*);
    }};
}
pub(crate) use println;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    // SAFETY: it may be called at any time.
    unsafe { abort() }
}

/// What the `alloc` of a system that unwinds asks for; that of a board's target does not.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// See above.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    // SAFETY: it may be called at any time.
    unsafe { abort() }
}
