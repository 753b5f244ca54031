//! The keys of what writes a text of another.

use crate::{
    data::{
        file::DataFile,
        pairs::{PairColumns, PairOf},
        table::config::TableConfig,
        vocabulary::{Splitting, Unit},
        words::Words,
    },
    model::head::WriterHead,
    tasks::labelled::files::{self, no_file, share},
};
use rekindle::{Invalid, positive, rate, width};
use rekindle_models::{
    Search,
    encoder_decoder::{AttentionKind, BridgeKind},
};
use serde::{Deserialize, Serialize};

/// `[task]` of what writes a text of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransduceConfig {
    /// A table with a pair of texts in each row.
    pub train: DataFile,
    /// The file to test on; without one, a share of `train`.
    #[serde(default, skip_serializing_if = "no_file")]
    pub test: DataFile,
    /// The column of what is read: one called `source` or the like by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_column: Option<String>,
    /// The column of what is to be written: one called `target` or the like by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_column: Option<String>,
    /// Whether rows of which a text is empty are left out, and counted; one is an error by default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_empty: bool,
    /// How the table is written; found in it by default.
    #[serde(default, skip_serializing_if = "TableConfig::is_default")]
    pub table: TableConfig,
    /// What both texts are cut into.
    #[serde(default)]
    pub unit: Unit,
    /// What a word is.
    #[serde(default = "spaced")]
    pub words: Words,
    /// Whether both texts are taken in lower case.
    #[serde(default)]
    pub lowercase: bool,
    /// The largest number of different symbols of each side, the most frequent.
    #[serde(default = "vocabulary")]
    pub vocabulary: usize,
    /// The symbols of the longest text that is read or written; training leaves out longer pairs.
    #[serde(default = "longest")]
    pub longest: usize,
    /// The width of a symbol's vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// How what writes looks at what was read.
    #[serde(default = "additive")]
    pub attention: AttentionKind,
    /// Whether what a step made of what it saw goes into the next one; for the attention `dot` and `general`.
    #[serde(default)]
    pub input_feeding: bool,
    /// How what writes begins.
    #[serde(default)]
    pub bridge: BridgeKind,
    /// Whether symbols may be copied from what was read; then both sides have one vocabulary.
    #[serde(default)]
    pub copy: bool,
    /// How often, in training, a step reads what the network finds most probable, in place of what is right.
    #[serde(default)]
    pub sampled: f64,
    /// How many rows are kept while a text is written; figures are of one.
    #[serde(default = "one")]
    pub beam: usize,
    /// By how much longer texts of a beam are preferred: 0 for none.
    #[serde(default = "length_norm")]
    pub length_norm: f64,
    /// The share of `train` that validates. Which pairs those are follows from what they hold and the seed, not from where they stand.
    #[serde(default = "share")]
    pub valid_share: f64,
    /// The share of `train` that tests, where there is no file for it.
    #[serde(default = "share")]
    pub test_share: f64,
}

fn spaced() -> Words {
    Words::Spaced
}

fn vocabulary() -> usize {
    20_000
}

fn longest() -> usize {
    100
}

fn d_embedding() -> usize {
    64
}

fn additive() -> AttentionKind {
    AttentionKind::Additive
}

fn one() -> usize {
    1
}

fn length_norm() -> f64 {
    1.0
}

impl TransduceConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        positive("vocabulary", self.vocabulary)?;
        positive("longest", self.longest)?;
        positive("beam", self.beam)?;
        width("d_embedding", self.d_embedding)?;
        rate("sampled", self.sampled)?;
        if !(0.0..=2.0).contains(&self.length_norm) {
            return Err(Invalid::new("length_norm", self.length_norm, "from 0 to 2"));
        }
        self.table.check()?;
        files::check(self.held_out())
    }

    /// Where the texts stand in a table.
    pub(super) fn columns(&self) -> PairColumns {
        PairColumns {
            of: PairOf::Texts,
            table: self.table.clone(),
            source: self.source_column.clone(),
            target: self.target_column.clone(),
            skip_empty: self.skip_empty,
        }
    }

    /// The shares of the training file that validate and test.
    pub(super) fn held_out(&self) -> [f64; 2] {
        files::held_out(&self.test, self.valid_share, self.test_share)
    }

    /// How a text becomes symbols.
    pub(super) fn splitting(&self) -> Splitting {
        Splitting {
            unit: self.unit,
            lowercase: self.lowercase,
            words: self.words,
        }
    }

    /// What writes so many symbols.
    pub(super) fn head(&self, symbols: usize) -> WriterHead {
        WriterHead {
            symbols,
            attention: self.attention,
            input_feeding: self.input_feeding,
            bridge: self.bridge,
            copy: self.copy,
        }
    }

    /// How a text is looked for: with a symbol more than it may have, to see whether it ends there.
    pub(super) fn search(&self) -> Search {
        Search {
            width: self.beam,
            longest: self.longest + 1,
            length_norm: self.length_norm,
        }
    }
}
