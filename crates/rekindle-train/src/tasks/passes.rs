//! In which order rows are trained on.

use super::task::At;
use crate::data::split;
use std::cell::RefCell;

/// Passes over the rows of a training part, each in an order of its own, cut into updates.
///
/// The order is a function of the seed and the number of the pass, so that a run which goes on meets the rows that it
/// would have met. It is drawn once a pass.
#[derive(Debug)]
pub(crate) struct Passes {
    rows: usize,
    drawn: RefCell<Option<Pass>>,
}

#[derive(Debug)]
struct Pass {
    seed: u64,
    number: u64,
    order: Vec<usize>,
}

impl Passes {
    /// Passes over so many rows.
    pub(crate) fn over(rows: usize) -> Self {
        Passes {
            rows,
            drawn: RefCell::new(None),
        }
    }

    /// The rows of an update: all of them where a batch asks for more.
    pub(crate) fn rows(&self, at: &At) -> Vec<usize> {
        let batch = at.batch.min(self.rows);
        let updates = (self.rows / batch) as u64;
        let (number, update) = (at.step / updates, at.step % updates);
        let start = update as usize * batch;
        let mut drawn = self.drawn.borrow_mut();
        let known = drawn
            .take()
            .filter(|pass| (pass.seed, pass.number) == (at.seed, number));
        let pass = known.unwrap_or_else(|| Pass {
            seed: at.seed,
            number,
            order: split::shuffled(self.rows, at.seed, number),
        });
        drawn.insert(pass).order[start..start + batch].to_vec()
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn at(step: u64, seed: u64) -> At {
        At {
            step,
            batch: 3,
            seed,
            smoothing: 0.0,
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
