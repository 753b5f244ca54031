//! A table in windows, and how unlike what was learned each is.

use super::{config::DetectConfig, figures::Measure, spec::DetectSpec, table::Table};
use crate::{
    data::reading::Steps,
    model::{net::Net, taken::Taken},
    tasks::{in_parts::Rows, task::JUDGED},
};
use burn::tensor::Device;

/// The windows of the training part that scores are measured by, at most.
const MEASURED: usize = 512;

/// A table in windows.
pub(super) struct Windows {
    pub(super) config: DetectConfig,
    pub(super) spec: DetectSpec,
    pub(super) table: Table,
    /// The numbers, scaled.
    pub(super) scaled: Vec<f64>,
    /// The first row of each window.
    pub(super) starts: Vec<usize>,
    /// The windows that scores are measured by, and those that the threshold is from.
    pub(super) train: Vec<usize>,
    pub(super) valid: Vec<usize>,
}

impl Windows {
    pub(super) fn window(&self) -> usize {
        self.config.window
    }

    /// The first rows of some windows.
    pub(super) fn starts_of(&self, rows: &[usize]) -> Vec<usize> {
        rows.iter().map(|&row| self.starts[row]).collect()
    }

    /// Whether each of some windows has an anomaly in it, where that is known.
    pub(super) fn labels_of(&self, rows: &[usize]) -> Option<Vec<bool>> {
        let labels = self.table.labels.as_ref()?;
        let has = |&row: &usize| {
            let start = self.starts[row];
            labels[start..start + self.window()].contains(&true)
        };
        Some(rows.iter().map(has).collect())
    }

    /// The error of each of some windows.
    pub(super) fn errors(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<f64> {
        let of = |rows: &[usize]| errors(net, &self.steps(rows), device);
        rows.chunks(JUDGED).flat_map(of).collect()
    }

    /// What errors are measured by; nothing where the run's own parts are not there.
    pub(super) fn measure(&self, net: &Net, device: &Device) -> Option<Measure> {
        let train = self.errors(net, &self.train, device);
        let valid = self.errors(net, &self.valid, device);
        Measure::of(&train, &valid, self.config.level)
    }

    /// Some windows, spread over all: those that scores are measured by.
    pub(super) fn measured(all: &[usize]) -> Vec<usize> {
        let step = all.len().div_ceil(MEASURED).max(1);
        all.iter().copied().step_by(step).collect()
    }
}

/// The mean squared error of each row that a network gives back.
pub(super) fn errors(net: &Net, steps: &Steps, device: &Device) -> Vec<f64> {
    let Steps::Numbers { rows, .. } = steps else {
        unreachable!("windows are of numbers");
    };
    let given = net.given(steps, Taken::End, device).into_data();
    let given: Vec<f32> = given.iter::<f32>().collect();
    let each = given.len() / rows.len();
    let pairs = given.chunks(each).zip(rows);
    let error = |(given, row): (&[f32], &Vec<f32>)| {
        let apart = given.iter().zip(row).map(|(a, b)| f64::from(a - b).powi(2));
        apart.sum::<f64>() / each as f64
    };
    pairs.map(error).collect()
}
