//! The rows of a table in time: which column says when, in what order they stand, and where some are missing.

use std::collections::BTreeMap;

use super::message::{counted, shown};
use super::table::Table;
use super::table::kind::{ColumnKind, Looked};
use super::table::stamp::{StampFormat, duration};
use crate::error::{Error, Result};

/// The column that says when.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    pub(super) column: usize,
    /// How its dates are written; none where it is a plain number.
    pub(super) format: Option<StampFormat>,
}

/// The rows in their order in time.
pub(super) struct Timeline {
    /// The rows of the file, the oldest first.
    pub(super) order: Vec<usize>,
    pub(super) notes: Vec<String>,
}

/// What a column of numbers is called where it may count the time since 1970.
const NAMES: [&str; 7] = [
    "time",
    "timestamp",
    "date",
    "datetime",
    "epoch",
    "unix",
    "ts",
];

/// The column that was named as the time.
pub(super) fn named(table: &Table, column: usize) -> Result<Clock> {
    let looked = table.look(column);
    let format = match looked.kind {
        ColumnKind::Date => Some(one_format(table, column)?),
        ColumnKind::Number => StampFormat::of_numbers(numbers(table, column)),
        _ => {
            let is_no_date = |&row: &usize| {
                StampFormat::of(std::iter::once(table.cell(row, column)), None).is_empty()
            };
            let row = (0..table.rows.len()).find(is_no_date).unwrap_or(0);
            let row = stray(table, column).unwrap_or(row);
            return Err(no_date(table, column, row));
        }
    };
    Ok(Clock { column, format })
}

/// The first column of dates, but for those that are read.
pub(super) fn found(
    table: &Table,
    all: &[Looked],
    is_read: impl Fn(usize) -> bool,
) -> Result<Option<Clock>> {
    for (column, looked) in all.iter().enumerate() {
        if is_read(column) || looked.has_holes {
            continue;
        }
        let name = table.header[column].to_lowercase();
        let format = match looked.kind {
            ColumnKind::Date => Some(one_format(table, column)?),
            ColumnKind::Number if NAMES.contains(&name.as_str()) => {
                StampFormat::of_numbers(numbers(table, column))
            }
            ColumnKind::Text => match stray(table, column) {
                Some(row) => return Err(no_date(table, column, row)),
                None => None,
            },
            _ => None,
        };
        if format.is_some() {
            return Ok(Some(Clock { column, format }));
        }
    }
    Ok(None)
}

/// Of this many cells of a column all but one are dates, where it is one of dates.
const DATES: usize = 10;

/// The first row whose cell is no date in a column where nearly all are, in one form: that of a sum or a remark.
fn stray(table: &Table, column: usize) -> Option<usize> {
    let rows = || (0..table.rows.len()).filter(|&row| !table.is_missing(row, column));
    let first = rows().next()?;
    let cells = |row: usize| std::iter::once(table.cell(row, column));
    // The form is that of the first date among the first cells.
    let forms = rows().take(DATES).find_map(|row| {
        let forms = StampFormat::of(cells(row), table.format.dates);
        (!forms.is_empty()).then_some(forms)
    });
    forms?.into_iter().find_map(|form| {
        let is_stray = |row: &usize| form.read(table.cell(*row, column)).is_none();
        let strays = rows().filter(is_stray).count();
        let few = strays * DATES <= rows().count();
        (few && strays > 0).then(|| rows().find(is_stray).unwrap_or(first))
    })
}

/// The error for a cell that is no date.
fn no_date(table: &Table, column: usize, row: usize) -> Error {
    Error::mend(format!(
        "{}: row {}, column {}: {} is no date or time that is known; write it as 2024-01-31 12:30, take the row out if it is a sum or \
         a remark, or say task.time = \"\" if the rows are in order",
        table.name,
        row + 1,
        shown(&table.header[column]),
        shown(table.cell(row, column))
    ))
}

fn numbers(table: &Table, column: usize) -> impl Iterator<Item = f64> + Clone + '_ {
    (0..table.rows.len()).filter_map(move |row| table.value(row, column))
}

/// The one way in which a column's dates are written.
fn one_format(table: &Table, column: usize) -> Result<StampFormat> {
    let rows = 0..table.rows.len();
    let filled = rows.filter(|&row| !table.is_missing(row, column));
    let cells = filled.map(|row| table.cell(row, column));
    let formats = StampFormat::of(cells.clone(), table.format.dates);
    let of = |format: &StampFormat| -> Vec<Option<i64>> {
        cells.clone().map(|c| format.read(c)).collect()
    };
    let first = of(&formats[0]);
    match formats.iter().find(|format| of(format) != first) {
        None => Ok(formats[0]),
        Some(_) => Err(Error::mend(format!(
            "{}: column {}: in {} the day may stand first or the month; say which by task.table.dates = \"day\" or \"month\"",
            table.name,
            shown(&table.header[column]),
            shown(cells.clone().next().unwrap_or_default())
        ))),
    }
}

