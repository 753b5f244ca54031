//! What the cells of a column are.

use super::super::{message::shown, number};
use super::Table;
use super::cell::{self, Dress};
use super::stamp::StampFormat;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// The different units of its numbers, one that is empty for those that have none.
    pub(in crate::data) units: BTreeSet<String>,
    /// How many of its cells are numbers.
    pub(in crate::data) numbers: usize,
    /// Whether a cell is missing.
    pub(in crate::data) has_holes: bool,
}

impl Looked {
    /// The units of its numbers, as one says them: empty where none has one.
    pub(in crate::data) fn unit(&self) -> String {
        said(&self.units)
    }
}

/// Units as one says them.
pub(in crate::data) fn said(units: &BTreeSet<String>) -> String {
    let units_named = units.iter().map(String::as_str);
    let named: Vec<&str> = units_named.filter(|unit| !unit.is_empty()).collect();
    match (named.is_empty(), units.contains("")) {
        (false, true) => format!("{} and without", named.join(" and ")),
        _ => named.join(" and "),
    }
}

/// What is said of numbers whose units are not those that others had before; a unit of before that is not known is none to differ from.
pub(in crate::data) fn changed(before: &str, now: &str) -> Option<String> {
    let of = |unit: &str| match unit {
        "" => "without a unit".to_owned(),
        unit => format!("in {unit}"),
    };
    (before != now).then(|| {
        format!(
            "{}, and {} where the run was trained: they are read as they stand, and mean something else if the unit is another",
            of(now),
            of(before)
        )
    })
}

impl Table {
    /// What is said of columns whose numbers have several units.
    pub(in crate::data) fn mixed<'a>(
        &self,
        read: impl Iterator<Item = (usize, &'a Looked)>,
    ) -> Option<String> {
        let mixed = read.filter(|(_, looked)| looked.units.len() > 1);
        let named =
            mixed.map(|(c, looked)| format!("{} in {}", shown(&self.header[c]), looked.unit()));
        let named: Vec<String> = named.collect();
        (!named.is_empty()).then(|| {
            format!(
                "{}: numbers of one column have several units, and are read as if they had one: {}",
                self.name,
                named.join(", ")
            )
        })
    }

    /// What a column's cells are.
    pub(in crate::data) fn look(&self, column: usize) -> Looked {
        let rows = 0..self.rows.len();
        let filled = rows.filter(|&row| !self.is_missing(row, column));
        let cells = filled.clone().map(|row| self.cell(row, column));
        let (mut count, mut numbers, mut dress) = (0, 0, Dress::default());
        let mut units = BTreeSet::new();
        for row in filled {
            count += 1;
            if let Some((_, own)) = cell::read(self.bare(row, column), self.decimal()) {
                numbers += 1;
                dress = dress.with(own);
                let of_all = self.units[column].as_str();
                let of_head = self.second.get(column).unwrap_or_default().trim();
                let all = [of_all, own.unit(), of_head];
                let unit = all.into_iter().find(|unit| !number::is_missing(unit));
                let unit = unit.unwrap_or_default();
                // Nearly always it is there.
                if !units.contains(unit) {
                    units.insert(unit.to_owned());
                }
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
            units,
            numbers,
            has_holes: count < self.rows.len(),
        }
    }

    /// The unit of a column that its cells have behind their numbers.
    pub(in crate::data) fn unit(&self, column: usize) -> Option<String> {
        let unit = self.units.get(column).filter(|unit| !unit.is_empty());
        unit.map(|unit| shown(unit))
    }

    /// The word behind the numbers of a column, where every cell that is not missing is a number with the same one.
    pub(super) fn found_unit(&self, column: usize) -> String {
        let mut rows = (0..self.rows.len()).filter(|&row| !self.is_missing(row, column));
        let of = |row: usize| {
            let cell = self.cell(row, column);
            let (number, unit) = cell::unit(cell)?;
            // Of currencies the signs are known, and the names for them.
            let is_plain = cell::read(cell, self.decimal()).is_some();
            cell::read(number, self.decimal()).filter(|_| !is_plain)?;
            Some(unit)
        };
        let Some(row) = rows.next() else {
            return String::new();
        };
        let unit = of(row).filter(|_| {
            // 2024Q2 is no number of quarters.
            let cell = std::iter::once(self.cell(row, column));
            StampFormat::of(cell, None).is_empty()
        });
        match unit {
            Some(unit) if rows.all(|row| of(row) == Some(unit)) => unit.to_owned(),
            _ => String::new(),
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

    /// Whether every cell of a column that is not missing is a date, each in a form of its own.
    pub(in crate::data) fn has_mixed_dates(&self, column: usize) -> bool {
        let mut rows = (0..self.rows.len())
            .filter(|&row| !self.is_missing(row, column))
            .peekable();
        let is_date = |row| {
            let cell = std::iter::once(self.cell(row, column));
            !StampFormat::of(cell, None).is_empty()
        };
        rows.peek().is_some() && rows.all(is_date)
    }

    /// What is said of numbers of some columns that are written with something else.
    pub(in crate::data) fn dressed<'a>(
        &self,
        read: impl Iterator<Item = (usize, &'a Looked)>,
    ) -> Option<String> {
        let of = |(column, looked): (usize, &Looked)| {
            let is_truth = (looked.kind == ColumnKind::Boolean).then_some("true as 1, false as 0");
            let unit = self
                .unit(column)
                .map(|unit| format!("without its unit {unit}"));
            let worn = looked.dress.worn().chain(is_truth).map(str::to_owned);
            let worn: Vec<String> = worn.chain(unit).collect();
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
