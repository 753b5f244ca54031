//! A series of numbers, and what both formats of files with series are read into.

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

/// A file's contents before labels become indices; both formats end in this.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The file, as error messages name it.
    pub(super) name: String,
    /// The series; at least one.
    pub(super) series: Vec<Series>,
    /// The labels as written, one a series, if the file has them.
    pub(super) labels: Option<Vec<String>>,
    /// The classes that the file announces; empty when it announces none.
    pub(super) announced: Vec<String>,
    /// The channels of every series.
    pub(super) channels: usize,
    /// What an error adds where there are no labels.
    pub(super) hint: &'static str,
}
