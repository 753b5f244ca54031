//! Who does what when: rows of the batch in parts, steps in chunks.
//!
//! Rows are sorted by length, the longest first, so that the rows that have a step are always the
//! first ones of their part. A chunk is a run of steps in which no row ends; within it all planes are
//! rectangles. No work is done on padding, and the reverse direction is nothing but another order of
//! reading and writing the sequence.

use crate::team::Share;
use alloc::vec::Vec;
use core::ops::Range;

/// How many rows of a plane (steps times rows of the batch) a chunk has: few enough that its planes stay in
/// the second-level cache, many enough that a matrix product over them runs at full speed.
const CHUNK: usize = 160;

/// The same where the loop over time has no matrix product and steps can be shared out: planes of as many
/// bytes, however narrow, so that there are many steps between two barriers.
const NUMBERS: usize = CHUNK * 256;

/// How many rows of such a chunk are one share of the work.
pub(super) const PIECE: usize = 40;

/// How many rows of the batch a part has at most.
const PART: usize = 32;

/// From how many units on the weights are so large that more rows should share a walk over them: parts have up to
/// twice as many rows.
const WIDE: usize = 192;

/// The same where gradients are wanted: a batch of one part is taken by a team, which waits for its members at every
/// step and gains less than two parts do, until the weights are larger than the cache of one core.
const WIDE_TAPE: usize = 384;

/// How many rows a thread's part of such a batch has at least.
const LEAST: usize = 8;

/// What the parts of a batch may depend on beside its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nothing: sums over rows, which go part by part, are then the same whatever runs them.
    Fixed,
    /// How many threads there are: where rows are not added up, and none of them ends before the others.
    For { threads: usize },
}

/// Below so many rows the batch is one part.
const SPLIT: usize = 4;

/// Rows of the batch that one thread, or one team of threads, takes through all steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Which rows of the batch these are.
    pub rows: Vec<usize>,
    /// How many steps each has; never growing.
    pub lengths: Vec<usize>,
    pub chunks: Vec<Chunk>,
}

/// Steps `first..first + steps`, in the order of reading, of the first `rows` rows of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub first: usize,
    pub steps: usize,
    pub rows: usize,
    /// Where its rows begin in a plane that holds all steps.
    pub plane: usize,
    /// Where they begin in a plane of states, in which a chunk has one more step than it has: the state
    /// before its first.
    pub slot: usize,
}

impl Chunk {
    /// The rows of a plane that it takes.
    pub(super) fn area(&self) -> usize {
        self.steps * self.rows
    }
}

/// How many rows of a plane a chunk has, of so many numbers each; `apart` where steps can be shared out.
fn height(batch: usize, width: usize, apart: bool) -> usize {
    match apart && few(batch) {
        false => CHUNK,
        true => (NUMBERS / width / PIECE * PIECE).clamp(CHUNK, 8 * CHUNK),
    }
}

impl Part {
    /// These rows of a batch, which have these steps, the longest first, in chunks of some height.
    pub(super) fn of(rows: Vec<usize>, lengths: Vec<usize>, height: usize) -> Part {
        let mut chunks = Vec::new();
        let (mut first, mut plane, mut slot) = (0, 0, 0);
        for (live, &length) in lengths.iter().enumerate().rev().map(|(i, l)| (i + 1, l)) {
            while first < length {
                let steps = (height / live).clamp(1, length - first);
                chunks.push(Chunk {
                    first,
                    steps,
                    rows: live,
                    plane,
                    slot,
                });
                first += steps;
                plane += steps * live;
                slot += (steps + 1) * live;
            }
        }
        Part {
            rows,
            lengths,
            chunks,
        }
    }

    /// The rows of a plane that holds all steps.
    pub(super) fn area(&self) -> usize {
        self.chunks.iter().map(Chunk::area).sum()
    }

    /// The rows of a plane of all states.
    pub(super) fn slots(&self) -> usize {
        self.area() + self.chunks.iter().map(|c| c.rows).sum::<usize>()
    }

    /// The rows of a plane that holds the steps of any one chunk.
    pub(super) fn widest(&self) -> usize {
        self.chunks.iter().map(Chunk::area).max().unwrap_or(0)
    }

    /// The rows of a plane that holds the states of any one chunk.
    pub(super) fn widest_slots(&self) -> usize {
        let slots = self.chunks.iter().map(|c| c.area() + c.rows);
        slots.max().unwrap_or(0)
    }

