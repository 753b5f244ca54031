//! What the cells of a column are.

use super::super::message::shown;
use super::Table;
use super::cell::{self, Dress};
use super::stamp::StampFormat;
use serde::{Deserialize, Serialize};

/// What the cells of a column are, those that are missing aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Half of them or more are numbers; what else there is, is an error where the column is read.
    Number,
    /// All are words for true and false, which are read as 1 and 0.
    Boolean,
    /// All are dates.
    Date,
    /// They are something else.
    Text,
    /// All are missing.
    Empty,
}

/// A column that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::data) struct Looked {
    pub(in crate::data) kind: ColumnKind,
    /// What its numbers wear.
    pub(in crate::data) dress: Dress,
    /// How many of its cells are numbers.
    pub(in crate::data) numbers: usize,
    /// Whether a cell is missing.
    pub(in crate::data) has_holes: bool,
}

impl Table {
    /// What a column's cells are.
    pub(in crate::data) fn look(&self, column: usize) -> Looked {
        let rows = 0..self.rows.len();
        let filled = rows.filter(|&row| !self.is_missing(row, column));
        let cells = filled.map(|row| self.cell(row, column));
        let (mut count, mut numbers, mut dress) = (0, 0, Dress::default());
        for cell in cells.clone() {
            count += 1;
            if let Some((_, own)) = cell::read(cell, self.decimal()) {
                numbers += 1;
                dress = dress.with(own);
            }
        }
        let kind = match count {
            0 => ColumnKind::Empty,
            _ if numbers * 2 >= count => ColumnKind::Number,
            _ if cells.clone().all(|cell| cell::truth(cell).is_some()) => ColumnKind::Boolean,
            _ if !StampFormat::of(cells, self.format.dates).is_empty() => ColumnKind::Date,
            _ => ColumnKind::Text,
        };
        Looked {
            kind,
            dress,
            numbers,
            has_holes: count < self.rows.len(),
        }
    }

    /// Whether every cell of a column that is not missing has a year in it and a number beside it, as dates have.
    pub(in crate::data) fn has_years(&self, column: usize) -> bool {
        let rows = (0..self.rows.len()).filter(|&row| !self.is_missing(row, column));
        let is_dated = |row: usize| {
            let cell = self.cell(row, column);
            let numbers = cell.split(|c: char| !c.is_ascii_digit());
            let numbers: Vec<&str> = numbers.filter(|digits| !digits.is_empty()).collect();
            let is_year = |digits: &&str| {
                digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
            };
            numbers.len() > 1 && numbers.iter().any(is_year)
        };
        rows.clone().next().is_some() && rows.into_iter().all(is_dated)
    }

    /// What is said of numbers of some columns that are written with something else.
    pub(in crate::data) fn dressed<'a>(
        &self,
        read: impl Iterator<Item = (usize, &'a Looked)>,
    ) -> Option<String> {
        let of = |(column, looked): (usize, &Looked)| {
            let is_truth = (looked.kind == ColumnKind::Boolean).then_some("true as 1, false as 0");
            let worn: Vec<&str> = looked.dress.worn().chain(is_truth).collect();
            let name = shown(&self.header[column]);
            (!worn.is_empty()).then(|| format!("{name} {}", worn.join(", ")))
        };
        let said: Vec<String> = read.filter_map(of).collect();
        (!said.is_empty()).then(|| format!("{}: read {}", self.name, said.join("; ")))
    }

    /// The number that a cell of such a column holds: 1 and 0 for true and false.
    pub(in crate::data) fn read_as(
        &self,
        row: usize,
        column: usize,
        kind: ColumnKind,
    ) -> Option<f64> {
        let truth = || cell::truth(self.cell(row, column)).map(|truth| f64::from(u8::from(truth)));
        match kind {
            ColumnKind::Boolean => truth().or_else(|| self.value(row, column)),
            _ => self.value(row, column),
        }
    }
}
