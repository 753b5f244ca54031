//! The parts of a search for anomalies.

use super::{config::DetectConfig, spec::DetectSpec, table::Table, windows::Windows};
use crate::{
    data::{
        message::counted,
        scaler::Scaler,
        split::{self, Split},
    },
    error::{Error, Result},
    tasks::{in_parts::InParts, kind::Opened, task::Task},
};
use std::path::Path;

/// Reads and scales the table. In the training part a window begins at every row; in the others windows lie `stride` rows apart.
///
/// # Errors
///
/// If the file cannot be read, or a part has too few rows.
pub(super) fn open(config: &DetectConfig, spec: Option<DetectSpec>) -> Result<Opened<DetectSpec>> {
    let at = config.file.display();
    let mut table = Table::own(config, &config.file, spec.as_ref())?;
    let rows = split::fractions(table.rows, config.valid, config.test)
        .map_err(|error| Error::mend(format!("{at}: {error}")))?;
    let (window, stride) = (config.window, config.stride());
    let mut starts = Vec::new();
    let mut part = |name: &str,
                    rows: std::ops::Range<usize>,
                    stride: usize|
     -> Result<Vec<usize>> {
        let own = Table::windows(rows.clone(), window, stride);
        if own.is_empty() && !rows.is_empty() {
            return Err(Error::mend(format!(
                "{at}: its {name} part has {}, fewer than the {window} of a window; make task.window smaller, or take a longer table",
                counted(rows.len(), "rows")
            )));
        }
        let first = starts.len();
        starts.extend(own);
        Ok((first..starts.len()).collect())
    };
    let parts = Split {
        train: part("train", rows.train.clone(), 1)?,
        valid: part("valid", rows.valid, stride)?,
        test: part("test", rows.test, stride)?,
    };
    let columns = table.names.len();
    let spec = spec.unwrap_or_else(|| DetectSpec {
        columns: table.names.clone(),
        scaler: Scaler::fit(&table.values[..rows.train.end * columns], columns),
        schema: table.schema.clone(),
    });
    let notes = std::mem::take(&mut table.notes);
    let windows = Windows {
        train: Windows::measured(&parts.train),
        valid: parts.valid.clone(),
        ..windows(config, &spec, table, starts)
    };
    Ok(Opened {
        spec,
        task: Box::new(InParts::new(windows, parts, notes)),
    })
}

/// Reads a table whose windows all test.
///
/// # Errors
///
/// If the file cannot be read, lacks a column, or is too short.
pub(super) fn test_on(
    config: &DetectConfig,
    spec: &DetectSpec,
    path: &Path,
) -> Result<Box<dyn Task>> {
    let mut table = Table::own(config, path, Some(spec))?;
    let starts = Table::windows(0..table.rows, config.window, config.stride());
    if starts.is_empty() {
        return Err(Table::short(path, table.rows, config.window));
    }
    let notes = std::mem::take(&mut table.notes);
    let parts = Split::test_alone((0..starts.len()).collect());
    let windows = windows(config, spec, table, starts);
    Ok(Box::new(InParts::new(windows, parts, notes)))
}

fn windows(config: &DetectConfig, spec: &DetectSpec, table: Table, starts: Vec<usize>) -> Windows {
    let mut scaled = table.values.clone();
    spec.scaler.transform(&mut scaled);
    Windows {
        config: config.clone(),
        spec: spec.clone(),
        table,
        scaled,
        starts,
        train: Vec::new(),
        valid: Vec::new(),
    }
}
