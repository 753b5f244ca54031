//! What a search for anomalies stores of its table.

use super::config::DetectConfig;
use crate::{
    data::{roles::Schema, scaler::Scaler},
    model::{front::Front, shape::NetShape},
};
use serde::{Deserialize, Serialize};

/// What inference must know: the columns and their scales.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectSpec {
    /// The columns that are looked at.
    pub columns: Vec<String>,
    /// Mean and standard deviation of each column over the training rows.
    pub scaler: Scaler,
    /// How the table is written and what its columns are for.
    pub schema: Schema,
}

impl DetectSpec {
    pub(super) fn shape(&self, config: &DetectConfig) -> NetShape {
        let features = self.columns.len();
        NetShape {
            front: Front::Features(features),
            head: config.head(features),
        }
    }
}
