//! The keys of a regression of series.

use crate::{
    data::{
        audio::config::AudioConfig, clock::TimeColumns, file::DataFile, series::SeriesColumns,
        table::config::TableConfig,
    },
    model::taken::Pool,
    tasks::labelled::files::{self, no_file, share},
};
use rekindle::Invalid;
use serde::{Deserialize, Serialize};

/// `[task]` of a regression of series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegressSeriesConfig {
    /// A `.ts` file with `@targetLabel true`, a table with a series in each row, or, with `id`, a step in each, or JSON lines. For a
    /// cell that takes missing values, values of a series may be missing; a target never.
    pub train: DataFile,
    /// The column of the number to predict; found by its name by default, as `target`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_column: Option<String>,
    /// The column that says which series a row belongs to, in a table with a step in each row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The column that puts the steps of a series in order, in such a table; they stand in order by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeColumns>,
    /// Whether series without a label are left out, and counted; one is an error by default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_empty: bool,
    /// The columns of the numbers of a step, in such a table; all others of numbers by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// How a table is written; found in it by default.
    #[serde(default, skip_serializing_if = "TableConfig::is_default")]
    pub table: TableConfig,
    /// What is heard of each file, where the series are sounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioConfig>,
    /// The file to test on; without one, a share of `train`.
    #[serde(default, skip_serializing_if = "no_file")]
    pub test: DataFile,
    /// How the outputs of all steps become one.
    #[serde(default)]
    pub pool: Pool,
    /// The share of `train` that validates. Which series those are follows from what they hold and the seed, not from
    /// where they stand: equal ones are in one part.
    #[serde(default = "share")]
    pub valid_share: f64,
    /// The share of `train` that tests, where there is no file for it.
    #[serde(default = "share")]
    pub test_share: f64,
}

impl RegressSeriesConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        if let Some(audio) = &self.audio {
            audio.check().map_err(|wrong| wrong.under("audio"))?;
        }
        self.table.check()?;
        files::check(self.held_out())
    }

    /// What the keys say of where series stand in a table.
    pub(super) fn columns(&self) -> SeriesColumns {
        SeriesColumns {
            table: self.table.clone(),
            audio: self.audio.clone(),
            label: self.target_column.clone(),
            id: self.id.clone(),
            time: self.time.clone(),
            channels: self.channels.clone(),
            skip_empty: self.skip_empty,
            ..SeriesColumns::default()
        }
    }

    /// The shares of the training file that validate and test.
    pub(super) fn held_out(&self) -> [f64; 2] {
        files::held_out(&self.test, self.valid_share, self.test_share)
    }
}
