//! A series of numbers, and what all formats of files with series are read into.

use super::table::config::TableConfig;
use serde::{Deserialize, Serialize};

/// One series; its length is its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The numbers, `[time, channels]` row-major; NaN where one is missing.
    pub values: Vec<f64>,
    /// The number of time steps.
    pub steps: usize,
    /// The numbers at each step.
    pub channels: usize,
}

/// Where series stand in a table: what a config says of it, and what a run stores. What is empty is found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeriesColumns {
    /// How the table is written.
    #[serde(skip_serializing_if = "TableConfig::is_default")]
    pub table: TableConfig,
    /// The column of the class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The column that says which series a row belongs to, where a row is a step; none where a row is a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The column that puts the steps of a series in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The columns of the numbers of a step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// The columns that are no step, where a row is a series.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// The number of columns of a table without a header, by which one without labels is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
}

/// A file's contents before labels become indices.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The file, as error messages name it.
    pub(super) name: String,
    /// The series; at least one.
    pub(super) series: Vec<Series>,
    /// The labels as written, one a series and perhaps empty, if the file has them.
    pub(super) labels: Option<Vec<String>>,
    /// What each series is called in errors, where it is not a row.
    pub(super) ids: Option<Vec<String>>,
    /// The classes that the file announces; empty when it announces none.
    pub(super) announced: Vec<String>,
    /// The channels of every series.
    pub(super) channels: usize,
    /// Where the series stood.
    pub(super) columns: SeriesColumns,
    /// What an error adds where there are no labels.
    pub(super) hint: &'static str,
    /// What is to be said of how the file was read.
    pub(super) notes: Vec<String>,
}
