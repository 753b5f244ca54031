//! Weights, packed once for all steps in the order in which the micro-kernel reads them.

use crate::guard::Lent;
use crate::memory::Buffer;
use crate::multiply::Multiplier;
use crate::simd::Real;
use crate::team::Share;
use alloc::vec::Vec;
use core::ops::Range;

/// A vector of columns: which block of the result, and which column of it comes first.
pub(super) type Lane = Option<(usize, usize)>;

/// Which vectors of columns each panel of four holds. The shares of a team are columns, the same ones
/// of every block, and each has panels of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Panels {
    pub lanes: Vec<[Lane; 4]>,
    /// The panels of each share.
    pub of: Vec<Range<usize>>,
}

impl Panels {
    /// Panels of `blocks` results, each `width` columns wide, in vectors of `n`.
    pub(super) fn new(blocks: usize, width: usize, n: usize, shares: usize) -> Self {
        let mut panels = Panels::default();
        for index in 0..shares {
            let first = panels.lanes.len();
            let columns = columns(width, n, Share { index, of: shares });
            let all: Vec<(usize, usize)> = (0..blocks)
                .flat_map(|b| columns.clone().step_by(n).map(move |c| (b, c)))
                .collect();
            let four = all.chunks(4);
            panels
                .lanes
                .extend(four.map(|four| core::array::from_fn(|i| four.get(i).copied())));
            panels.of.push(first..panels.lanes.len());
        }
        panels
    }

    /// The panels of a share, those of its columns or all, from the first on or from the last back.
    #[inline(always)]
    pub(super) fn walk(&self, share: Share, back: bool) -> impl Iterator<Item = usize> + use<> {
        let Range { start, end } = match share.of {
            1 => 0..self.lanes.len(),
            _ => self.of[share.index].clone(),
        };
        (start..end).map(move |p| if back { start + end - 1 - p } else { p })
    }
}

/// The columns of a share, of `width`, in vectors of `n`.
pub(super) fn columns(width: usize, n: usize, share: Share) -> Range<usize> {
    let vectors = width.div_ceil(n);
    vectors * share.index / share.of * n..vectors * (share.index + 1) / share.of * n
}

/// How many numbers of a row are transposed at a time, so that what is written stays near: a cache line.
const LINE: usize = 16;

/// A packed matrix.
#[derive(Debug)]
pub(super) struct Packed<E: Real> {
    _lent: Lent,
    data: Buffer<E>,
    pub panels: Panels,
    pub multiplier: Multiplier,
    /// The elements of the depth: the rows of the matrix, or pairs of them.
    depth: usize,
    n: usize,
}

/// How a matrix is packed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub multiplier: Multiplier,
    /// The numbers of a vector.
    pub n: usize,
    /// Into how many shares the columns are cut.
    pub shares: usize,
}

/// A matrix in memory, `[rows, pitch]`, row after row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'a, E> {
    pub data: &'a [E],
    pub pitch: usize,
}

impl<E: Real> Packed<E> {
    /// Column `c` of block `b` of the result is the product with column `starts[b] + c` of the matrix,
    /// `width` of them; the others, up to a whole number of vectors, are zero.
    pub(super) fn new(
        matrix: Matrix<'_, E>,
        starts: &[usize],
        width: usize,
        layout: Layout,
    ) -> Self {
        let Layout {
            multiplier,
            n,
            shares,
        } = layout;
        let panels = Panels::new(starts.len(), width, n, shares);
        let depth = multiplier.elements(matrix.data.len() / matrix.pitch);
        let mut packed = Packed::empty(panels, depth, layout);
        let panels = packed.data.as_mut_slice().chunks_exact_mut(depth * 4 * n);
        for (lanes, panel) in packed.panels.lanes.iter().zip(panels) {
            let mut to = panel.chunks_exact_mut(n);
            for rows in matrix.data.chunks(multiplier.step() * matrix.pitch) {
                let (row, below) = rows.split_at(matrix.pitch);
                for lane in lanes {
                    let to = to.next().expect("room for every vector");
                    let Some((b, c)) = *lane else {
                        to.fill(E::default());
                        continue;
                    };
                    let live = n.min(width.saturating_sub(c));
                    let from = starts[b] + c;
                    to[..live].copy_from_slice(&row[from..from + live]);
                    to[live..].fill(E::default());
                    if multiplier.step() == 2 {
                        let below = below.get(from..from + live).into_iter().flatten();
                        let below = below.copied().chain(core::iter::repeat(E::default()));
                        for (to, below) in to[..live].iter_mut().zip(below) {
                            *to = to.pair(below);
                        }
                    }
                }
            }
            to.for_each(|rest| rest.fill(E::default()));
        }
        packed
    }

    /// The transposed matrix: the depth is that of the blocks of columns that begin at `starts`, each
    /// `width` wide; the result is as wide as the matrix has rows.
    pub(super) fn transposed(
        matrix: Matrix<'_, E>,
        starts: &[usize],
        width: usize,
        layout: Layout,
    ) -> Self {
        match layout.multiplier.step() {
            1 => Packed::transposed_by::<1>(matrix, starts, width, layout),
            _ => Packed::transposed_by::<2>(matrix, starts, width, layout),
        }
    }

    /// The same, so many numbers of the depth to an element.
    fn transposed_by<const STEP: usize>(
        matrix: Matrix<'_, E>,
        starts: &[usize],
        width: usize,
        layout: Layout,
    ) -> Self {
        let n = layout.n;
        let rows = matrix.data.len() / matrix.pitch;
        let panels = Panels::new(1, rows, n, layout.shares);
        let elements = layout.multiplier.elements(width);
        let depth = starts.len() * elements;
        let mut packed = Packed::empty(panels, depth, layout);
        let data = packed.data.as_mut_slice();
        for (p, lanes) in packed.panels.lanes.iter().enumerate() {
            for (q, lane) in lanes.iter().enumerate() {
                let base = p * depth * 4 * n + q * n;
                let first = lane.map_or(rows, |(_, c)| c);
                let live = n.min(rows.saturating_sub(first));
                for (block, &start) in starts.iter().enumerate() {
                    for from in (0..width).step_by(LINE) {
                        let count = LINE.min(width - from);
                        let to = base + (block * elements + from / STEP) * 4 * n;
                        for j in 0..live {
                            let row = &matrix.data[(first + j) * matrix.pitch + start + from..];
                            for (k, x) in row[..count].chunks(STEP).enumerate() {
                                data[to + k * 4 * n + j] = match STEP {
                                    1 => x[0],
                                    _ => x[0].pair(x.get(1).copied().unwrap_or_default()),
                                };
                            }
                        }
                        for k in 0..count.div_ceil(STEP) {
                            data[to + k * 4 * n..][live..n].fill(E::default());
                        }
                    }
                    for rest in width.div_ceil(STEP)..elements {
                        data[base + (block * elements + rest) * 4 * n..][..n].fill(E::default());
                    }
                }
            }
        }
        packed
    }

    fn empty(panels: Panels, depth: usize, layout: Layout) -> Self {
        let Layout { multiplier, n, .. } = layout;
        let size = panels.lanes.len() * depth * 4 * n;
        let data = Buffer::new(size);
        Packed {
            _lent: Lent::new(data.as_ptr(), size),
            data,
            panels,
            multiplier,
            depth,
            n,
        }
    }

    /// Where a panel begins.
    #[inline(always)]
    pub(super) fn panel(&self, p: usize) -> *const E {
        // SAFETY: `p` is one of the panels, all of which lie in the buffer.
        unsafe { self.data.as_ptr().add(p * self.depth * 4 * self.n) }
    }
}
