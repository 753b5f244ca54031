//! Which columns of a table say when, and when each row is.

use std::borrow::Cow;

use super::message::{listed, shown};
use super::table::Table;
use super::table::kind::{ColumnKind, Looked};
use super::table::stamp::StampFormat;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// `task.time`: the column that says when, or those that do together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`time` must be a column, or a list of columns")]
pub enum TimeColumns {
    /// A column.
    One(String),
    /// One of days and one of times, or those of years, months and so on.
    Several(Vec<String>),
}

impl TimeColumns {
    /// Their names.
    pub fn names(&self) -> &[String] {
        match self {
            TimeColumns::One(name) => std::slice::from_ref(name),
            TimeColumns::Several(names) => names,
        }
    }
}

impl From<Vec<String>> for TimeColumns {
    fn from(mut names: Vec<String>) -> TimeColumns {
        match names.len() {
            1 => TimeColumns::One(names.remove(0)),
            _ => TimeColumns::Several(names),
        }
    }
}

/// The columns that say when.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Where they stand: one, a day and its time, or a year, its month and so on.
    pub(super) columns: Vec<usize>,
    parts: Parts,
    /// How its dates are written; none where it is a plain number.
    pub(super) format: Option<StampFormat>,
}

/// What the columns of a clock hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parts {
    /// All that there is.
    Whole,
    /// A day, and behind it a time of day.
    DayAndTime,
    /// A number each: a year, a month, a day, an hour, a minute, a second; so many of them.
    Numbers,
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

/// What a column is called that holds times of day beside one of days.
const TIMES: [&str; 10] = [
    "time",
    "hour",
    "zeit",
    "uhrzeit",
    "heure",
    "hora",
    "ora",
    "tijd",
    "clock",
    "timeofday",
];

/// What columns are called that hold the parts of a date, each with the least and the largest number in it.
const PARTS: [(&[&str], i64, i64); 6] = [
    (
        &[
            "year", "yr", "yyyy", "jahr", "année", "annee", "año", "ano", "anno", "jaar",
        ],
        1000,
        2999,
    ),
    (
        &[
            "month", "mon", "mo", "mm", "monat", "mois", "mes", "mês", "mese", "maand",
        ],
        1,
        12,
    ),
    (
        &["day", "dd", "tag", "jour", "día", "dia", "giorno", "dag"],
        1,
        31,
    ),
    (
        &["hour", "hr", "hh", "stunde", "heure", "hora", "ora", "uur"],
        0,
        23,
    ),
    (&["minute", "min", "minuto", "minuut"], 0, 59),
    (
        &["second", "sec", "sekunde", "seconde", "segundo", "secondo"],
        0,
        59,
    ),
];

/// The columns that were named as the time.
pub(super) fn named(table: &Table, columns: &[usize]) -> Result<Clock> {
    let &[column] = columns else {
        return joined(table, columns);
    };
    let looked = table.look(column);
    let clock = Clock::of(column);
    let format = match looked.kind {
        ColumnKind::Date => Some(clock.dates(table)?),
        ColumnKind::Number => StampFormat::of_numbers(numbers(table, column)),
        _ => {
            let is_no_date = |&row: &usize| {
                StampFormat::of(std::iter::once(table.cell(row, column)), None).is_empty()
            };
            let row = (0..table.rows.len()).find(is_no_date).unwrap_or(0);
            let row = stray(table, column).unwrap_or(row);
            return Err(clock.no_date(table, row));
        }
    };
    Ok(Clock { format, ..clock })
}

/// Several columns that were named as the time.
fn joined(table: &Table, columns: &[usize]) -> Result<Clock> {
    let names: Vec<String> = columns.iter().map(|&c| table.header[c].clone()).collect();
    let is_day = |&&column: &&usize| table.look(column).kind == ColumnKind::Date;
    let clock = match (columns.iter().find(is_day), columns) {
        (Some(&day), &[first, second]) => Some(Clock::of_day(
            day,
            if day == first { second } else { first },
        )),
        (Some(_), _) => None,
        (None, _) => of_numbers(table, |column| columns.contains(&column))
            .filter(|clock| clock.columns.len() == columns.len()),
    };
    let clock = clock.ok_or_else(|| {
        Error::mend(format!(
            "{}: task.time: {} do not say when together; name one column of dates, one of days and one of times, or those \
             called year, month, day, hour, minute, second, so many of them",
            table.name,
            listed(&names)
        ))
    })?;
    clock.read_dates(table)
}

