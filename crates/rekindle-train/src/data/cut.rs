//! Which rows of a set of labelled ones train, which validate, which test, by what they hold.
//!
//! A row has a [place], a number that follows from its content and the seed. Of each class the rows with the lowest places
//! test, the next validate and the rest train. Where these three meet is stored with a run. So a row is in the part in
//! which it was when the run was trained, wherever in the file it stands now and whatever else was put there, and rows
//! that are equal are in one part.

use super::split::{Split, check, filled};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;
use std::collections::HashSet;

/// A row's place: a function of its content and the seed, the same on every machine. Equal rows share theirs.
pub fn place(seed: u64, content: &[u8]) -> u64 {
    SipHasher24::new_with_keys(seed, 0).hash(content)
}

/// The places at which the rows of each class are cut into parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cut(Vec<Ends>);

/// Where two parts of a class end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Ends {
    /// Rows below this place test.
    test: u64,
    /// The others below this one validate.
    valid: u64,
}

impl Cut {
    /// Cuts rows of `classes` classes, so that every part has the classes in about the same proportions and training has
    /// every class. `valid` and `test` are shares of the rows; a share of 0 asks for no such part.
    ///
    /// # Errors
    ///
    /// If a share is none, or a part that was asked for gets no row.
    pub fn new(
        labels: &[usize],
        places: &[u64],
        classes: usize,
        valid: f64,
        test: f64,
    ) -> Result<Self> {
        check(valid, test)?;
        let mut own = vec![Vec::new(); classes];
        for (&label, &place) in labels.iter().zip(places) {
            own[label].push(place);
        }
        // What the parts are owed is carried from class to class: rounding within each class would hold out nothing at
        // all where all classes are small.
        let (mut owed_test, mut owed_valid) = (0.0, 0.0);
        let ends = |mut places: Vec<u64>| {
            owed_test += test * places.len() as f64;
            owed_valid += valid * places.len() as f64;
            places.sort_unstable();
            let equal: Vec<&[u64]> = places.chunk_by(|a, b| a == b).collect();
            let mut next = 0;
            // Rows that are equal go together where that leaves the part no further from what it is owed. The last of a
            // class train.
            let mut end = |owed: &mut f64| {
                while next + 1 < equal.len() && equal[next].len() as f64 <= 2.0 * *owed {
                    *owed -= equal[next].len() as f64;
                    next += 1;
                }
                equal.get(next).map_or(0, |rows| rows[0])
            };
            Ends {
                test: end(&mut owed_test),
                valid: end(&mut owed_valid),
            }
        };
        let cut = Self(own.into_iter().map(ends).collect());
        let parts = cut.parts(labels, places);
        let counts = [&parts.train, &parts.valid, &parts.test].map(Vec::len);
        filled(labels.len(), counts, valid, test).map_err(|error| {
            let differing = places.iter().collect::<HashSet<_>>().len();
            match differing == places.len() {
                true => error,
                false => Error::mend(format!(
                    "{error} (only {differing} of them differ, and equal rows are in one part)"
                )),
            }
        })?;
        Ok(cut)
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.0.len()
    }

