//! Which rows train, which validate, which test, and in what order they are met.

use std::collections::BTreeMap;
use std::ops::Range;

use super::draw::{Draw, Purpose};
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

/// Rows drawn at random within each class, so that every part has the classes in about the same
/// proportions, and training has every class. Each list is in ascending order.
pub fn stratified(labels: &[usize], valid: f64, test: f64, seed: u64) -> Result<Split<Vec<usize>>> {
    check(valid, test)?;
    let mut classes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, &label) in labels.iter().enumerate() {
        classes.entry(label).or_default().push(row);
    }
    let mut split = Split {
        train: Vec::new(),
        valid: Vec::new(),
        test: Vec::new(),
    };
    // Every row adds to what the held-out parts are owed and goes to the one owed most, if that is
    // half a row or more. The debt is carried from class to class: rounding within each class would
    // hold out nothing at all where all classes are small.
    let (mut owed_valid, mut owed_test) = (0.0, 0.0);
    for (&class, rows) in &mut classes {
        Draw::new(Purpose::Stratify, seed, class as u64).shuffle(rows);
        for (position, &row) in rows.iter().enumerate() {
            owed_valid += valid;
            owed_test += test;
            if position == 0 || f64::max(owed_valid, owed_test) < 0.5 {
                split.train.push(row);
            } else if owed_test >= owed_valid {
                split.test.push(row);
                owed_test -= 1.0;
            } else {
                split.valid.push(row);
                owed_valid -= 1.0;
            }
        }
    }
    for part in [&mut split.train, &mut split.valid, &mut split.test] {
        part.sort_unstable();
    }
    filled(
        labels.len(),
        [split.train.len(), split.valid.len(), split.test.len()],
        valid,
        test,
    )?;
    Ok(split)
}

fn check(valid: f64, test: f64) -> Result<()> {
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

fn filled(n: usize, counts: [usize; 3], valid: f64, test: f64) -> Result<()> {
    let asked = [
        ("train", 1.0 - valid - test),
        ("valid", valid),
        ("test", test),
    ];
    for ((name, share), count) in asked.into_iter().zip(counts) {
        if share > 0.0 && count == 0 {
            return Err(Error::mend(format!(
                "{name} gets no row: {n} rows are too few for valid = {valid} and test = {test}; change the shares or add rows"
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
        assert!(
            stratified(&[0, 1], 0.1, 2.0, 0)
                .unwrap_err()
                .to_string()
                .contains("test = 2 is not a share")
        );
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
        assert!(
            stratified(&[0, 1], 0.1, 0.0, 0)
                .unwrap_err()
                .to_string()
                .contains("valid gets no row: 2 rows")
        );
    }

    #[test]
    fn strata_keep_proportions_and_cover_every_row_once() {
        let labels: Vec<usize> = (0..1000).map(|row| usize::from(row % 10 == 0)).collect();
        let split = stratified(&labels, 0.1, 0.2, 5).unwrap();
        let counts = |rows: &[usize]| {
            let ones = rows.iter().filter(|&&row| labels[row] == 1).count();
            (rows.len() - ones, ones)
        };
        assert_eq!(counts(&split.train), (630, 70));
        assert_eq!(counts(&split.valid), (90, 10));
        assert_eq!(counts(&split.test), (180, 20));
        let mut all = [split.train, split.valid, split.test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn small_classes_are_held_out_together_and_all_train() {
        let labels: Vec<usize> = (0..40).map(|row| row / 4).chain([10]).collect();
        let split = stratified(&labels, 0.1, 0.1, 0).unwrap();
        assert_eq!(
            (split.train.len(), split.valid.len(), split.test.len()),
            (33, 4, 4)
        );
        assert!(split.train.contains(&40));
    }

    #[test]
    fn strata_are_fixed_by_the_seed() {
        let labels = [0, 1].repeat(50);
        let split = stratified(&labels, 0.2, 0.2, 1).unwrap();
        assert_eq!(split, stratified(&labels, 0.2, 0.2, 1).unwrap());
        assert_ne!(split, stratified(&labels, 0.2, 0.2, 2).unwrap());
    }
}
