//! What a regression of series stores of them.

use crate::{
    data::{cut::Cut, scaler::Scaler, series::SeriesColumns, series_parsed::Labels},
    model::{front::Front, shape::NetShape},
    tasks::{labelled::given::GivenSeries, prediction::Prediction},
};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// What inference must know: the scales of the channels and of the target, and which series test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegressionSpec {
    /// The number of channels.
    pub channels: usize,
    /// Mean and standard deviation of each channel over the training series.
    pub scaler: Scaler,
    /// Mean and standard deviation of the target over the training series.
    pub target: Scaler,
    /// Where the series are cut into parts, as if they were of one class.
    pub cut: Cut,
    /// Where the series stand in a table.
    pub columns: SeriesColumns,
}

impl RegressionSpec {
    pub(super) fn shape(&self) -> NetShape {
        NetShape::of(Front::Features(self.channels), 1)
    }

    /// How series are read that are given to the network.
    pub(super) fn given(&self) -> GivenSeries<'_> {
        GivenSeries {
            columns: self.columns.clone(),
            labels: Labels::Numbers,
            scaler: &self.scaler,
        }
    }

    /// The targets that outputs `[series, 1]` stand for, in their unit. They are moved in f64, so that no digit of a large number is
    /// lost.
    pub(super) fn values(&self, outputs: Tensor<2>) -> Vec<f64> {
        let outputs = outputs.into_data();
        let values = outputs.iter::<f32>();
        let value = |scaled: f32| self.target.mean[0] + f64::from(scaled) * self.target.std[0];
        values.map(value).collect()
    }

    /// The same as predictions.
    pub(super) fn predictions(&self, outputs: Tensor<2>) -> Vec<Prediction> {
        let values = self.values(outputs).into_iter();
        values.map(|value| Prediction::Number { value }).collect()
    }
}