/// The first column of dates, with the times of day beside it, or the parts of dates; none of them among those that are read.
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
        let clock = Clock::of(column);
        let format = match looked.kind {
            ColumnKind::Date => match times_beside(table, column, &is_read) {
                Some(time) => return Clock::of_day(column, time).read_dates(table).map(Some),
                None => Some(clock.dates(table)?),
            },
            ColumnKind::Number if NAMES.contains(&name.as_str()) => {
                StampFormat::of_numbers(numbers(table, column))
            }
            ColumnKind::Text => match stray(table, column) {
                Some(row) => return Err(clock.no_date(table, row)),
                None => None,
            },
            _ => None,
        };
        if format.is_some() {
            return Ok(Some(Clock { format, ..clock }));
        }
    }
    let parts = of_numbers(table, |column| !is_read(column));
    if let Some(parts) = parts {
        return parts.read_dates(table).map(Some);
    }
    let mut dates =
        (0..all.len()).filter(|&column| !is_read(column) && all[column].kind == ColumnKind::Date);
    match dates.find_map(|column| Some((column, gap(table, column)?))) {
        Some((column, row)) => Err(Clock::of(column).no_date(table, row)),
        None => Ok(None),
    }
}

/// The first row of few that have no date in a column of dates.
fn gap(table: &Table, column: usize) -> Option<usize> {
    let mut gaps = (0..table.rows.len()).filter(|&row| table.is_missing(row, column));
    let first = gaps.next()?;
    ((gaps.count() + 1) * DATES <= table.rows.len()).then_some(first)
}

/// Whether nearly all cells of a column are dates.
pub(super) fn is_nearly(table: &Table, column: usize) -> bool {
    table.look(column).kind == ColumnKind::Date || stray(table, column).is_some()
}

/// The column with the times of day of one of days: all its cells are such times, and it is called so, or days repeat.
fn times_beside(table: &Table, day: usize, is_read: impl Fn(usize) -> bool) -> Option<usize> {
    let rows = 0..table.rows.len();
    let repeats = || {
        let mut pairs = rows.clone().zip(rows.clone().skip(1));
        pairs.any(|(row, next)| table.cell(row, day) == table.cell(next, day))
    };
    let has_time = rows.clone().any(|row| table.cell(row, day).contains(':'));
    let is_one = |&column: &usize| {
        let name = table.header[column].to_lowercase();
        let name: String = name.chars().filter(|c| c.is_alphabetic()).collect();
        column != day
            && !is_read(column)
            && rows.clone().all(|row| is_time(table.cell(row, column)))
            && (TIMES.contains(&name.as_str()) || repeats())
    };
    match has_time {
        true => None,
        false => (0..table.header.len()).find(is_one),
    }
}

/// Whether a cell is a time of day: `9:30`, `09:30:00`, `18.00.00`, `9:30 PM`.
fn is_time(cell: &str) -> bool {
    let cell = cell.trim().to_lowercase();
    let digits = cell
        .trim_end_matches("am")
        .trim_end_matches("pm")
        .trim_end();
    let parts: Vec<&str> = match digits.contains(':') {
        true => digits.split(':').collect(),
        false => digits.split('.').collect(),
    };
    let is_number = |part: &&str| {
        let whole = part.split_once('.').map_or(*part, |(whole, _)| whole);
        matches!(whole.len(), 1 | 2) && whole.bytes().all(|byte| byte.is_ascii_digit())
    };
    // 9.30 is rather a number.
    let count = if digits.contains(':') { 2..=3 } else { 3..=3 };
    count.contains(&parts.len()) && parts.iter().all(is_number)
}

/// The clock of columns with the parts of dates, called so, of which a year and a month are there at least.
fn of_numbers(table: &Table, is_taken: impl Fn(usize) -> bool) -> Option<Clock> {
    let holds = |column: usize, least: i64, most: i64| {
        (0..table.rows.len())
            .all(|row| whole(table, row, column).is_some_and(|n| (least..=most).contains(&n)))
    };
    let part = |&(names, least, most): &(&[&str], i64, i64)| {
        let is_one = |&column: &usize| {
            let name = table.header[column].to_lowercase();
            is_taken(column) && names.contains(&name.as_str()) && holds(column, least, most)
        };
        (0..table.header.len()).find(is_one)
    };
    let columns: Vec<usize> = PARTS.iter().map_while(part).collect();
    (columns.len() > 1).then_some(Clock {
        columns,
        parts: Parts::Numbers,
        format: None,
    })
}

/// The whole number in a cell.
fn whole(table: &Table, row: usize, column: usize) -> Option<i64> {
    let value = table.value(row, column)?;
    (value.fract() == 0.0 && value.abs() < 1e6).then_some(value as i64)
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

fn numbers(table: &Table, column: usize) -> impl Iterator<Item = f64> + Clone + '_ {
    (0..table.rows.len()).filter_map(move |row| table.value(row, column))
}

impl Clock {
    /// The clock of one column.
    fn of(column: usize) -> Clock {
        Clock {
            columns: vec![column],
            parts: Parts::Whole,
            format: None,
        }
    }

    /// The clock of a column of days and one of times.
    fn of_day(day: usize, time: usize) -> Clock {
        Clock {
            columns: vec![day, time],
            parts: Parts::DayAndTime,
            format: None,
        }
    }

