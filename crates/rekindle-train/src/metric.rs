//! Figures of merit.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A figure of merit, by the name that people of the field know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name, with the unit: `bits per character`.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Whether a larger value is better.
    pub higher_is_better: bool,
}

/// The figures of predictors that learn nothing, each with its predictor's name.
pub type Baselines = Vec<(String, Metric)>;

impl Metric {
    /// A figure that is better the lower it is.
    pub fn lower(name: &str, value: f64) -> Self {
        Metric {
            name: name.into(),
            value,
            higher_is_better: false,
        }
    }

    /// A figure that is better the higher it is.
    pub fn higher(name: &str, value: f64) -> Self {
        Metric {
            name: name.into(),
            value,
            higher_is_better: true,
        }
    }

    /// The value alone, in as many digits as people read.
    pub fn digits(&self) -> String {
        match self.value.abs() {
            v if v != 0.0 && v < 1e-3 => format!("{:.2e}", self.value),
            v if v < 100.0 => format!("{:.4}", self.value),
            _ => format!("{:.1}", self.value),
        }
    }

    /// Whether this value is better than another of the same figure.
    pub fn beats(&self, other: f64) -> bool {
        match self.higher_is_better {
            true => self.value > other,
            false => self.value < other,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.digits())
    }
}
