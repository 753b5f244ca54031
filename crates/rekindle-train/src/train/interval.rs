//! The updates between two reports.

use crate::train::watch::Report;
use serde::{Deserialize, Serialize};

/// What one update gave.
pub(crate) struct Update {
    pub(crate) loss: f64,
    pub(crate) norm: f64,
    /// How far it moved the weights, relative to their norm, if that was asked for.
    pub(crate) ratio: Option<f64>,
    pub(crate) units: usize,
}

/// The updates since the last report. It is part of a checkpoint, so that the report in which a run goes on is that
/// of a run without a break.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Interval {
    /// When it began, in seconds of training.
    began: f64,
    loss: f64,
    highest: f64,
    /// The loss of the run's first update.
    first: Option<f64>,
    updates: u64,
    units: usize,
    norm: f64,
    ratio: f64,
}

impl Default for Interval {
    fn default() -> Self {
        Interval::from(0.0)
    }
}

impl Interval {
    /// One that begins after so many seconds of training.
    pub(crate) fn from(seconds: f64) -> Self {
        Interval {
            began: seconds,
            loss: 0.0,
            highest: f64::NEG_INFINITY,
            first: None,
            updates: 0,
            units: 0,
            norm: 0.0,
            ratio: 0.0,
        }
    }

    /// Takes down an update, the `step`th of the run.
    pub(crate) fn add(&mut self, update: &Update, step: u64) {
        self.loss += update.loss;
        self.highest = self.highest.max(update.loss);
        if step == 1 {
            self.first = Some(update.loss);
        }
        self.norm = update.norm;
        self.ratio = update.ratio.unwrap_or(self.ratio);
        self.units += update.units;
        self.updates += 1;
    }

    /// The figures of a report on `step` of `steps`, after so many seconds of training.
    pub(crate) fn report(&self, step: u64, steps: u64, unit: &'static str, seconds: f64) -> Report {
        Report {
            step,
            steps,
            loss: self.loss / self.updates.max(1) as f64,
            highest_loss: self.highest,
            first_loss: self.first,
            metric: None,
            gradient_norm: self.norm,
            update_ratio: self.ratio,
            per_second: self.units as f64 / (seconds - self.began),
            unit,
            seconds,
            seconds_left: 0.0,
        }
    }
}