impl Clock {
    /// Some rows, given as they stand in the file, in their order in time, and what is to be said of it. `when` each row of the file
    /// is, [`micros`](Self::micros) has.
    ///
    /// # Errors
    ///
    /// If the rows are in no order.
    pub(super) fn timeline(
        &self,
        table: &Table,
        mut order: Vec<usize>,
        when: &[i64],
    ) -> Result<Timeline> {
        let name = shown(&table.header[self.column]);
        let mut micros: Vec<i64> = order.iter().map(|&row| when[row]).collect();
        let mut notes = Vec::new();
        let back = micros.windows(2).position(|pair| pair[1] < pair[0]);
        let forth = micros.windows(2).position(|pair| pair[1] > pair[0]);
        if let Some(back) = back {
            if let Some(forth) = forth {
                let at = back.max(forth);
                let (before, row) = (order[at], order[at + 1]);
                let cell = |row: usize| shown(table.cell(row, self.column));
                return Err(Error::mend(format!(
                    "{}: the rows are in no order of time: row {} is {} and row {} is {}; sort them by {name}, say task.time = \"\" \
                     if it is not the time, or name by task.id the column that tells several series apart",
                    table.name,
                    before + 1,
                    cell(before),
                    row + 1,
                    cell(row)
                )));
            }
            order.reverse();
            micros.reverse();
            notes.push(format!(
                "{}: the newest row stands first by {name}, so the rows are turned",
                table.name
            ));
        }
        notes.extend(self.uneven(table, &order, &micros));
        if let Some(day_or_month) = self.format.and_then(StampFormat::order) {
            notes.push(format!(
                "{}: in {name} the {} stands first: {}",
                table.name,
                day_or_month.name(),
                shown(table.cell(order[0], self.column))
            ));
        }
        Ok(Timeline { order, notes })
    }

    /// When each row of the file is, in microseconds; of plain numbers, in millionths.
    ///
    /// # Errors
    ///
    /// If one does not say it.
    pub(super) fn micros(&self, table: &Table) -> Result<Vec<i64>> {
        let read = |row: usize| match self.format {
            Some(format) => format.read(table.cell(row, self.column)),
            None => table
                .value(row, self.column)
                .map(|value| (value * 1e6) as i64),
        };
        // Any two can be told apart, and their difference is a number too.
        let is_in_reach = |micros: &i64| micros.unsigned_abs() < 1 << 62;
        let all = (0..table.rows.len()).map(|row| {
            read(row).filter(is_in_reach).ok_or_else(|| {
                Error::mend(format!(
                    "{}: row {}, column {}: {} is no time; fill it in or remove the row",
                    table.name,
                    row + 1,
                    shown(&table.header[self.column]),
                    shown(table.cell(row, self.column))
                ))
            })
        });
        all.collect()
    }

    /// What is to be said of times that repeat, and of steps that are longer than the usual one.
    fn uneven(&self, table: &Table, order: &[usize], micros: &[i64]) -> Vec<String> {
        let steps: Vec<i64> = micros.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut counts = BTreeMap::new();
        for step in steps.iter().filter(|&&step| step > 0) {
            *counts.entry(*step).or_insert(0_usize) += 1;
        }
        // The shorter of two that are as frequent.
        let usual = counts.iter().rev().max_by_key(|(_, count)| **count);
        let usual = usual.map_or(0, |(step, _)| *step);
        let name = shown(&table.header[self.column]);
        let cell = |at: usize| shown(table.cell(order[at], self.column));
        let twice = steps.iter().filter(|&&step| step == 0).count();
        let first_twice = steps.iter().position(|&step| step == 0);
        let twice = first_twice.map(|at| {
            format!(
                "{}: {} with the time of the row before, the first {}; where these are several series, task.id names the column that tells them apart",
                table.name,
                counted(twice, "rows"),
                cell(at + 1)
            )
        });
        // Months and years are not equally long, and are no gaps.
        let is_gap = |step: i64| step as f64 > 1.5 * usual as f64;
        let gaps = steps.iter().filter(|&&step| is_gap(step)).count();
        let first_gap = steps.iter().position(|&step| usual > 0 && is_gap(step));
        let gaps = first_gap.map(|at| {
            let usual = match self.format {
                Some(_) => duration(usual),
                None => (usual as f64 / 1e6).to_string(),
            };
            format!(
                "{}: {} of {name} longer than the usual {usual}, the first after {}; rows are read as if evenly spaced",
                table.name,
                counted(gaps, "steps"),
                cell(at)
            )
        });
        twice.into_iter().chain(gaps).collect()
    }
}
