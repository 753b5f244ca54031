//! Buffers that wait to be used again: fresh pages cost more than the arithmetic of a small layer. Without the feature `std`
//! none wait.

use crate::simd::Real;
use alloc::vec::Vec;

/// The most buffers that wait to be used again.
#[cfg(feature = "std")]
const WAITING: usize = 32;

/// A buffer of at least `size` numbers, whatever they are.
#[cfg(feature = "std")]
pub(super) fn take<E: Real>(size: usize) -> Vec<E> {
    let mut pool = E::pool().lock().unwrap_or_else(|e| e.into_inner());
    let fits = |v: &Vec<E>| v.len() >= size && v.len() <= 2 * size + 4096;
    let waiting = pool.iter().enumerate().filter(|(_, v)| fits(v));
    match waiting.min_by_key(|(_, v)| v.len()).map(|(i, _)| i) {
        Some(i) => pool.swap_remove(i),
        None => {
            drop(pool);
            vec![E::default(); size]
        }
    }
}

/// Gives a buffer back.
#[cfg(feature = "std")]
pub(super) fn give<E: Real>(buffer: Vec<E>) {
    let mut pool = E::pool().lock().unwrap_or_else(|e| e.into_inner());
    if pool.len() >= WAITING {
        pool.remove(0);
    }
    pool.push(buffer);
}

/// A buffer of `size` numbers.
#[cfg(not(feature = "std"))]
pub(super) fn take<E: Real>(size: usize) -> Vec<E> {
    vec![E::default(); size]
}

/// Frees a buffer.
#[cfg(not(feature = "std"))]
pub(super) fn give<E: Real>(_buffer: Vec<E>) {}
