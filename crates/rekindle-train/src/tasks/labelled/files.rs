//! The files of labelled rows: one to train on, of which shares are held out, and perhaps one to test on.

use crate::{
    data::{cut::Cut, file::DataFile},
    error::{Error, Result},
    tasks::keys,
};
use rekindle::Invalid;
use std::collections::{HashMap, HashSet};

/// Whether there is no such file.
pub(in crate::tasks) fn no_file(file: &DataFile) -> bool {
    file.as_os_str().is_empty()
}

/// The usual share that is held out.
pub(in crate::tasks) fn share() -> f64 {
    0.1
}

/// The shares of the training file that validate and test: none tests where there is a file for it.
pub(in crate::tasks) fn held_out(test: &DataFile, valid_share: f64, test_share: f64) -> [f64; 2] {
    match no_file(test) {
        true => [valid_share, test_share],
        false => [valid_share, 0.0],
    }
}

/// Checks these shares.
pub(in crate::tasks) fn check([valid, test]: [f64; 2]) -> Result<(), Invalid> {
    keys::shares([("valid_share", valid), ("test_share", test)])
}

/// The share that would test, where it is not the usual one though there is a file to test on.
pub(in crate::tasks) fn idle_test_share(test: &DataFile, test_share: f64) -> Option<f64> {
    let is_idle = !no_file(test) && test_share != share();
    is_idle.then_some(test_share)
}

/// Whether there are no classes but these.
pub(in crate::tasks) fn are_among(classes: &[String], these: &[String]) -> bool {
    classes.iter().all(|class| these.contains(class))
}

/// Where labelled rows are cut into parts: as when the run was begun, or anew, in shares of `valid` and `test`.
///
/// # Errors
///
/// If the run stored another number of classes, or a part gets no row.
pub(in crate::tasks) fn cut(
    file: &DataFile,
    known: Option<&Cut>,
    labels: &[usize],
    places: &[u64],
    classes: usize,
    [valid, test]: [f64; 2],
) -> Result<Cut> {
    match known {
        None => Cut::new(labels, places, classes, valid, test)
            .map_err(|e| Error::mend(format!("{}: {e}", file.display()))),
        Some(cut) if cut.classes() == classes => Ok(cut.clone()),
        Some(cut) => Err(Error::mend(format!(
            "the run's data.json is damaged: `cut` has {} entries, and there are {classes} classes; restore the file",
            cut.classes()
        ))),
    }
}

/// What is to be said of rows that hold the same as others of their file, by their places: how many there are, and how many of them have
/// another label, as `differ` says of two rows.
pub(in crate::tasks) fn twice(
    file: &DataFile,
    places: &[u64],
    differ: impl Fn(usize, usize) -> bool,
) -> Option<String> {
    let mut first = HashMap::new();
    let (mut equal, mut others) = (0, 0);
    for (row, place) in places.iter().enumerate() {
        let known = *first.entry(place).or_insert(row);
        equal += usize::from(known != row);
        others += usize::from(known != row && differ(known, row));
    }
    let contrary = match others {
        0 => String::new(),
        others => format!(
            "; {others} of them with another label than that, and no network tells such apart"
        ),
    };
    (equal > 0).then(|| {
        format!(
            "{}: {equal} of {} rows hold the same as an earlier one{contrary}",
            file.display(),
            places.len()
        )
    })
}

/// What is to be said of a test file that repeats rows of the training file, by the places of both.
pub(in crate::tasks) fn repeated(
    [train, test]: [&DataFile; 2],
    known: &[u64],
    places: &[u64],
) -> Option<String> {
    let known: HashSet<&u64> = known.iter().collect();
    match places.iter().filter(|place| known.contains(place)).count() {
        0 => None,
        count => Some(format!(
            "{}: {count} of its {} rows also stand in {}, so its figures are those of rows that were learned from",
            test.display(),
            places.len(),
            train.display()
        )),
    }
}
