//! How many threads there are, and work shared out among them: rayon's, or without it the only one.

use alloc::vec::Vec;

/// How many threads may work at once.
pub(super) fn count() -> usize {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    1
}

/// Does something with every part, on all threads, and gives the results in the order of the parts.
pub(super) fn each<T: Sync, R: Send>(parts: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    #[cfg(feature = "rayon")]
    if parts.len() > 1 && count() > 1 {
        use rayon::prelude::*;
        return parts.par_iter().map(work).collect();
    }
    parts.iter().map(work).collect()
}

/// Does two things, at once where there are two threads.
pub(super) fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "rayon")]
    if count() > 1 {
        return rayon::join(a, b);
    }
    (a(), b())
}
