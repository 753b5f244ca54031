//! What a forecast stores of its table.

use super::config::ForecastConfig;
use crate::{
    data::{columns::Columns, reading::Said, roles::Schema, scaler::Scaler, step::Step},
    model::{front::Front, shape::NetShape},
};
use rekindle_models::distribution::Distribution;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What inference must know: the columns and their scales.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForecastSpec {
    /// The columns that the forecast reads.
    pub columns: Vec<String>,
    /// The places of the targets among them.
    pub targets: Vec<usize>,
    /// Mean and standard deviation of each column over the training rows.
    pub scaler: Scaler,
    /// The mean absolute change of each target over the training rows, from row to row, or over a season where the
    /// task has one that is shorter than they are: what MASE measures errors by. 0 where a target does not change.
    pub steps: Vec<f64>,
    /// The places of the columns of which the network reads whether a value is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<usize>,
    /// The places of the columns that are known for the rows that are forecast.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<usize>,
    /// How the table is written and what its columns are for; none in runs of before it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// How far the rows lie apart, where dates say it and most agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) spacing: Option<Step>,
}

impl ForecastSpec {
    pub(super) fn shape(&self, config: &ForecastConfig) -> NetShape {
        let outputs = config.outputs(self.targets.len());
        NetShape::of(Front::Features(self.width(config)), outputs)
    }

    /// The numbers that the network reads of each row.
    pub(super) fn width(&self, config: &ForecastConfig) -> usize {
        let ahead = self.known.len() * config.horizon;
        self.columns.len() + self.indicators.len() + 2 * config.calendar.len() + ahead
    }

    /// What the network says of each number that is forecast, where that is more than a value. Means of counts are counted in that of
    /// the training rows, and one at least.
    pub(super) fn of_each(&self, config: &ForecastConfig) -> Option<Said> {
        let distribution = config.distribution()?;
        let means = match distribution {
            Distribution::NegativeBinomial => {
                let mean = |&target: &usize| self.scaler.mean[target].max(1.0) as f32;
                let means: Vec<f32> = self.targets.iter().map(mean).collect();
                means.repeat(config.horizon)
            }
            _ => Vec::new(),
        };
        Some(Said {
            distribution,
            means,
        })
    }

    /// The targets among the columns of a row.
    pub(crate) fn targets_of(&self, row: &[f64]) -> Vec<f64> {
        self.targets.iter().map(|&t| row[t]).collect()
    }

    /// What the targets are called.
    pub(super) fn target_names(&self) -> Vec<String> {
        let names = self.targets.iter().map(|&t| self.columns[t].clone());
        names.collect()
    }

    /// What is said of a table whose rows lie apart by another time than those that the network learned from.
    pub(super) fn other_spacing(&self, path: &Path, table: &Columns) -> Option<String> {
        let (own, other) = (self.spacing?, table.spacing()?);
        (!own.is_like(other)).then(|| {
            format!(
                "{}: the rows lie {other} apart, and those that the network learned from {own}; it counts rows, so that what it learned of \
                 time does not hold here; take a row for each {own}",
                path.display()
            )
        })
    }

    /// How the table is written and what its columns are for. A run of before that was stored read numbers.
    pub(super) fn schema(&self) -> Schema {
        let of_before = || Schema::of_numbers(&self.columns);
        self.schema.clone().unwrap_or_else(of_before)
    }
}
