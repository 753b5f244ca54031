//! The one micro-kernel: every matrix product of a layer, forward and backward, is made of it.
//!
//! The right operand is packed in panels of four vectors of columns. A register block of up to
//! [`Simd::ROWS`] rows of the result, four vectors wide, is held in registers while the depth is walked.
//! Each of the four vectors of columns starts from an address of its own (zero, a bias, or what is already
//! there) and goes to one of its own, so that gates, biases and accumulated gradients need no pass of
//! their own.

use crate::guard;
use crate::multiply::{Dot, Multiplier, Multiply, Operand, Single, Widened};
use crate::simd::{Simd, Vector, amx};
use core::ptr;

/// A vector of columns of the result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<E> {
    /// Where the sums start: null for zero.
    pub from: *const E,
    /// From one row to the next; 0 where one bias serves all rows.
    pub from_pitch: usize,
    /// Where the sums go: null for nowhere.
    pub to: *mut E,
    /// From one row to the next.
    pub to_pitch: usize,
}

impl<E> Column<E> {
    /// A vector that fills up a panel.
    pub(super) fn none() -> Self {
        Column {
            from: ptr::null(),
            from_pitch: 0,
            to: ptr::null_mut(),
            to_pitch: 0,
        }
    }
}

/// The left operand: segments side by side, each `depth` wide, rows `pitch` apart. Where it is used
/// transposed, `depth` rows of it stand below one another instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left<'a, E> {
    pub segments: &'a [*const E],
    pub pitch: usize,
    pub depth: usize,
}

/// How many vectors ahead the weights are fetched where each is used but once.
const AHEAD: usize = 64;

/// How many bytes of a panel are used at a time: they stay in L1 while all rows pass by.
const PANEL: usize = 32 << 10;

/// `rows` rows of four vectors of columns: `to = from + left * panel`, with the left operand transposed
/// where `T`. Depths are counted in the elements of the multiplier, which are numbers or pairs of them.
///
/// # Safety
///
/// As for [`Simd`]; every address in `left`, `panel` (packed, `4 N` numbers for each of the depth) and
/// `columns` must be good for that many rows and columns.
#[inline(never)]
pub(super) unsafe fn panel<S: Simd, const T: bool>(
    multiplier: Multiplier,
    rows: usize,
    left: Left<'_, S::E>,
    panel: *const S::E,
    columns: &[Column<S::E>; 4],
) {
    // SAFETY: the caller's.
    unsafe {
        match multiplier {
            Multiplier::Single => pieces::<S, Single, T>(rows, left, panel, columns),
            // A program that must be small has no code for pairs.
            _ if !cfg!(feature = "std") => {
                unreachable!("pairs are multiplied with the feature `std`")
            }
            Multiplier::Widened => pieces::<S, Widened, T>(rows, left, panel, columns),
            Multiplier::Dot => pieces::<S, Dot, T>(rows, left, panel, columns),
            // Of a few rows a tile would be empty.
            Multiplier::Tiles if rows <= 2 => pieces::<S, Dot, false>(rows, left, panel, columns),
            Multiplier::Tiles => tiles::<S>(rows, left, panel, columns),
        }
    }
}

