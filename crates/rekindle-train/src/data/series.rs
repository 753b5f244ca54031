//! A series of numbers.

use super::audio::config::AudioConfig;
use super::clock::TimeColumns;
use super::cut;
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
    /// What is heard of each file, where the series are sounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioConfig>,
    /// The column of the class or of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The column that says which series a row belongs to, where a row is a step; none where a row is a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The columns that put the steps of a series in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeColumns>,
    /// The columns of the numbers of a step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Whether series without a label are left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_empty: bool,
    /// The columns that are no step, where a row is a series.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// The unit that the numbers of each channel are written with, or of all where a row is a series.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// How far the steps of most series lie apart, in microseconds or in millionths of what counts the time; none where nothing says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<i64>,
    /// The number of columns of a table without a header, by which one without labels is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
}

impl SeriesColumns {
    /// Checks that what a run stored of sounds fits the channels of its series.
    ///
    /// # Errors
    ///
    /// Names the key and what is wrong with it.
    pub(crate) fn hears(&self, channels: usize) -> Result<(), String> {
        let Some(audio) = &self.audio else {
            return Ok(());
        };
        audio.stored().map_err(|wrong| format!("columns.{wrong}"))?;
        match audio.mels == channels {
            true => Ok(()),
            false => Err(format!(
                "columns.audio.mels = {}, where there are {channels} channels",
                audio.mels
            )),
        }
    }
}

impl Series {
    /// Its [place](cut::place), by its numbers.
    pub(crate) fn place(&self, seed: u64) -> u64 {
        // One of two zeros.
        let numbers = self.values.iter().map(|value| (value + 0.0).to_le_bytes());
        cut::place(seed, numbers.collect::<Vec<_>>().as_flattened())
    }
}
