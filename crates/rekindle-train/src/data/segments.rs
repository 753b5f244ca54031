//! The rows of a table by the series that they belong to, each in its order in time.

use std::collections::HashMap;
use std::ops::Range;

use super::classes;
use super::message::{listed, shown};
use super::roles::Roles;
use super::table::Table;
use crate::error::{Error, Result};

/// The rows of one series, which stand one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it is called; none where a table holds one series.
    pub id: Option<String>,
    /// The rows that lie in the past.
    pub rows: Range<usize>,
    /// The rows behind them of which no target is known, and what is known ahead is.
    pub ahead: Range<usize>,
}

/// All series of a table.
pub(super) struct Segments {
    /// The rows of the file, series by series, the oldest first.
    pub(super) order: Vec<usize>,
    /// When each of them is, in microseconds since 1970, where dates say it.
    pub(super) micros: Option<Vec<i64>>,
    pub(super) all: Vec<Segment>,
    /// What is to be said of their order.
    pub(super) notes: Vec<String>,
}

impl Segments {
    /// The series of a table, in the order in which they begin.
    ///
    /// # Errors
    ///
    /// If the rows of one are in no order of time, or a date or an id is missing.
    pub(super) fn of(table: &Table, roles: &Roles) -> Result<Self> {
        let groups = match roles.id {
            None => vec![(None, (0..table.rows.len()).collect())],
            Some(id) => by_id(table, id)?,
        };
        let of_names = alike(table, groups.iter().filter_map(|(id, _)| id.as_ref()));
        let when = roles.clock.as_ref().map(|clock| clock.micros(table));
        let when = when.transpose()?;
        let (mut order, mut all) = (Vec::with_capacity(table.rows.len()), Vec::new());
        let mut notes = Vec::new();
        for (id, mut rows) in groups {
            if let (Some(clock), Some(when)) = (&roles.clock, &when) {
                let timeline = clock.timeline(table, rows, when)?;
                rows = timeline.order;
                notes.push((id.clone(), timeline.notes));
            }
            let (start, end) = (order.len(), order.len() + rows.len());
            let past = start + past(table, roles, &rows);
            order.extend(rows);
            all.push(Segment {
                id,
                rows: start..past,
                ahead: past..end,
            });
        }
        let dates = roles.clock.as_ref().filter(|clock| clock.format.is_some());
        let micros = dates.and(when);
        Ok(Segments {
            micros: micros.map(|when| order.iter().map(|&row| when[row]).collect()),
            order,
            all,
            notes: of_names.into_iter().chain(said(table, notes)).collect(),
        })
    }
}

/// The rows by what they have in a column.
///
/// # Errors
///
/// If it is empty in one.
pub(super) fn by_id(table: &Table, id: usize) -> Result<Vec<(Option<String>, Vec<usize>)>> {
    let mut places = HashMap::new();
    let mut groups: Vec<(Option<String>, Vec<usize>)> = Vec::new();
    for row in 0..table.rows.len() {
        let cell = table.cell(row, id).trim();
        if cell.is_empty() {
            return Err(Error::mend(format!(
                "{}: {}: it is empty, and task.id says that it names the row's series; fill it in or remove the row",
                table.name,
                table.place(row, id)
            )));
        }
        let next = groups.len();
        let place = *places.entry(cell).or_insert(next);
        if place == next {
            groups.push((Some(cell.to_owned()), Vec::new()));
        }
        groups[place].1.push(row);
    }
    Ok(groups)
}

/// What is to be said of series whose names differ in case only.
pub(super) fn alike<'n>(table: &Table, names: impl Iterator<Item = &'n String>) -> Option<String> {
    let alike = classes::alike(names);
    (!alike.is_empty()).then(|| {
        format!(
            "{}: the series {} differ in case only, and are read as different ones; write them alike where they are the same",
            table.name,
            listed(&alike)
        )
    })
}

/// How many of some rows lie in the past: where columns are known ahead, those up to the last with a target; all otherwise.
fn past(table: &Table, roles: &Roles, rows: &[usize]) -> usize {
    let is_past = |&row: &usize| {
        let mut targets = roles.targets.iter();
        targets.any(|&column| !table.is_missing(row, column))
    };
    match roles.known.is_empty() {
        true => rows.len(),
        false => rows.iter().rposition(is_past).map_or(0, |last| last + 1),
    }
}

/// What is to be said of several series: of the first that there is something to say of, and how many others there are.
fn said(table: &Table, notes: Vec<(Option<String>, Vec<String>)>) -> Vec<String> {
    let mut there = notes.into_iter().filter(|(_, notes)| !notes.is_empty());
    let Some((id, notes)) = there.next() else {
        return Vec::new();
    };
    let Some(id) = id else {
        return notes;
    };
    let about = format!("{}: ", table.name);
    let of = |note: String| {
        let said = note.strip_prefix(&about).unwrap_or(&note);
        format!("{about}in series {}: {said}", shown(&id))
    };
    let mut said: Vec<String> = notes.into_iter().map(of).collect();
    let others: Vec<String> = there.filter_map(|(id, _)| id).collect();
    said.extend(
        (!others.is_empty())
            .then(|| format!("{about}the like is true of the series {}", listed(&others))),
    );
    said
}