/// The same, tile by tile.
#[inline(always)]
unsafe fn tiles<S: Simd>(
    rows: usize,
    left: Left<'_, S::E>,
    panel: *const S::E,
    columns: &[Column<S::E>; 4],
) {
    debug_assert_eq!(
        (4 * S::N, size_of::<S::E>()),
        (amx::COLUMNS, size_of::<f32>())
    );
    let mut sums = amx::Block([[0.0; amx::COLUMNS]; amx::ROWS]);
    for row in (0..rows).step_by(amx::ROWS) {
        let high = amx::ROWS.min(rows - row);
        // SAFETY: the caller's; a block has as many columns as a panel, and a left operand whole blocks of rows.
        unsafe {
            for (r, sums) in sums.0.iter_mut().take(high).enumerate() {
                for (column, sums) in columns.iter().zip(sums.chunks_exact_mut(S::N)) {
                    match column.from.is_null() {
                        true => sums.fill(0.0),
                        false => {
                            let from = column.from.add((row + r) * column.from_pitch);
                            sums.as_mut_ptr()
                                .copy_from_nonoverlapping(from.cast(), S::N);
                        }
                    }
                }
            }
            let mut at = panel;
            for &segment in left.segments {
                let rows = segment.add(row * left.pitch).cast::<f32>();
                amx::add(
                    rows,
                    left.pitch,
                    at.cast(),
                    left.depth / amx::PAIRS,
                    &mut sums,
                );
                at = at.add(left.depth * amx::COLUMNS);
            }
            for (r, sums) in sums.0.iter().take(high).enumerate() {
                for (column, sums) in columns.iter().zip(sums.chunks_exact(S::N)) {
                    if !column.to.is_null() {
                        let to = column.to.add((row + r) * column.to_pitch);
                        to.copy_from_nonoverlapping(sums.as_ptr().cast(), S::N);
                    }
                }
            }
        }
    }
}

/// The same, for one piece of the depth after another.
#[inline(always)]
unsafe fn pieces<S: Simd, M: Multiply<S>, const T: bool>(
    rows: usize,
    left: Left<'_, S::E>,
    panel: *const S::E,
    columns: &[Column<S::E>; 4],
) {
    let most = PANEL / (4 * S::N * size_of::<S::E>());
    let pieces = left.depth.div_ceil(most);
    // Rows that are one block pass by once; there is nothing to keep.
    if rows <= S::ROWS || left.segments.len() * pieces == 1 {
        // SAFETY: the caller's.
        return unsafe { blocks::<S, M, T>(rows, left, panel, columns) };
    }
    let mut columns = *columns;
    let mut at = panel;
    for &segment in left.segments {
        for piece in 0..pieces {
            let (from, to) = (
                left.depth * piece / pieces,
                left.depth * (piece + 1) / pieces,
            );
            // SAFETY: the piece lies within the segment and the panel.
            unsafe {
                let start = segment.add(if T { from * left.pitch } else { from });
                let left = Left {
                    segments: &[start],
                    depth: to - from,
                    ..left
                };
                blocks::<S, M, T>(rows, left, at, &columns);
                at = at.add((to - from) * 4 * S::N);
            }
            // The next piece goes on from what is there.
            for column in &mut columns {
                column.from = column.to;
                column.from_pitch = column.to_pitch;
            }
        }
    }
}

/// The same for a piece of the depth.
#[inline(never)]
unsafe fn blocks<S: Simd, M: Multiply<S>, const T: bool>(
    rows: usize,
    left: Left<'_, S::E>,
    panel: *const S::E,
    columns: &[Column<S::E>; 4],
) {
    if cfg!(debug_assertions) {
        let [high, wide] = if T {
            [left.depth, rows]
        } else {
            [rows, left.depth]
        };
        for segment in left.segments {
            guard::check_rows(*segment, high, left.pitch, wide);
        }
        guard::check(panel, left.segments.len() * left.depth * 4 * S::N);
        for column in columns {
            for (at, pitch) in [
                (column.from, column.from_pitch),
                (column.to as *const S::E, column.to_pitch),
            ] {
                if !at.is_null() {
                    guard::check_rows(at, rows, pitch, S::N);
                }
            }
        }
    }
    // SAFETY: the caller's.
    unsafe {
        M::vectorize(
            #[inline(always)]
            || {
                let blocks = rows.div_ceil(S::ROWS);
                // Two sums hide the latency of one or two rows, if there are registers for them. Of more rows each is one
                // sum, whatever the height of its block, so that a row's numbers do not depend on how many others there are.
                let few = rows <= 2;
                let mut row = 0;
                // Even heights: 7 rows are 4 + 3, not 6 + 1.
                for i in 0..blocks {
                    let end = rows * (i + 1) / blocks;
                    match end - row {
                        1 if few => block::<S, M, 1, 2, T>(row, left, panel, columns),
                        2 if few && S::ROWS > 3 => {
                            block::<S, M, 2, 2, T>(row, left, panel, columns)
                        }
                        1 => block::<S, M, 1, 1, T>(row, left, panel, columns),
                        2 => block::<S, M, 2, 1, T>(row, left, panel, columns),
                        3 => block::<S, M, 3, 1, T>(row, left, panel, columns),
                        4 if S::ROWS > 3 => block::<S, M, 4, 1, T>(row, left, panel, columns),
                        5 if S::ROWS > 3 => block::<S, M, 5, 1, T>(row, left, panel, columns),
                        _ if S::ROWS > 3 => block::<S, M, 6, 1, T>(row, left, panel, columns),
                        _ => unreachable!("no block is higher than the registers allow"),
                    }
                    row = end;
                }
            },
        );
    }
}

