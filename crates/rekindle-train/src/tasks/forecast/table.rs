//! A table as a forecast reads it: the same for the run's own file and for any other.

use super::{config::ForecastConfig, spec::ForecastSpec};
use crate::{
    data::{
        columns::{Columns, Holes},
        fill::Fill,
        message::shown,
        roles::Named,
    },
    error::{Error, Result},
};
use std::{ops::Range, path::Path};

/// What is said of a hole that nothing fills.
const REMEDY: &str = "fill it in, leave out the row or the column, say what stands in its place by task.missing = \"last\", \
                      \"linear\" or \"mean\", or take a cell for missing values, as gru_d is";

impl ForecastConfig {
    /// Whether values may be missing.
    pub(super) fn holes(&self, takes_missing: bool) -> Holes {
        match takes_missing || self.missing.is_some() {
            true => Holes::Taken,
            false => Holes::Refused(REMEDY),
        }
    }

    /// How many values of each column are missing in some rows of a table, and what becomes of them; nothing where none is.
    pub(super) fn missing_in(
        &self,
        table: &Columns,
        rows: impl Iterator<Item = Range<usize>> + Clone,
    ) -> Option<String> {
        let columns = table.names.len();
        let holes = |(c, name): (usize, &String)| {
            let is_missing = |row: &usize| table.values[row * columns + c].is_nan();
            let count = rows.clone().flatten().filter(is_missing).count();
            (count > 0).then(|| format!("{count} of {}", shown(name)))
        };
        let holes: Vec<String> = table.names.iter().enumerate().filter_map(holes).collect();
        let how = match self.missing {
            Some(fill) => format!("filled with {}", fill.said()),
            None => "read as missing by the cell".into(),
        };
        (!holes.is_empty()).then(|| format!("{}: {how}", holes.join(", ")))
    }

    /// Reads a table whose columns' roles are found, or are those of a run.
    pub(super) fn read(
        &self,
        path: &Path,
        takes_missing: bool,
        spec: Option<&ForecastSpec>,
    ) -> Result<Columns> {
        let holes = self.holes(takes_missing);
        let named = Named {
            columns: &self.columns,
            targets: &self.targets,
            time: self.time.as_ref().map(|time| time.names()),
            id: self.id.as_deref(),
            known: &self.known,
            fixed: &self.fixed,
        };
        match spec {
            None => Columns::open(path, named, &self.table, holes),
            Some(ForecastSpec {
                columns,
                schema: Some(schema),
                ..
            }) => Columns::again(path, schema, columns, holes),
            Some(spec) => Columns::read(path, &spec.columns),
        }
    }
}

/// A table, ready for the network.
pub(super) struct Prepared {
    /// The columns, filled where the task says so, scaled, with what else the network reads: `[rows, width]`.
    pub(super) inputs: Vec<f64>,
    /// The columns, with the last value before in the place of every missing one, or what the task fills in:
    /// `[rows, columns]`. NaN before the first.
    pub(super) anchors: Vec<f64>,
}

/// Prepares a table. `parts` are the rows of each series that may look behind themselves where holes are filled.
///
/// # Errors
///
/// If the calendar is to be read and no dates say when.
pub(super) fn prepare(
    config: &ForecastConfig,
    spec: &ForecastSpec,
    table: &Columns,
    parts: &[Vec<Range<usize>>],
) -> Result<Prepared> {
    let columns = spec.columns.len();
    let mut filled = table.values.clone();
    if let Some(fill) = config.missing {
        for (segment, parts) in table.segments.iter().zip(parts) {
            let from = segment.rows.start;
            let own = parts.iter().map(|rows| rows.start - from..rows.end - from);
            let values = &mut filled[from * columns..segment.ahead.end * columns];
            fill.fill(values, &own.collect::<Vec<_>>(), &spec.scaler.mean);
        }
    }
    let mut anchors = match config.missing {
        None => table.values.clone(),
        Some(_) => filled.clone(),
    };
    for segment in &table.segments {
        let own = segment.rows.start * columns..segment.rows.end * columns;
        Fill::forward(&mut anchors[own], columns);
    }
    spec.scaler.transform(&mut filled);
    let micros = match (config.calendar.is_empty(), &table.micros) {
        (true, _) => None,
        (false, Some(micros)) => Some(micros),
        (false, None) => {
            return Err(Error::mend(
                "task.calendar: no column of the table has dates; name one by task.time, or leave it out",
            ));
        }
    };
    let width = spec.width(config);
    if width == columns {
        return Ok(Prepared {
            inputs: filled,
            anchors,
        });
    }
    let mut inputs = Vec::with_capacity(table.rows * width);
    for segment in &table.segments {
        for row in segment.rows.start..segment.ahead.end {
            let of_row = row * columns..(row + 1) * columns;
            inputs.extend(&filled[of_row.clone()]);
            let values = &table.values[of_row];
            let is_missing = |&c: &usize| f64::from(u8::from(values[c].is_nan()));
            inputs.extend(spec.indicators.iter().map(is_missing));
            let points = micros.iter().flat_map(|micros| {
                let cycles = config.calendar.iter();
                cycles.flat_map(|cycle| cycle.point(micros[row]))
            });
            inputs.extend(points);
            // No window ends where the series does before the horizon.
            let ahead = (row + 1..=row + config.horizon)
                .flat_map(|at| spec.known.iter().map(move |&column| (at, column)));
            inputs.extend(ahead.map(|(at, column)| match at < segment.ahead.end {
                true => filled[at * columns + column],
                false => 0.0,
            }));
        }
    }
    Ok(Prepared { inputs, anchors })
}