    /// When a row is, as it is written; of several columns, as ISO 8601 has it or nearly so.
    pub(super) fn cell<'t>(&self, table: &'t Table, row: usize) -> Cow<'t, str> {
        let cell = |at: usize| table.cell(row, self.columns[at]).trim();
        match self.parts {
            Parts::Whole => Cow::Borrowed(table.cell(row, self.columns[0])),
            Parts::DayAndTime => {
                let time = cell(1);
                let time = match time.contains(':') {
                    true => time.to_owned(),
                    false => time.replace('.', ":"),
                };
                Cow::Owned(format!("{} {time}", cell(0)))
            }
            Parts::Numbers => {
                let part = |at: usize| whole(table, row, self.columns[at]);
                // An hour alone is none that ISO 8601 writes so.
                let ends = ["", "-", "-", "T", ":", ":"];
                let parts = (0..self.columns.len()).map(|at| match part(at) {
                    Some(part) => format!("{}{part:02}", ends[at]),
                    None => format!("{}{}", ends[at], cell(at)),
                });
                let hour = if self.columns.len() == 4 { ":00" } else { "" };
                Cow::Owned(parts.collect::<String>() + hour)
            }
        }
    }

    /// What its columns are called.
    pub(super) fn called(&self, table: &Table) -> String {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|&c| shown(&table.header[c]))
            .collect();
        names.join(" with ")
    }

    /// What is said where several columns say when, or dates have several forms.
    pub(super) fn notes(&self, table: &Table) -> Vec<String> {
        let (name, called, first) = (&table.name, self.called(table), self.cell(table, 0));
        let mut notes = Vec::new();
        if self.columns.len() > 1 {
            notes.push(format!("{name}: the time is {called}: {}", shown(&first)));
        }
        if let Some(StampFormat::Mixed(_)) = self.format {
            notes.push(format!(
                "{name}: the dates of {called} have several forms, and each is read by itself"
            ));
        }
        notes
    }

    /// What the time of a row is called in messages.
    fn place(&self, table: &Table, row: usize) -> String {
        match self.columns.as_slice() {
            &[column] => table.place(row, column),
            _ => format!("{}, {}", table.row(row), self.called(table)),
        }
    }

    /// The error for a row whose time is no date.
    fn no_date(&self, table: &Table, row: usize) -> Error {
        let cell = self.cell(table, row);
        let what = match cell.trim() {
            "" => "the date is empty".to_owned(),
            cell => format!("{} is no date or time that is known", shown(cell)),
        };
        Error::mend(format!(
            "{}: {}: {what}; write it as 2024-01-31 12:30, take the row out if it is a sum or a remark, or say task.time = \"\" if the rows \
             are in order",
            table.name,
            self.place(table, row),
        ))
    }

    /// The same clock, with the one way in which its dates are written.
    fn read_dates(self, table: &Table) -> Result<Clock> {
        let format = Some(self.dates(table)?);
        Ok(Clock { format, ..self })
    }

    /// The one way in which its dates are written.
    fn dates(&self, table: &Table) -> Result<StampFormat> {
        let rows = 0..table.rows.len();
        let is_there = |row: &usize| {
            self.columns
                .iter()
                .all(|&column| !table.is_missing(*row, column))
        };
        let cells: Vec<Cow<'_, str>> = rows
            .clone()
            .filter(is_there)
            .map(|row| self.cell(table, row))
            .collect();
        let cells = cells.iter().map(AsRef::as_ref);
        let formats = StampFormat::of(cells.clone(), table.format.dates);
        let Some(&first) = formats.first() else {
            let is_none = |&row: &usize| {
                StampFormat::of(std::iter::once(&*self.cell(table, row)), None).is_empty()
            };
            return Err(self.no_date(table, rows.clone().find(is_none).unwrap_or(0)));
        };
        let of = |format: &StampFormat| -> Vec<Option<i64>> {
            cells.clone().map(|c| format.read(c)).collect()
        };
        let read = of(&first);
        match formats.iter().find(|format| of(format) != read) {
            None => Ok(first),
            Some(_) => Err(Error::mend(format!(
                "{}: column {}: in {} the day may stand first or the month; say which by task.table.dates = \"day\" or \"month\"",
                table.name,
                shown(&table.header[self.columns[0]]),
                shown(cells.clone().next().unwrap_or_default())
            ))),
        }
    }

    /// When each row of the file is, in microseconds; of plain numbers, in millionths.
    ///
    /// # Errors
    ///
    /// If one does not say it.
    pub(super) fn micros(&self, table: &Table) -> Result<Vec<i64>> {
        let read = |row: usize| match self.format {
            Some(format) => format.read(&self.cell(table, row)),
            None => table
                .value(row, self.columns[0])
                .map(|value| (value * 1e6) as i64),
        };
        // Any two can be told apart, and their difference is a number too.
        let is_in_reach = |micros: &i64| micros.unsigned_abs() < 1 << 62;
        let all = (0..table.rows.len()).map(|row| {
            read(row).filter(is_in_reach).ok_or_else(|| {
                Error::mend(format!(
                    "{}: {}: {} is no time; fill it in or remove the row",
                    table.name,
                    self.place(table, row),
                    shown(&self.cell(table, row))
                ))
            })
        });
        all.collect()
    }
}