    /// Where in the sequence the step is that row `row` reads as its `k`th.
    pub(super) fn time(&self, row: usize, k: usize, reverse: bool) -> usize {
        match reverse {
            false => k,
            true => self.lengths[row] - 1 - k,
        }
    }
}

/// Whether so many rows are too few to be shared out among threads.
pub(super) fn few(batch: usize) -> bool {
    batch < SPLIT
}

/// The rows of a piece, of so many.
pub(super) fn piece(share: Share, rows: usize) -> Range<usize> {
    share.index * PIECE..rows.min((share.index + 1) * PIECE)
}

/// The parts of a batch. Rows are `width` numbers; `apart` says that units do not meet in the loop over time.
/// Whatever the cut, each row comes out the same.
pub(super) fn parts(
    batch: usize,
    time: usize,
    lengths: Option<&[usize]>,
    width: usize,
    apart: bool,
    cut: Cut,
) -> Vec<Part> {
    let height = height(batch, width, apart);
    let length = |row: usize| lengths.map_or(time, |l| l[row]);
    let mut rows: Vec<usize> = (0..batch).collect();
    rows.sort_by_key(|&row| core::cmp::Reverse(length(row)));
    let count = match cut {
        _ if few(batch) => 1,
        Cut::Fixed if width >= WIDE_TAPE => batch.div_ceil(2 * PART),
        Cut::Fixed => batch.div_ceil(PART).max(2),
        Cut::For { threads } => {
            let (most, least) = match width >= WIDE {
                true => (2 * PART, LEAST),
                false => (PART, SPLIT),
            };
            batch.div_ceil(most).max(threads.min(batch / least))
        }
    };
    let part = |i: usize| {
        let rows = rows[batch * i / count..batch * (i + 1) / count].to_vec();
        let lengths = rows.iter().map(|&row| length(row)).collect();
        Part::of(rows, lengths, height)
    };
    (0..count).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_every_row_is_in_one_chunk() {
        let lengths = [3, 700, 1, 3, 40];
        for part in parts(5, 700, Some(&lengths), 128, false, Cut::Fixed) {
            for (i, &row) in part.rows.iter().enumerate() {
                let steps = part.chunks.iter().filter(|c| i < c.rows).map(|c| c.steps);
                assert_eq!(steps.sum::<usize>(), lengths[row]);
            }
            for pair in part.chunks.windows(2) {
                assert_eq!(pair[0].first + pair[0].steps, pair[1].first);
                assert_eq!(pair[0].plane + pair[0].area(), pair[1].plane);
                assert!(pair[0].rows >= pair[1].rows);
            }
        }
    }

    #[test]
    fn rows_are_shared_out_evenly() {
        let sizes = |b, width, cut| -> Vec<usize> {
            let parts = parts(b, 9, None, width, false, cut);
            parts.iter().map(|p| p.rows.len()).collect()
        };
        let fixed = |b| sizes(b, 128, Cut::Fixed);
        assert_eq!(fixed(1), [1]);
        assert_eq!(fixed(3), [3]);
        assert_eq!(fixed(5), [2, 3]);
        assert_eq!(fixed(32), [16, 16]);
        assert_eq!(fixed(70), [23, 23, 24]);
        assert_eq!(sizes(64, 512, Cut::Fixed), [64]);
        let by = |b, width, threads| sizes(b, width, Cut::For { threads });
        assert_eq!(by(3, 128, 2), [3]);
        assert_eq!(by(32, 128, 1), [32]);
        assert_eq!(by(32, 128, 2), [16, 16]);
        assert_eq!(by(8, 256, 2), [8], "a team takes it");
        assert_eq!(by(64, 256, 1), [64]);
        assert_eq!(by(64, 256, 3), [21, 21, 22]);
    }

    #[test]
    fn the_reverse_direction_begins_at_each_rows_end() {
        let part = &parts(2, 5, Some(&[2, 5]), 128, true, Cut::Fixed)[0];
        let order = |row| -> Vec<usize> {
            (0..part.lengths[row])
                .map(|k| part.time(row, k, true))
                .collect()
        };
        assert_eq!((order(0), order(1)), (vec![4, 3, 2, 1, 0], vec![1, 0]));
    }
}
