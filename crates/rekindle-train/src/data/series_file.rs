//! A file with series, of any format.

use std::path::Path;

use super::message::shown;
use super::series::{Series, SeriesColumns};
use super::series_parsed::{Labels, Parsed};
use super::table::{self, Table};
use super::{audio, file, series_csv, series_json, series_long, series_numpy, series_sound, ts};
use crate::error::{Error, Result};

/// What the names of files with series end in.
pub(crate) const KINDS: [&str; 16] = [
    "ts", "csv", "tsv", "txt", "tab", "parquet", "pq", "arrow", "arrows", "feather", "jsonl",
    "ndjson", "json", "npz", "npy", "wav",
];

/// Reads a `.ts` file, a table, JSON lines or NumPy's arrays, gzipped or not, or sounds, whatever the labels are.
pub(super) fn parse(
    path: &Path,
    columns: &SeriesColumns,
    labels: Labels,
    takes_missing: bool,
) -> Result<Parsed> {
    match file::kind(path).as_str() {
        audio::KIND => series_sound::parse(path, columns),
        _ if path.is_dir() => series_sound::parse(path, columns),
        "ts" => ts::parse(
            path.display().to_string(),
            &file::read_text(path)?,
            takes_missing,
        ),
        kind if table::json::is_json(kind) && columns.id.is_none() => series_json::parse(
            path.display().to_string(),
            &file::read_text(path)?,
            columns,
            labels,
            takes_missing,
        ),
        kind if table::KINDS.contains(&kind) || table::is_in_columns(path) => {
            let table = Table::read(path, &columns.table)?;
            let is_heard =
                || columns.audio.is_some() || series_sound::file_column(&table).is_some();
            match columns.id {
                None if is_heard() => series_sound::of_table(path, table, columns, labels),
                Some(_) => series_long::parse(table, columns, labels, takes_missing),
                None => series_csv::parse(table, columns, labels, takes_missing),
            }
        }
        "npz" | "npy" => series_numpy::parse(
            path.display().to_string(),
            &file::read_bytes(path)?,
            columns,
            labels,
            takes_missing,
        ),
        other => Err(file::read_text(path).err().unwrap_or_else(|| Error::mend(format!(
            "{}: series are read from .ts, .csv, .tsv, .txt, .parquet, .arrow, .jsonl, .json, .npz and .npy files, gzipped or not, and from .wav, not from {}",
            path.display(),
            shown(other)
        )))),
    }
}

/// Reads series to predict, of as many channels as the model has, and what is to be said of how they were read. Labels may be
/// there and are not looked at.
pub(crate) fn unlabelled(
    path: &Path,
    columns: &SeriesColumns,
    labels: Labels,
    channels: usize,
    takes_missing: bool,
) -> Result<Unlabelled> {
    let parsed = parse(path, columns, labels, takes_missing)?;
    parsed.has_channels(channels)?;
    Ok(Unlabelled {
        series: parsed.series,
        ids: parsed.ids,
        notes: parsed.notes,
    })
}

/// Series to predict.
#[derive(Debug)]
pub(crate) struct Unlabelled {
    /// The series, in the order of the file.
    pub(crate) series: Vec<Series>,
    /// What each is called, where the file says so.
    pub(crate) ids: Option<Vec<String>>,
    /// What is to be said of how they were read.
    pub(crate) notes: Vec<String>,
}

/// Reads series with labels. Those without one are left out where that is asked for.
pub(super) fn labelled(
    path: &Path,
    columns: &SeriesColumns,
    labels: Labels,
    takes_missing: bool,
) -> Result<Parsed> {
    let mut parsed = parse(path, columns, labels, takes_missing)?;
    if columns.skip_empty {
        parsed.skip_empty(labels);
        parsed.columns.skip_empty = true;
    }
    Ok(parsed)
}
