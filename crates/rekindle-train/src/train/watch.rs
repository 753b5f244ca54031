//! What a training run tells whoever watches it.

use crate::{data::message::duration, doctor::finding::Finding, metric::Metric};
use serde::Serialize;
use std::fmt;

/// Receives the progress of a run. Every method does nothing unless it is given a body.
pub trait Watch {
    /// Something worth knowing: the device, where the run is written.
    fn note(&mut self, line: &str) {
        let _ = line;
    }

    /// An update was made, of which this was the loss.
    fn step(&mut self, step: u64, steps: u64, loss: f64) {
        let _ = (step, steps, loss);
    }

    /// The figures of an interval.
    fn report(&mut self, report: &Report) {
        let _ = report;
    }

    /// Something that is not as it should be, said once.
    fn finding(&mut self, finding: &Finding) {
        let _ = finding;
    }

    /// The figures on the validation data.
    fn evaluated(&mut self, step: u64, valid: &[Metric]) {
        let _ = (step, valid);
    }
}

/// Nobody watches.
impl Watch for () {}

/// Somebody watches, and what is worth knowing is kept as well.
pub(crate) struct Heard<'w> {
    pub(crate) watch: &'w mut dyn Watch,
    pub(crate) notes: Vec<String>,
}

impl Watch for Heard<'_> {
    fn note(&mut self, line: &str) {
        self.watch.note(line);
        self.notes.push(line.to_owned());
    }
}

/// The figures of an interval of training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Updates made.
    pub step: u64,
    /// Updates planned.
    pub steps: u64,
    /// The mean loss of the interval.
    pub loss: f64,
    /// The largest loss of an update of the interval.
    pub highest_loss: f64,
    /// The loss before the first update of the run, which only the first report has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_loss: Option<f64>,
    /// The task's figure of merit over the interval, where it follows from the loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// The norm of the last gradient, before clipping.
    pub gradient_norm: f64,
    /// How far the last update moved the weights, relative to their norm.
    pub update_ratio: f64,
    /// Characters, words, sequences, ... a second.
    pub per_second: f64,
    /// What is counted.
    #[serde(skip)]
    pub unit: &'static str,
    /// Seconds since the run began.
    pub seconds: f64,
    /// Seconds that the rest will take, if nothing changes.
    #[serde(skip)]
    pub seconds_left: f64,
}

impl Report {
    /// The figures on one line, without the step.
    pub fn figures(&self) -> String {
        let metric = self.metric.as_ref().map(|m| format!("train {m}  "));
        format!(
            "loss {:.4}  {}gradient {:.3}  {:.0} {}/s  {} left",
            self.loss,
            metric.unwrap_or_default(),
            self.gradient_norm,
            self.per_second,
            self.unit,
            duration(self.seconds_left)
        )
    }
}

impl Report {
    /// The figures on one line for a narrow place: what is wanted most stands first.
    pub fn brief(&self) -> String {
        let metric = self.metric.as_ref().map(|m| format!("  {m}"));
        format!(
            "loss {:.4}  {} left{}  {:.0} {}/s  gradient {:.3}",
            self.loss,
            duration(self.seconds_left),
            metric.unwrap_or_default(),
            self.per_second,
            self.unit,
            self.gradient_norm
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.steps.to_string().len();
        let figures = self.figures();
        write!(f, "step {:>width$}/{}  {figures}", self.step, self.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::Report;

    #[test]
    fn what_is_wanted_most_stands_first() {
        let report = Report {
            step: 1,
            steps: 2,
            loss: 0.5,
            highest_loss: 0.5,
            first_loss: None,
            metric: None,
            gradient_norm: 1.25,
            update_ratio: 0.0,
            per_second: 1234.5,
            unit: "windows",
            seconds: 1.0,
            seconds_left: 61.0,
        };
        assert_eq!(
            report.brief(),
            "loss 0.5000  1 min 01 s left  1234 windows/s  gradient 1.250"
        );
    }
}
