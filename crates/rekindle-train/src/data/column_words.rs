//! The words of a table's columns.

use std::collections::BTreeSet;

use super::message::{counted, listed, shown};
use super::table::Table;
use crate::error::{Error, Result};

/// The most words of a column.
const MOST: usize = 100;

/// The words of a column.
///
/// # Errors
///
/// If there are too many.
pub(super) fn words(table: &Table, column: usize) -> Result<Vec<String>> {
    let words = written(table, column);
    match words.len() > MOST {
        true => Err(Error::mend(format!(
            "{}: column {} has {} different words, and task.static reads at most {MOST}, each as a number of its own; leave it out",
            table.name,
            shown(&table.header[column]),
            words.len()
        ))),
        false => Ok(words.into_iter().map(str::to_owned).collect()),
    }
}

/// The different words of a column, in order.
fn written(table: &Table, column: usize) -> BTreeSet<&str> {
    let rows = (0..table.rows.len()).filter(|&row| !table.is_missing(row, column));
    rows.map(|row| table.cell(row, column).trim()).collect()
}

/// What is said of words that a run has not seen, of columns with those that it has.
pub(super) fn unseen<'k>(
    table: &Table,
    columns: impl Iterator<Item = (&'k str, &'k [String])>,
) -> Result<Vec<String>> {
    let mut said = Vec::new();
    for (name, known) in columns.filter(|(_, known)| !known.is_empty()) {
        let words = written(table, table.column(name)?).into_iter();
        let unseen = words.filter(|word| !known.iter().any(|known| known == word));
        let unseen: Vec<String> = unseen.map(str::to_owned).collect();
        said.extend((!unseen.is_empty()).then(|| {
            format!(
                "{}: {} has {} that training has not seen, read as none of its {}: {}",
                table.name,
                shown(name),
                counted(unseen.len(), "words"),
                counted(known.len(), "words"),
                listed(&unseen)
            )
        }));
    }
    Ok(said)
}
