//! Which memory kernels may use.
//!
//! Under debug assertions, and only there, every plane and every packed matrix is listed for as long as it lives, and
//! what a kernel is about to read or write must lie within one of them. The tests of any shape are run so as well.
//! Without the feature `std` there is no list, as there is no lock.

/// Whether memory is listed.
const LISTED: bool = cfg!(all(debug_assertions, feature = "std"));

/// Memory that kernels may use until this is dropped. It stands before what owns the memory, so that it is dropped first:
/// the next owner may be another thread.
#[derive(Debug)]
pub(super) struct Lent(usize);

impl Lent {
    /// So many numbers from an address on.
    pub(super) fn new<E>(at: *const E, numbers: usize) -> Lent {
        let (start, size) = (at as usize, numbers * size_of::<E>());
        if !LISTED || size == 0 {
            return Lent(0);
        }
        list::add(start, start + size);
        Lent(start)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if LISTED && self.0 > 0 {
            list::remove(self.0);
        }
    }
}

/// Asserts that so many numbers from an address on may be used.
#[inline(always)]
pub(super) fn check<E>(at: *const E, numbers: usize) {
    if LISTED && numbers > 0 {
        list::check(at as usize, numbers * size_of::<E>());
    }
}

/// The same for rows, so far apart and so wide.
#[inline(always)]
pub(super) fn check_rows<E>(at: *const E, rows: usize, pitch: usize, width: usize) {
    if LISTED && rows > 0 {
        check(at, (rows - 1) * pitch + width);
    }
}

#[cfg(feature = "std")]
mod list {
    use alloc::collections::BTreeMap;
    use std::sync::{PoisonError, RwLock};

    /// Where each piece of memory begins and ends.
    static LENT: RwLock<BTreeMap<usize, usize>> = RwLock::new(BTreeMap::new());

    pub(super) fn add(start: usize, end: usize) {
        let mut lent = LENT.write().unwrap_or_else(PoisonError::into_inner);
        let before = lent.insert(start, end);
        assert!(before.is_none(), "two pieces of memory begin at one place");
    }

    pub(super) fn remove(start: usize) {
        let mut lent = LENT.write().unwrap_or_else(PoisonError::into_inner);
        lent.remove(&start);
    }

    pub(super) fn check(start: usize, size: usize) {
        let lent = LENT.read().unwrap_or_else(PoisonError::into_inner);
        let piece = lent.range(..=start).next_back();
        let inside = piece.is_some_and(|(_, &end)| start + size <= end);
        assert!(
            inside,
            "{size} bytes at {start:#x} are not within {piece:x?}"
        );
    }
}

/// No list.
#[cfg(not(feature = "std"))]
mod list {
    pub(super) fn add(_start: usize, _end: usize) {}
    pub(super) fn remove(_start: usize) {}
    pub(super) fn check(_start: usize, _size: usize) {}
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beyond_is_refused() {
        let numbers = [0.0_f32; 8];
        let at = numbers.as_ptr();
        let refused = |numbers: usize| std::panic::catch_unwind(|| check(at, numbers)).is_err();
        let lent = Lent::new(at, 8);
        assert!(!refused(8));
        assert!(refused(9));
        drop(lent);
        assert!(refused(1));
    }
}
