//! In which order rows are trained on.

use super::task::At;
use crate::data::{
    draw::{Draw, Purpose},
    split,
};
use std::cell::RefCell;

/// Passes over the rows of a training part, each in an order of its own, cut into updates.
///
/// The order is a function of what a pass is, so that a run which goes on meets the rows that it would have met. It is drawn once a
/// pass.
#[derive(Debug)]
pub(crate) struct Passes {
    rows: usize,
    /// The steps of each row, where rows of similar length can be put together.
    lengths: Option<Vec<usize>>,
    drawn: RefCell<Option<(Pass, Vec<usize>)>>,
}

/// What the order of a pass follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pass {
    seed: u64,
    number: u64,
    /// The rows of an update, and the updates whose rows are put in the order of their lengths; 0 for none.
    sorted: [usize; 2],
}

impl Passes {
    /// Passes over so many rows.
    pub(crate) fn over(rows: usize) -> Self {
        Passes {
            rows,
            lengths: None,
            drawn: RefCell::new(None),
        }
    }

    /// Passes over rows of these lengths.
    pub(crate) fn of_lengths(lengths: Vec<usize>) -> Self {
        Passes {
            rows: lengths.len(),
            lengths: Some(lengths),
            drawn: RefCell::new(None),
        }
    }

    /// The rows of an update: all of them where a batch asks for more.
    pub(crate) fn rows(&self, at: &At) -> Vec<usize> {
        let batch = at.batch.min(self.rows);
        let updates = (self.rows / batch) as u64;
        let update = at.step % updates;
        let pass = Pass {
            seed: at.seed,
            number: at.step / updates,
            sorted: match at.bucketing {
                0 => [0; 2],
                together => [batch, together],
            },
        };
        let start = update as usize * batch;
        let mut drawn = self.drawn.borrow_mut();
        let known = drawn.take().filter(|(known, _)| *known == pass);
        let known = known.unwrap_or_else(|| (pass, self.order(pass)));
        drawn.insert(known).1[start..start + batch].to_vec()
    }

    /// The order of a pass: the rows of so many updates are sorted by their lengths, and cut into updates that come in any order.
    fn order(&self, pass: Pass) -> Vec<usize> {
        let mut order = split::shuffled(self.rows, pass.seed, pass.number);
        let ([batch, together], Some(lengths)) = (pass.sorted, &self.lengths) else {
            return order;
        };
        if together == 0 {
            return order;
        }
        let mut draw = Draw::new(Purpose::Batches, pass.seed, pass.number);
        // Whole updates only; what is left waits for another pass.
        let whole = order.len() / batch * batch;
        for rows in order[..whole].chunks_mut(batch.saturating_mul(together)) {
            rows.sort_by_key(|&row| lengths[row]);
            let mut updates: Vec<Vec<usize>> = rows.chunks(batch).map(<[usize]>::to_vec).collect();
            draw.shuffle(&mut updates);
            rows.copy_from_slice(&updates.concat());
        }
        order
    }

    /// The share of padding in the first so many updates, at most those of a pass, where the lengths are known.
    pub(crate) fn padding(&self, at: &At, updates: u64) -> Option<f64> {
        let lengths = self.lengths.as_ref()?;
        let pass = (self.rows / at.batch.min(self.rows).max(1)) as u64;
        let (mut real, mut all) = (0, 0);
        for step in 0..updates.min(pass) {
            let rows = self.rows(&At { step, ..at.clone() });
            let lengths: Vec<usize> = rows.iter().map(|&row| lengths[row]).collect();
            real += lengths.iter().sum::<usize>();
            all += lengths.len() * lengths.iter().max().copied().unwrap_or(0);
        }
        Some(1.0 - real as f64 / all.max(1) as f64)
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn rows_of_similar_length_stand_together_and_each_is_met_once() {
        // Of twelve rows, updates of two: groups of three updates are sorted.
        let lengths: Vec<usize> = (0..12).map(|row| row * 7 % 12 + 1).collect();
        let passes = Passes::of_lengths(lengths.clone());
        let sorted = |step: u64| At {
            batch: 2,
            bucketing: 3,
            ..at(step, 5)
        };
        let updates: Vec<Vec<usize>> = (0..6).map(|step| passes.rows(&sorted(step))).collect();
        let mut met = updates.concat();
        met.sort_unstable();
        assert_eq!(met, (0..12).collect::<Vec<usize>>());
        let order = split::shuffled(12, 5, 0);
        for (group, updates) in order.chunks(6).zip(updates.chunks(3)) {
            let mut right = group.to_vec();
            right.sort_by_key(|&row| lengths[row]);
            let mut right: Vec<&[usize]> = right.chunks(2).collect();
            let mut found: Vec<&[usize]> = updates.iter().map(Vec::as_slice).collect();
            right.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, right);
        }
        // Asked for out of turn, the same.
        assert_eq!(passes.rows(&sorted(4)), updates[4]);
        assert_eq!(passes.rows(&sorted(1)), updates[1]);
        // Two rows of lengths a and b with a < b pad b - a steps of 2 b.
        let pairs = updates.iter().map(|rows| {
            let [a, b] = [rows[0], rows[1]].map(|row| lengths[row]);
            (a.abs_diff(b), 2 * a.max(b))
        });
        let (padding, all) = pairs.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let found = passes.padding(&sorted(0), 100).expect("lengths");
        assert!((found - padding as f64 / all as f64).abs() < 1e-12);
    }

    fn at(step: u64, seed: u64) -> At {
        At {
            step,
            batch: 3,
            seed,
            smoothing: 0.0,
            bucketing: 0,
            device: Device::flex(),
        }
    }

    #[test]
    fn an_update_has_its_rows_in_whatever_order_updates_are_asked_for() {
        // Two updates of three rows a pass; the eighth row and the seventh wait for another pass.
        let order = |pass: u64, seed: u64| split::shuffled(8, seed, pass);
        let passes = Passes::over(8);
        for (step, seed) in [(0, 7), (1, 7), (2, 7), (5, 7), (1, 7), (1, 8), (0, 7)] {
            let (pass, start) = (step / 2, step as usize % 2 * 3);
            let right = &order(pass, seed)[start..start + 3];
            assert_eq!(passes.rows(&at(step, seed)), right, "update {step}");
        }
    }

    #[test]
    fn a_batch_larger_than_the_part_has_all_its_rows() {
        let mut rows = Passes::over(2).rows(&at(4, 1));
        rows.sort_unstable();
        assert_eq!(rows, [0, 1]);
    }
}
