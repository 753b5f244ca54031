//! The keys of a search for anomalies.

use crate::{
    data::{clock::TimeColumns, file::DataFile, table::config::TableConfig},
    model::head::{DecoderHead, Head},
    tasks::keys::shares,
};
use rekindle::{Invalid, positive, width};
use serde::{Deserialize, Serialize};

/// `[task]` of a search for anomalies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectConfig {
    /// A table, one row a point in time.
    pub file: DataFile,
    /// The columns that are looked at; by default those of numbers and truths that do not merely number the rows.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The column that says which rows are anomalies, by a truth or a number other than 0. It is judged by alone, and not learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The column that says when, or the columns that do together. Found by default, and none if the name is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeColumns>,
    /// How the file is written; found in it by default.
    #[serde(default, skip_serializing_if = "TableConfig::is_default")]
    pub table: TableConfig,
    /// The rows of a window, which is given back as a whole.
    #[serde(default = "window")]
    pub window: usize,
    /// The rows from a window that is judged to the next; by default as many as a window has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stride: Option<usize>,
    /// The width of the vector that a window goes through.
    #[serde(default = "code")]
    pub code: usize,
    /// The share of the validation part's windows whose scores lie below the threshold.
    #[serde(default = "level")]
    pub level: f64,
    /// The share of the rows, at their end but for the test part, that validates and gives the threshold.
    #[serde(default = "share")]
    pub valid: f64,
    /// The share of the rows, at their end, that tests.
    #[serde(default = "share")]
    pub test: f64,
}

fn window() -> usize {
    32
}

fn code() -> usize {
    8
}

fn level() -> f64 {
    0.99
}

fn share() -> f64 {
    0.15
}

impl DetectConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        positive("window", self.window)?;
        positive("stride", self.stride())?;
        width("code", self.code)?;
        if !(self.level > 0.0 && self.level < 1.0) {
            let expected = "greater than 0 and less than 1";
            return Err(Invalid::new("level", self.level, expected));
        }
        self.table.check()?;
        shares([("valid", self.valid), ("test", self.test)])
    }

    pub(super) fn stride(&self) -> usize {
        self.stride.unwrap_or(self.window)
    }

    /// What gives windows of so many columns back.
    pub(super) fn head(&self, features: usize) -> Head {
        Head::Decoder(DecoderHead {
            code: self.code,
            features,
        })
    }
}
