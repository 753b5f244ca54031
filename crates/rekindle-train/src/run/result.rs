//! What came of a run.

use super::{directory::RunDir, entry::damaged};
use crate::{
    data::message::{counted, duration},
    error::Result,
    files,
    metric::{Baselines, Metric},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, path::Path};

/// The final figures of a run: the file `result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// The task's kind.
    pub task: String,
    /// The device that was taken.
    pub device: String,
    /// Updates made.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// The number of parameters.
    pub parameters: usize,
    /// Which weights were kept, and why.
    pub kept: Kept,
    /// The figures by part of the data; a part that is absent has none.
    pub metrics: BTreeMap<String, Vec<Metric>>,
    /// The figures of predictors that learn nothing, on the test part.
    pub baselines: Baselines,
    /// What is worth knowing of the data and the figures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl RunResult {
    /// Opens a finished run's.
    ///
    /// # Errors
    ///
    /// If there is no such run, or its result is not there or damaged.
    pub fn open(run: &Path) -> Result<RunResult> {
        Self::read(&RunDir::open(run)?)
    }

    /// What the run took: parameters, updates, time, device.
    pub fn taken(&self) -> String {
        format!(
            "{} parameters, {} in {} on {}",
            self.parameters,
            counted(self.steps as usize, "steps"),
            duration(self.seconds),
            self.device
        )
    }

    /// Reads that of a finished run.
    ///
    /// # Errors
    ///
    /// If it is not there or damaged.
    pub(crate) fn read(run: &RunDir) -> Result<RunResult> {
        let path = run.result();
        serde_json::from_slice(&files::read(&path)?)
            .map_err(|error| damaged(&path, &error.to_string()))
    }
}

/// The weights that a run has kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The updates that made them.
    pub step: u64,
    /// Why these.
    pub why: String,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the weights of step {}: {}", self.step, self.why)
    }
}