    /// The rows of each part, in ascending order.
    ///
    /// # Panics
    ///
    /// If a label is none of the [classes](Self::classes).
    pub fn parts(&self, labels: &[usize], places: &[u64]) -> Split<Vec<usize>> {
        let mut split = Split {
            train: Vec::new(),
            valid: Vec::new(),
            test: Vec::new(),
        };
        for (row, (&label, &place)) in labels.iter().zip(places).enumerate() {
            let Ends { test, valid } = self.0[label];
            let part = match place {
                p if p < test => &mut split.test,
                p if p < valid => &mut split.valid,
                _ => &mut split.train,
            };
            part.push(row);
        }
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of which no two are equal.
    fn places(rows: usize, seed: u64) -> Vec<u64> {
        (0..rows as u64)
            .map(|row| place(seed, &row.to_le_bytes()))
            .collect()
    }

    fn split(labels: &[usize], places: &[u64], valid: f64, test: f64) -> Split<Vec<usize>> {
        let classes = labels.iter().max().map_or(0, |most| most + 1);
        let cut = Cut::new(labels, places, classes, valid, test).unwrap();
        cut.parts(labels, places)
    }

    #[test]
    fn places_are_the_same_on_every_machine_and_version() {
        // From a SipHash-2-4 written anew in Python; runs that are evaluated later rely on it.
        assert_eq!(place(42, b"the screen is good"), 6_790_776_610_924_644_690);
        let numbers = [1.5_f64, 0.0].map(f64::to_le_bytes).concat();
        assert_eq!(place(42, &numbers), 15_799_023_035_316_858_476);
    }

    #[test]
    fn strata_keep_proportions_and_cover_every_row_once() {
        let labels: Vec<usize> = (0..1000).map(|row| usize::from(row % 10 == 0)).collect();
        let split = split(&labels, &places(1000, 5), 0.1, 0.2);
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
        let split = split(&labels, &places(41, 0), 0.1, 0.1);
        assert_eq!(
            (split.train.len(), split.valid.len(), split.test.len()),
            (33, 4, 4)
        );
        for class in 0..11 {
            assert!(split.train.iter().any(|&row| labels[row] == class));
        }
    }

    #[test]
    fn strata_are_fixed_by_the_seed() {
        let labels = [0, 1].repeat(50);
        let of = |seed| split(&labels, &places(100, seed), 0.2, 0.2);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn a_row_is_in_its_part_wherever_it_stands_and_whatever_was_added() {
        let labels = [0, 1, 2].repeat(40);
        let before = places(120, 3);
        let cut = Cut::new(&labels, &before, 3, 0.2, 0.2).unwrap();
        let part = |split: &Split<Vec<usize>>, row: usize| {
            [&split.train, &split.valid, &split.test].map(|rows| rows.contains(&row))
        };
        let first = cut.parts(&labels, &before);
        // The file reversed, behind rows that were not there.
        let added = places(200, 3).split_off(120);
        let after: Vec<u64> = added.iter().chain(before.iter().rev()).copied().collect();
        let all: Vec<usize> = [1, 2]
            .repeat(40)
            .into_iter()
            .chain(labels.iter().rev().copied())
            .collect();
        let second = cut.parts(&all, &after);
        for row in 0..120 {
            assert_eq!(
                part(&first, row),
                part(&second, after.len() - 1 - row),
                "{row}"
            );
        }
    }

    #[test]
    fn equal_rows_are_in_one_part() {
        let labels = [0, 1].repeat(60);
        // Three rows of each content.
        let places: Vec<u64> = (0..120_u64)
            .map(|row| place(7, &[row as u8 % 40]))
            .collect();
        let split = split(&labels, &places, 0.15, 0.15);
        let parts = [&split.train, &split.valid, &split.test];
        for rows in parts {
            assert!(rows.len() % 3 == 0 && !rows.is_empty());
            for &row in rows {
                let equal = places.iter().filter(|place| **place == places[row]).count();
                let here = rows
                    .iter()
                    .filter(|&&other| places[other] == places[row])
                    .count();
                assert_eq!(here, equal);
            }
        }
        assert_eq!(split.valid.len() + split.test.len(), 36);
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let refused = |labels: &[usize], valid: f64, test: f64| {
            let cut = Cut::new(labels, &places(labels.len(), 0), 2, valid, test);
            cut.unwrap_err().to_string()
        };
        assert!(refused(&[0, 1], 0.1, 2.0).contains("test = 2 is not a share"));
        assert!(refused(&[0, 1], 0.1, 0.0).contains("valid gets no row: 2 rows"));
        let equal = Cut::new(&[0, 1].repeat(20), &[3, 4].repeat(20), 2, 0.1, 0.1);
        let error = equal.unwrap_err().to_string();
        assert!(error.contains("only 2 of them differ"), "{error}");
    }
}
