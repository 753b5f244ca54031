//! The keys of what writes down what is said.

use crate::{
    data::{
        audio::config::AudioConfig,
        file::DataFile,
        pairs::{PairColumns, PairOf},
        table::config::TableConfig,
        vocabulary::{Splitting, Unit},
        words::Words,
    },
    tasks::labelled::files::{self, no_file, share},
};
use rekindle::{Invalid, positive};
use serde::{Deserialize, Serialize};

/// `[task]` of what writes down what is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranscribeConfig {
    /// A list of WAV files with their texts: a table, or lines of a name and its text.
    pub train: DataFile,
    /// The list to test on; without one, a share of `train`.
    #[serde(default, skip_serializing_if = "no_file")]
    pub test: DataFile,
    /// The column of the files: one called `file` or the like by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_column: Option<String>,
    /// The column of the texts: one called `text` or the like by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_column: Option<String>,
    /// Whether rows without a file or a text are left out, and counted; one is an error by default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_empty: bool,
    /// Whether sounds with fewer steps than their text needs are left out, and counted; one is an error by default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_short: bool,
    /// How the table is written; found in it by default.
    #[serde(default, skip_serializing_if = "TableConfig::is_default")]
    pub table: TableConfig,
    /// What is heard of a sound.
    #[serde(default)]
    pub audio: AudioConfig,
    /// What texts are cut into.
    #[serde(default)]
    pub unit: Unit,
    /// Whether texts are taken in lower case.
    #[serde(default)]
    pub lowercase: bool,
    /// The seconds of the longest sound; training leaves out longer ones.
    #[serde(default = "longest")]
    pub longest: f64,
    /// The frames that the layers read as one, side by side.
    #[serde(default = "subsampling")]
    pub subsampling: usize,
    /// The beginnings of texts that are kept while one is looked for; figures are of one.
    #[serde(default = "beam")]
    pub beam: usize,
    /// The share of `train` that validates. Which sounds those are follows from their files and the seed, not from where they stand.
    #[serde(default = "share")]
    pub valid_share: f64,
    /// The share of `train` that tests, where there is no file for it.
    #[serde(default = "share")]
    pub test_share: f64,
}

fn longest() -> f64 {
    20.0
}

fn subsampling() -> usize {
    2
}

fn beam() -> usize {
    1
}

impl TranscribeConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        positive("subsampling", self.subsampling)?;
        positive("beam", self.beam)?;
        if !(self.longest.is_finite() && self.longest > 0.0) {
            return Err(Invalid::new(
                "longest",
                self.longest,
                "more than 0, in seconds",
            ));
        }
        self.audio.check().map_err(|wrong| wrong.under("audio"))?;
        self.table.check()?;
        files::check(self.held_out())
    }

    /// Where files and texts stand in a table.
    pub(super) fn columns(&self) -> PairColumns {
        PairColumns {
            of: PairOf::Sounds,
            table: self.table.clone(),
            source: self.file_column.clone(),
            target: self.text_column.clone(),
            skip_empty: self.skip_empty,
        }
    }

    /// The shares of the training list that validate and test.
    pub(super) fn held_out(&self) -> [f64; 2] {
        files::held_out(&self.test, self.valid_share, self.test_share)
    }

    /// How a text becomes labels.
    pub(super) fn splitting(&self) -> Splitting {
        Splitting {
            unit: self.unit,
            lowercase: self.lowercase,
            words: Words::Spaced,
        }
    }

    /// What a symbol is, as figures call it.
    pub(super) fn symbol(&self) -> &'static str {
        match self.unit {
            Unit::Char => "character",
            Unit::Word => "word",
        }
    }
}
