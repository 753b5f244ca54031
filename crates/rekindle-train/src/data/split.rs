//! Which rows of a series or a text train, which validate, which test: cut by their place in it. And in what order rows are met.

use std::ops::Range;

use super::draw::{Draw, Purpose};
use super::message::counted;
use crate::error::{Error, Result};

/// The three parts of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split<T> {
    /// The rows that the weights are fitted to.
    pub train: T,
    /// The rows that choose between epochs and settings.
    pub valid: T,
    /// The rows that are looked at once, at the end.
    pub test: T,
}

impl<T> Split<T> {
    /// What each part becomes, the training part first.
    pub(crate) fn map<U>(self, mut of: impl FnMut(T) -> U) -> Split<U> {
        Split {
            train: of(self.train),
            valid: of(self.valid),
            test: of(self.test),
        }
    }
}

impl<T: Default> Split<T> {
    /// Data that nobody trains on.
    pub(crate) fn test_alone(test: T) -> Self {
        Self {
            train: T::default(),
            valid: T::default(),
            test,
        }
    }
}

/// The numbers `0..n` in the order of one epoch: a function of `(n, seed, epoch)` alone, so that a
/// run which resumes meets the same rows as one that was never stopped.
pub fn shuffled(n: usize, seed: u64, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    Draw::new(Purpose::Shuffle, seed, epoch).shuffle(&mut order);
    order
}

/// Contiguous parts in time order: training first, test last. `valid` and `test` are shares of `n`;
/// a share of 0 asks for no such part.
pub fn fractions(n: usize, valid: f64, test: f64) -> Result<Split<Range<usize>>> {
    check(valid, test)?;
    let count = |share: f64| (share * n as f64).round() as usize;
    let test_start = n.saturating_sub(count(test));
    let valid_start = test_start.saturating_sub(count(valid));
    let split = Split {
        train: 0..valid_start,
        valid: valid_start..test_start,
        test: test_start..n,
    };
    filled(
        n,
        [split.train.len(), split.valid.len(), split.test.len()],
        valid,
        test,
    )?;
    Ok(split)
}

pub(super) fn check(valid: f64, test: f64) -> Result<()> {
    for (name, share) in [("valid", valid), ("test", test)] {
        if !(0.0..1.0).contains(&share) {
            return Err(Error::mend(format!(
                "{name} = {share} is not a share of the rows; use 0 or more and less than 1"
            )));
        }
    }
    if valid + test >= 1.0 {
        return Err(Error::mend(format!(
            "valid = {valid} and test = {test} leave no rows to train on; their sum must be less than 1"
        )));
    }
    Ok(())
}

pub(super) fn filled(n: usize, counts: [usize; 3], valid: f64, test: f64) -> Result<()> {
    let asked = [
        ("train", 1.0 - valid - test),
        ("valid", valid),
        ("test", test),
    ];
    for ((name, share), count) in asked.into_iter().zip(counts) {
        if share > 0.0 && count == 0 {
            return Err(Error::mend(format!(
                "{name} gets no row: {} {} too few for valid = {valid} and test = {test}; change the shares or add rows",
                counted(n, "rows"),
                if n == 1 { "is" } else { "are" }
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_a_permutation_fixed_by_seed_and_epoch() {
        let order = shuffled(100, 7, 3);
        assert_eq!(order, shuffled(100, 7, 3));
        assert_ne!(order, shuffled(100, 7, 4));
        assert_ne!(order, shuffled(100, 8, 3));
        let mut sorted = order;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        assert!(shuffled(0, 7, 3).is_empty());
    }

    #[test]
    fn the_order_is_the_same_on_every_machine_and_version() {
        // From a ChaCha8 written anew in Python; runs that resume rely on it.
        assert_eq!(shuffled(8, 42, 0), [4, 5, 0, 3, 6, 7, 1, 2]);
    }

    #[test]
    fn chronological_parts_are_contiguous() {
        let split = fractions(10, 0.2, 0.1).unwrap();
        assert_eq!(
            split,
            Split {
                train: 0..7,
                valid: 7..9,
                test: 9..10
            }
        );
        let split = fractions(10, 0.2, 0.0).unwrap();
        assert_eq!(
            split,
            Split {
                train: 0..8,
                valid: 8..10,
                test: 10..10
            }
        );
    }

    #[test]
    fn shares_must_be_shares() {
        for share in [-0.1, 1.0, f64::NAN] {
            let error = fractions(10, share, 0.1).unwrap_err().to_string();
            assert!(
                error.contains(&format!("valid = {share} is not a share")),
                "{error}"
            );
        }
        let error = fractions(10, 0.5, 0.5).unwrap_err().to_string();
        assert!(
            error.contains("valid = 0.5 and test = 0.5 leave no rows to train on"),
            "{error}"
        );
    }

    #[test]
    fn an_empty_part_is_refused() {
        let error = fractions(3, 0.1, 0.4).unwrap_err().to_string();
        assert!(
            error.contains("valid gets no row: 3 rows are too few"),
            "{error}"
        );
        assert!(
            fractions(3, 0.4, 0.1)
                .unwrap_err()
                .to_string()
                .contains("test gets no row")
        );
        assert!(
            fractions(0, 0.0, 0.0)
                .unwrap_err()
                .to_string()
                .contains("train gets no row")
        );
        assert!(
            fractions(1, 0.6, 0.0)
                .unwrap_err()
                .to_string()
                .contains("train gets no row")
        );
    }
}
