//! The table of a search for anomalies, its windows, and what they are labelled.

use super::{config::DetectConfig, spec::DetectSpec};
use crate::{
    data::{
        columns::{Columns, Holes},
        message::{counted, shown},
        reading::{Steps, single},
        roles::{Named, Schema},
        table::config::TableConfig,
    },
    error::{Error, Result},
};
use std::path::Path;

/// What is said of a hole.
const REMEDY: &str = "fill it in, or leave out the row or the column";

/// A table of numbers.
pub(super) struct Table {
    /// The columns that are looked at.
    pub(super) names: Vec<String>,
    /// Their numbers, `[rows, columns]`.
    pub(super) values: Vec<f64>,
    pub(super) rows: usize,
    /// What each row is called.
    pub(super) stamps: Vec<String>,
    /// When each row is, in microseconds since 1970, where dates say it.
    pub(super) micros: Option<Vec<i64>>,
    /// Whether each row is an anomaly, where that is known.
    pub(super) labels: Option<Vec<bool>>,
    pub(super) schema: Schema,
    pub(super) notes: Vec<String>,
}

impl Table {
    /// Reads a run's own table.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or lacks a column.
    pub(super) fn own(
        config: &DetectConfig,
        path: &Path,
        spec: Option<&DetectSpec>,
    ) -> Result<Self> {
        let columns = spec.map_or(&config.columns, |spec| &spec.columns);
        let table = spec.map_or(&config.table, |spec| &spec.schema.table);
        Table::read(config, path, (columns, config.label.as_deref()), table)
    }

    /// Reads another table, which need not say what is an anomaly.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or lacks a column.
    pub(super) fn given(config: &DetectConfig, path: &Path, spec: &DetectSpec) -> Result<Self> {
        Table::read(config, path, (&spec.columns, None), &spec.schema.table)
    }

    fn read(
        config: &DetectConfig,
        path: &Path,
        (columns, label): (&[String], Option<&str>),
        table: &TableConfig,
    ) -> Result<Self> {
        let mut wanted = columns.to_vec();
        // Without names all are read, and the label among them.
        if let (Some(label), false) = (label, columns.is_empty()) {
            wanted.push(label.to_owned());
        }
        let named = Named {
            columns: &wanted,
            time: config.time.as_ref().map(|time| time.names()),
            ..Named::default()
        };
        let read = Columns::open(path, named, table, Holes::Refused(REMEDY))?;
        let label = match label {
            None => None,
            Some(label) => Some(
                read.names
                    .iter()
                    .position(|name| name == label)
                    .ok_or_else(|| {
                        Error::mend(format!(
                            "{}: task.label = {} is no column of numbers or truths; those are {}",
                            path.display(),
                            shown(label),
                            read.names.join(", ")
                        ))
                    })?,
            ),
        };
        let all = read.names.len();
        let kept = |place: &usize| Some(*place) != label;
        let places: Vec<usize> = (0..all).filter(kept).collect();
        if places.is_empty() {
            return Err(Error::mend(format!(
                "{}: there is no column to look at",
                path.display()
            )));
        }
        let rows = read.values.chunks(all);
        let labels = label.map(|label| rows.clone().map(|row| row[label] != 0.0).collect());
        Ok(Table {
            names: places
                .iter()
                .map(|&place| read.names[place].clone())
                .collect(),
            values: rows
                .flat_map(|row| places.iter().map(|&place| row[place]))
                .collect(),
            rows: read.rows,
            labels,
            stamps: read.stamps,
            micros: read.micros,
            schema: read.schema,
            notes: read.notes,
        })
    }

    /// The first rows of windows over some rows: one every so many of them, and one at their end.
    ///
    /// # Errors
    ///
    /// If they have too few.
    pub(super) fn windows(
        rows: std::ops::Range<usize>,
        window: usize,
        stride: usize,
    ) -> Vec<usize> {
        if rows.len() < window {
            return Vec::new();
        }
        let last = rows.end - window;
        let mut starts: Vec<usize> = (rows.start..=last).step_by(stride).collect();
        starts.extend((starts.last() != Some(&last)).then_some(last));
        starts
    }

    /// What is said of a table with too few rows for a window.
    pub(super) fn short(path: &Path, rows: usize, window: usize) -> Error {
        Error::mend(format!(
            "{}: it has {}, fewer than the {window} of a window; make task.window smaller, or take a longer table",
            path.display(),
            counted(rows, "rows")
        ))
    }
}

/// The windows that begin at these rows of scaled numbers.
pub(super) fn steps(values: &[f64], columns: usize, window: usize, starts: &[usize]) -> Steps {
    let rows = starts
        .iter()
        .map(|&start| single(&values[start * columns..(start + window) * columns]));
    Steps::Numbers {
        width: columns,
        rows: rows.collect(),
    }
}
