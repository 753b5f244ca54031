//! The left operands of products, rounded to bf16 in pairs of the depth: once for all panels that they are multiplied with.

use crate::guard::{self, Lent};
use crate::memory::Buffer;
use crate::multiply::Multiplier;
use crate::product::Left;
use crate::simd::{Real, Simd, amx};
use alloc::vec::Vec;

/// Room for a left operand, one for each member of a team.
#[derive(Debug)]
pub(super) struct Rounded<E: Real> {
    _lent: Lent,
    data: Buffer<E>,
    size: usize,
    segments: Vec<*const E>,
}

impl<E: Real> Default for Rounded<E> {
    fn default() -> Self {
        Rounded::new(0)
    }
}

impl<E: Real> Rounded<E> {
    /// Room for so many pairs.
    pub(super) fn new(size: usize) -> Self {
        let data = Buffer::new(size);
        Rounded {
            _lent: Lent::new(data.as_ptr(), size),
            data,
            size,
            segments: Vec::with_capacity(1),
        }
    }

    /// The left operand of a product with `rows` rows as the multiplier takes it; transposed where `T`.
    ///
    /// # Safety
    ///
    /// As for [`panel`](crate::product::panel).
    pub(super) unsafe fn left<'l, S: Simd<E = E>, const T: bool>(
        &'l mut self,
        multiplier: Multiplier,
        rows: usize,
        left: Left<'l, E>,
    ) -> Left<'l, E> {
        if multiplier.step() == 1 {
            return left;
        }
        let depth = multiplier.elements(left.depth);
        let turned = T && multiplier == Multiplier::Tiles;
        let (high, pitch) = match (T, multiplier) {
            (_, Multiplier::Tiles) => (rows.next_multiple_of(amx::ROWS), depth),
            (true, _) => (depth, rows),
            (false, _) => (rows, depth),
        };
        let segment = high * pitch;
        let size = left.segments.len() * segment;
        if self.size < size {
            *self = Rounded::new(size);
        }
        let data = self.data.as_mut_slice();
        self.segments.clear();
        for (&from, to) in left.segments.iter().zip(data.chunks_exact_mut(segment)) {
            // SAFETY: the caller's.
            unsafe {
                match T {
                    _ if turned => turn::<S>(from, left, to, rows, depth),
                    false => beside::<S>(from, left, &mut to[..rows * depth], depth),
                    true => below::<S>(from, left, to, rows),
                }
            }
            self.segments.push(to.as_ptr());
        }
        Left {
            segments: &self.segments,
            pitch,
            depth,
        }
    }

    /// How much room there is.
    #[cfg(test)]
    pub(super) fn room(&self) -> [usize; 2] {
        [self.size, self.segments.capacity()]
    }
}

/// Rows of a segment in pairs of neighbours, so many to a row, of which those that are left over are zero.
unsafe fn beside<S: Simd>(from: *const S::E, left: Left<'_, S::E>, to: &mut [S::E], wide: usize) {
    let Left { pitch, depth, .. } = left;
    guard::check_rows(from, to.len() / wide, pitch, depth);
    // SAFETY: the caller's.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                for (r, to) in to.chunks_exact_mut(wide).enumerate() {
                    let row = core::slice::from_raw_parts(from.add(r * pitch), depth);
                    let (to, rest) = to.split_at_mut(depth.div_ceil(2));
                    pairs(row, to);
                    rest.fill(S::E::default());
                }
            },
        );
    }
}

/// The numbers of a row, two to a pair; an odd last one with zero.
#[inline(always)]
fn pairs<E: Real>(row: &[E], to: &mut [E]) {
    let (even, last) = row.as_chunks::<2>();
    for (to, [first, second]) in to.iter_mut().zip(even) {
        *to = first.pair(*second);
    }
    if let ([last], Some(to)) = (last, to.last_mut()) {
        *to = last.pair(E::default());
    }
}

/// Rows of a segment, `width` wide, in pairs of those below one another, so many to each of the `width` rows that are written, of
/// which those that are left over are zero.
unsafe fn turn<S: Simd>(
    from: *const S::E,
    left: Left<'_, S::E>,
    to: &mut [S::E],
    width: usize,
    wide: usize,
) {
    let Left { pitch, depth, .. } = left;
    guard::check_rows(from, depth, pitch, width);
    // SAFETY: the caller's.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                for p in 0..wide {
                    let row = |r: usize| match r < depth {
                        true => core::slice::from_raw_parts(from.add(r * pitch), width),
                        false => &[],
                    };
                    let (first, second) = (row(2 * p), row(2 * p + 1));
                    for k in 0..width {
                        let of = |row: &[S::E]| row.get(k).copied().unwrap_or_default();
                        to[k * wide + p] = of(first).pair(of(second));
                    }
                }
            },
        );
    }
}

/// Rows of a segment, `width` wide, each with the one below it; an odd last one with zeros.
unsafe fn below<S: Simd>(from: *const S::E, left: Left<'_, S::E>, to: &mut [S::E], width: usize) {
    let Left { pitch, depth, .. } = left;
    guard::check_rows(from, depth, pitch, width);
    // SAFETY: the caller's.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                for (p, to) in to.chunks_exact_mut(width).enumerate() {
                    let row = |r: usize| core::slice::from_raw_parts(from.add(r * pitch), width);
                    let first = row(2 * p);
                    match 2 * p + 1 < depth {
                        true => join(first, row(2 * p + 1), to),
                        false => {
                            for (to, first) in to.iter_mut().zip(first) {
                                *to = first.pair(S::E::default());
                            }
                        }
                    }
                }
            },
        );
    }
}

/// Pairs of the numbers of two rows.
#[inline(always)]
fn join<E: Real>(first: &[E], second: &[E], to: &mut [E]) {
    for ((to, first), second) in to.iter_mut().zip(first).zip(second) {
        *to = first.pair(*second);
    }
}
