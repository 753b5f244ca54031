//! Memory of a kernel: one block, cut into planes, used again by the next call.

use crate::guard::{self, Lent};
use crate::pool;
use crate::simd::Real;
use alloc::vec::Vec;

/// Rows a multiple of so many bytes apart compete for the same few places in L1; a cache line more
/// spreads them.
const CONFLICT: usize = 1024;

/// The bytes that come from memory together.
pub(super) const CACHE_LINE: usize = 64;

/// The numbers from one row of a plane to the next, whole vectors of `n`.
pub(super) fn pitch<E>(width: usize, n: usize) -> usize {
    let pitch = width.next_multiple_of(n);
    match pitch * size_of::<E>() % CONFLICT {
        0 => pitch + CACHE_LINE / size_of::<E>(),
        _ => pitch,
    }
}

/// An address that threads may share. What may be read and written there when is for the kernels to
/// keep: each member of a team writes columns of its own, and waits before it reads those of others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pointer<E>(pub *mut E);

// SAFETY: see above; the number types themselves are Send and Sync.
unsafe impl<E: Real> Send for Pointer<E> {}
// SAFETY: see above.
unsafe impl<E: Real> Sync for Pointer<E> {}

impl<E> Pointer<E> {
    #[inline(always)]
    pub(super) fn plus(self, n: usize) -> *mut E {
        // SAFETY: whoever uses the address keeps it within its plane.
        unsafe { self.0.add(n) }
    }
}

/// A buffer from the pool, given back when dropped. Its numbers are whatever was there.
#[derive(Debug)]
pub(super) struct Buffer<E: Real>(Vec<E>);

impl<E: Real> Buffer<E> {
    pub(super) fn new(size: usize) -> Self {
        Buffer(pool::take(size))
    }

    pub(super) fn as_ptr(&self) -> *const E {
        self.0.as_ptr()
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [E] {
        &mut self.0
    }
}

impl<E: Real> Drop for Buffer<E> {
    fn drop(&mut self) {
        pool::give(core::mem::take(&mut self.0));
    }
}

/// Gives planes out of one buffer. They begin on a cache line, at distances that are no multiple of 4096
/// bytes, so that planes walked side by side do not compete for the same places in the cache.
#[derive(Debug)]
pub(super) struct Arena<E: Real> {
    /// The planes that were given out.
    lent: Vec<Lent>,
    buffer: Buffer<E>,
    /// The address of the buffer, taken once: to borrow the buffer again would end every address taken before.
    base: Pointer<E>,
    used: usize,
}

/// A cache line, in f32.
const LINE: usize = 16;
const STAGGER: usize = 5 * LINE;

impl<E: Real> Arena<E> {
    /// Room for planes of these sizes.
    pub(super) fn new(sizes: &[usize]) -> Self {
        let total: usize = sizes.iter().map(|n| Arena::<E>::taken(*n)).sum();
        let mut buffer = Buffer::new(total + LINE);
        let base = Pointer(buffer.as_mut_slice().as_mut_ptr());
        let used = (buffer.as_ptr() as usize / size_of::<E>()).wrapping_neg() % LINE;
        Arena {
            lent: Vec::new(),
            buffer,
            base,
            used,
        }
    }

    fn taken(size: usize) -> usize {
        size.next_multiple_of(LINE) + STAGGER
    }

    /// The next plane.
    ///
    /// # Panics
    ///
    /// If the sizes given out are more than those asked for.
    pub(super) fn plane(&mut self, size: usize) -> Pointer<E> {
        let at = self.used;
        self.used += Arena::<E>::taken(size);
        assert!(self.used <= self.buffer.0.len(), "an arena is too small");
        let at = self.base.plus(at);
        if cfg!(debug_assertions) {
            self.lent.push(Lent::new(at, size));
        }
        Pointer(at)
    }
}

/// Copies numbers to an address.
///
/// # Safety
///
/// There must be room for them.
pub(super) unsafe fn copy<E: Real>(from: &[E], to: *mut E) {
    guard::check(to, from.len());
    // SAFETY: the caller has room for it.
    unsafe { to.copy_from_nonoverlapping(from.as_ptr(), from.len()) };
}

/// Fills what is behind a row of so many numbers with zeros.
///
/// # Safety
///
/// The row must have `pitch` numbers.
pub(super) unsafe fn pad<E: Real>(row: *mut E, width: usize, pitch: usize) {
    guard::check(row, pitch);
    for j in width..pitch {
        // SAFETY: the row is `pitch` wide.
        unsafe { row.add(j).write(E::default()) };
    }
}