/// `R` rows from `row` on. `U` sums are kept for each, where one alone would wait for the latency of the
/// multiplier.
#[inline(always)]
unsafe fn block<S: Simd, M: Multiply<S>, const R: usize, const U: usize, const T: bool>(
    row: usize,
    left: Left<'_, S::E>,
    mut panel: *const S::E,
    columns: &[Column<S::E>; 4],
) {
    // SAFETY: the caller's.
    unsafe {
        let zero = Vector::<S>::splat(S::E::default());
        let mut sums = [[[zero; 4]; R]; U];
        for (g, column) in columns.iter().enumerate() {
            if !column.from.is_null() {
                for (r, sums) in sums[0].iter_mut().enumerate() {
                    sums[g] = Vector::load(column.from.add((row + r) * column.from_pitch));
                }
            }
        }
        for &segment in left.segments {
            let at = match T {
                true => segment.add(row),
                false => segment.add(row * left.pitch),
            };
            let mut k = 0;
            while k + U <= left.depth {
                if U > 1 {
                    // One pass over the weights: nothing else hides how far away they are.
                    for u in 0..U * 4 {
                        S::prefetch(panel.wrapping_add((AHEAD + u) * S::N));
                    }
                }
                for (u, sums) in sums.iter_mut().enumerate() {
                    let panel = panel.add(u * 4 * S::N);
                    accumulate::<S, M, R, T>(at, left.pitch, k + u, panel, sums);
                }
                panel = panel.add(U * 4 * S::N);
                k += U;
            }
            while k < left.depth {
                accumulate::<S, M, R, T>(at, left.pitch, k, panel, &mut sums[0]);
                panel = panel.add(4 * S::N);
                k += 1;
            }
        }
        for (g, column) in columns.iter().enumerate() {
            if !column.to.is_null() {
                for r in 0..R {
                    let mut sum = sums[0][r][g];
                    for more in &sums[1..] {
                        sum = sum + more[r][g];
                    }
                    sum.store(column.to.add((row + r) * column.to_pitch));
                }
            }
        }
    }
}

/// Adds the products of one element of each row with four vectors of a panel. What there is less of waits in registers
/// for the other: three rows are all that sixteen registers have room for, and one register more would be one too many.
#[inline(always)]
unsafe fn accumulate<S: Simd, M: Multiply<S>, const R: usize, const T: bool>(
    at: *const S::E,
    pitch: usize,
    k: usize,
    panel: *const S::E,
    sums: &mut [[Vector<S>; 4]; R],
) {
    // SAFETY: the caller's.
    unsafe {
        let x = |r: usize| {
            M::Operand::splat(match T {
                true => at.add(k * pitch + r),
                false => at.add(r * pitch + k),
            })
        };
        let w = |q: usize| M::Operand::load(panel.add(q * S::N));
        if R < 4 {
            let rows: [M::Operand; R] = core::array::from_fn(x);
            for q in 0..4 {
                let w = w(q);
                for (x, sums) in rows.iter().zip(sums.iter_mut()) {
                    sums[q] = M::add(*x, w, sums[q]);
                }
            }
        } else {
            let columns: [M::Operand; 4] = core::array::from_fn(w);
            for (r, sums) in sums.iter_mut().enumerate() {
                let x = x(r);
                for (w, sum) in columns.iter().zip(sums) {
                    *sum = M::add(x, *w, *sum);
                }
            }
        }
    }
}
