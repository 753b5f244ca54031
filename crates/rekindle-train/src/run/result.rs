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
    /// The processor and how many threads; none of a run of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
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

    /// What the network has learned, in a sentence, beside those that learn nothing; nothing where there is no test part.
    pub fn learned(&self) -> Option<String> {
        let test = self.metrics.get("test")?.first()?;
        Some(learned(test, &self.baselines))
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

/// What the network has learned, beside the best of the predictors that learn nothing.
fn learned(test: &Metric, baselines: &[(String, Metric)]) -> String {
    let mut same: Vec<_> = baselines.iter().filter(|b| b.1.name == test.name).collect();
    same.sort_by(|a, b| b.1.merit(a.1.value));
    let beaten = same.iter().find(|b| test.beats(b.1.value));
    let (figure, value) = (&test.name, test.digits());
    match (same.first(), beaten) {
        (None, _) => format!(
            "On the test part it reaches {figure} {value}; there is no baseline to compare it with."
        ),
        (Some((name, level)), _) if test.beats(level.value) => format!(
            "It has learned something: on the test part its {figure} is {value}, where the best that learns nothing ({name}) has {}.",
            level.digits()
        ),
        (Some((best, level)), Some((name, lower))) => format!(
            "It has learned something, and less than there is to learn: on the test part its {figure} is {value}, better than {} ({name}), no better than {} ({best}).",
            lower.digits(),
            level.digits()
        ),
        (Some((name, level)), None) => format!(
            "It has learned nothing of use: on the test part its {figure} is {value}, no better than {} of what learns nothing ({name}).",
            level.digits()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_held_to_the_best_that_learns_nothing() {
        let baselines = [0.5, 0.3].map(|v| (format!("guess {v}"), Metric::lower("MSE", v)));
        let said = learned(&Metric::lower("MSE", 0.2), &baselines);
        assert!(
            said.starts_with("It has learned something") && said.contains("(guess 0.3) has 0.3000"),
            "{said}"
        );
        let said = learned(&Metric::lower("MSE", 0.4), &baselines);
        assert!(
            said.ends_with(
                "is 0.4000, better than 0.5000 (guess 0.5), no better than 0.3000 (guess 0.3)."
            ),
            "{said}"
        );
        let said = learned(&Metric::lower("MSE", 0.6), &baselines);
        assert!(said.starts_with("It has learned nothing of use"), "{said}");
        let said = learned(&Metric::lower("MAE", 0.4), &baselines);
        assert!(said.contains("no baseline"), "{said}");
    }
}
