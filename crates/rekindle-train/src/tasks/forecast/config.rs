//! The keys of a forecast.

use crate::{
    data::{file::DataFile, message::shown},
    tasks::keys::shares,
};
use rekindle::{Invalid, positive};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// `[task]` of a forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastConfig {
    /// A CSV file, one row a point in time, oldest first.
    pub file: DataFile,
    /// The columns that the forecast reads; all numeric ones by default.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The columns that are forecast; all that are read by default.
    #[serde(default)]
    pub targets: Vec<String>,
    /// The rows that a forecast looks back on.
    #[serde(default = "window")]
    pub window: usize,
    /// The rows that are forecast.
    #[serde(default = "one")]
    pub horizon: usize,
    /// The rows of a season, for the seasonal baseline; 0 for none.
    #[serde(default)]
    pub season: usize,
    /// The share of the rows, at their end but for the test part, that validates.
    #[serde(default = "share")]
    pub valid: f64,
    /// The share of the rows, at their end, that tests.
    #[serde(default = "share")]
    pub test: f64,
}

fn window() -> usize {
    32
}

fn one() -> usize {
    1
}

fn share() -> f64 {
    0.15
}

impl ForecastConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        positive("window", self.window)?;
        positive("horizon", self.horizon)?;
        for (key, names) in [("columns", &self.columns), ("targets", &self.targets)] {
            let mut seen = HashSet::new();
            if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
                let reason = format!("{} is named twice; name it once", shown(twice));
                return Err(Invalid::because(key, reason));
            }
        }
        shares([("valid", self.valid), ("test", self.test)])
    }
}
