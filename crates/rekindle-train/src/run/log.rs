//! What a run wrote down while it was trained.

use crate::{error::Result, files, metric::Metric, run::directory::RunDir};
use serde_json::Value;

/// The log of a run: the file `metrics.jsonl`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// The loss of the fresh network, before the first update.
    pub first: Option<f64>,
    /// The mean loss of each interval.
    pub losses: Vec<f64>,
    /// The largest loss of an update of each interval.
    pub highest: Vec<f64>,
    /// The norm of the gradient at the end of each interval, before clipping.
    pub gradients: Vec<f64>,
    /// How far the weights moved in the last update of each interval, relative to their own norm.
    pub updates: Vec<f64>,
    /// The figures on the validation part, the oldest first.
    pub valid: Vec<Vec<Metric>>,
}

impl Log {
    /// Reads the log of a run; an empty one where there is no file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read. A line that is not understood is left out.
    pub fn read(run: &RunDir) -> Result<Log> {
        let path = run.metrics();
        let mut log = Log::default();
        if !path.exists() {
            return Ok(log);
        }
        let bytes = files::read(&path)?;
        let lines = bytes.split(|&b| b == b'\n');
        for line in lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok()) {
            let number = |key: &str| line.get(key).and_then(Value::as_f64);
            log.first = log.first.or(number("first_loss"));
            log.losses.extend(number("loss"));
            log.highest.extend(number("highest_loss"));
            log.gradients.extend(number("gradient_norm"));
            log.updates.extend(number("update_ratio"));
            let valid = line.get("valid").cloned();
            log.valid
                .extend(valid.and_then(|v| serde_json::from_value(v).ok()));
        }
        Ok(log)
    }
}
