//! Functions of whole rows.

use crate::guard;
use crate::simd::{Real, Simd};
use core::ops::Range;
use rekindle_program::Across;

/// Writes a function of the first `width` numbers of every row into columns of another plane.
///
/// Every member of a team reads the whole row and adds it up in the same order, so that how the columns are
/// shared out changes no bit.
///
/// # Safety
///
/// Both planes must have so many rows of `pitch` numbers, and those of the first must have been written.
#[inline(never)]
pub(super) unsafe fn across<S: Simd>(
    op: Across,
    rows: usize,
    of: *const S::E,
    to: *mut S::E,
    [width, pitch]: [usize; 2],
    own: Range<usize>,
) {
    guard::check_rows(of, rows, pitch, width);
    guard::check_rows(to.wrapping_add(own.start), rows, pitch, own.len());
    // SAFETY: the caller's.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                for r in 0..rows {
                    let of = core::slice::from_raw_parts(of.add(r * pitch), width);
                    let to = to.add(r * pitch + own.start);
                    let to = core::slice::from_raw_parts_mut(to, own.len());
                    match op {
                        Across::Mean => to.fill(S::E::of(sum(of) / width as f64)),
                        Across::Sum => to.fill(S::E::of(sum(of))),
                        Across::Cumsum => sums(of.iter().enumerate(), to, own.start),
                        Across::RevCumsum => sums(of.iter().enumerate().rev(), to, own.start),
                        Across::Amax => to.fill(largest(of)),
                    }
                }
            },
        );
    }
}

/// The sum, sixteen partial sums at a time.
#[inline(always)]
fn sum<E: Real>(row: &[E]) -> f64 {
    let mut sums = [E::default(); 16];
    for some in row.chunks(sums.len()) {
        for (sum, &x) in sums.iter_mut().zip(some) {
            *sum = sum.plus(x);
        }
    }
    sums.iter().map(|s| s.wide()).sum()
}

#[inline(always)]
fn largest<E: Real>(row: &[E]) -> E {
    // NaN, which nothing is as large as, stays.
    let larger = |a: E, b: E| if a >= b || a.wide().is_nan() { a } else { b };
    row.iter().copied().reduce(larger).unwrap_or_default()
}

/// The sums of the numbers so far, for the columns from `start` on.
#[inline(always)]
fn sums<'e, E: Real>(numbers: impl Iterator<Item = (usize, &'e E)>, to: &mut [E], start: usize) {
    let mut sum = 0.0;
    for (column, x) in numbers {
        sum += x.wide();
        if let Some(to) = column.checked_sub(start).and_then(|at| to.get_mut(at)) {
            *to = E::of(sum);
        }
    }
}
