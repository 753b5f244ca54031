//! The keys of a text classifier.

use crate::{
    data::{
        file::DataFile,
        labelled_text::TextColumns,
        table::config::TableConfig,
        vocabulary::{Splitting, Unit, Vocabulary},
        words::Words,
    },
    model::taken::Pool,
    tasks::{
        classify::weights::ClassWeights,
        labelled::files::{self, no_file, share},
    },
};
use rekindle::{Invalid, positive, width};
use serde::{Deserialize, Serialize};

/// `[task]` of a text classifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifyTextConfig {
    /// A TSV or CSV file with a header.
    pub train: DataFile,
    /// The file to test on; without one, a share of `train`.
    #[serde(default, skip_serializing_if = "no_file")]
    pub test: DataFile,
    /// The column of the text.
    #[serde(default = "text_column")]
    pub text_column: String,
    /// The column of the class.
    #[serde(default = "label_column")]
    pub label_column: String,
    /// Whether rows whose text or class is empty are left out, and counted; one is an error by default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_empty: bool,
    /// How a table is written; found in it by default.
    #[serde(default, skip_serializing_if = "TableConfig::is_default")]
    pub table: TableConfig,
    /// What a text is cut into.
    #[serde(default = "word")]
    pub unit: Unit,
    /// What a word is.
    #[serde(default = "unicode")]
    pub words: Words,
    /// Whether words are taken in lower case.
    #[serde(default = "yes")]
    pub lowercase: bool,
    /// The largest number of different symbols, the most frequent.
    #[serde(default = "vocabulary")]
    pub vocabulary: usize,
    /// The symbols of a text that are read; the rest is cut off.
    #[serde(default = "longest")]
    pub longest: usize,
    /// The width of a symbol's vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// How much a row counts in the loss by its class: `"balanced"`, each class as much as any other, or a number for each in
    /// the order of their names. All rows count alike by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_weights: Option<ClassWeights>,
    /// How the outputs of all steps become one.
    #[serde(default)]
    pub pool: Pool,
    /// The share of `train` that validates. Which texts those are follows from the symbols that are read of them
    /// and the seed, not from where they stand: those that read the same are in one part.
    #[serde(default = "share")]
    pub valid_share: f64,
    /// The share of `train` that tests, where there is no file for it.
    #[serde(default = "share")]
    pub test_share: f64,
}

fn text_column() -> String {
    TextColumns::default().text
}

fn label_column() -> String {
    TextColumns::default().label
}

fn word() -> Unit {
    Unit::Word
}

fn unicode() -> Words {
    Words::Unicode
}

fn yes() -> bool {
    true
}

fn vocabulary() -> usize {
    20_000
}

fn longest() -> usize {
    400
}

fn d_embedding() -> usize {
    64
}

impl ClassifyTextConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        positive("vocabulary", self.vocabulary)?;
        positive("longest", self.longest)?;
        width("d_embedding", self.d_embedding)?;
        ClassWeights::check(self.class_weights.as_ref())?;
        self.table.check()?;
        files::check(self.held_out())
    }

    /// Where texts and their classes stand in a table.
    pub(super) fn columns(&self) -> TextColumns {
        TextColumns {
            table: self.table.clone(),
            text: self.text_column.clone(),
            label: self.label_column.clone(),
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

    /// The symbols of a text: at least one, at most `longest`.
    pub(super) fn encode(&self, vocabulary: &Vocabulary, text: &str) -> Vec<u32> {
        let mut symbols = vocabulary.encode(text);
        symbols.truncate(self.longest);
        if symbols.is_empty() {
            symbols.push(0);
        }
        symbols
    }
}
