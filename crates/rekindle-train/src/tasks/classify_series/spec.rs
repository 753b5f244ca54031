//! What a classifier of series stores of them.

use crate::{
    data::{cut::Cut, scaler::Scaler, series::SeriesColumns, series_parsed::Labels},
    model::{front::Front, shape::NetShape},
    tasks::labelled::given::GivenSeries,
};
use serde::{Deserialize, Serialize};

/// What inference must know: the classes, the scale of each channel, and which series test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesSpec {
    /// The names of the classes.
    pub classes: Vec<String>,
    /// The number of channels.
    pub channels: usize,
    /// Mean and standard deviation of each channel over the training series.
    pub scaler: Scaler,
    /// Where the series of each class are cut into parts.
    pub cut: Cut,
    /// Where the series stand in a table; none in runs of before it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<SeriesColumns>,
}

impl SeriesSpec {
    /// Where series stand in a table.
    pub(super) fn columns(&self) -> SeriesColumns {
        let of_before = || SeriesColumns {
            label: Some("label".into()),
            ..SeriesColumns::default()
        };
        self.columns.clone().unwrap_or_else(of_before)
    }

    /// How series are read that are given to the network.
    pub(super) fn given(&self) -> GivenSeries<'_> {
        GivenSeries {
            columns: self.columns(),
            labels: Labels::Classes,
            scaler: &self.scaler,
        }
    }

    pub(super) fn shape(&self) -> NetShape {
        NetShape::of(Front::Features(self.channels), self.classes.len())
    }
}
