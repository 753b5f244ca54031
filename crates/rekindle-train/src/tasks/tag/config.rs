//! The keys of a tagger.

use crate::{
    data::{
        file::DataFile,
        tagged::{Layout, Scheme, TagColumns},
        vocabulary::{Splitting, Unit},
        words::Words,
    },
    tasks::labelled::files::{self, no_file, share},
};
use rekindle::{Invalid, positive, rate, width};
use serde::{Deserialize, Serialize};

/// `[task]` of a tagger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagConfig {
    /// A file of words with their tags.
    pub train: DataFile,
    /// The file to test on; without one, a share of `train`.
    #[serde(default, skip_serializing_if = "no_file")]
    pub test: DataFile,
    /// How the files are written; found in them by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// The column of the words, from 1: the first by default, of CoNLL-U the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word_column: Option<usize>,
    /// The column of the tags, from 1: the last by default, of CoNLL-U the fourth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_column: Option<usize>,
    /// What tags say together; found in them by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Whether words are looked up in lower case; their letters are read as they stand.
    #[serde(default = "yes")]
    pub lowercase: bool,
    /// The largest number of different words, the most frequent.
    #[serde(default = "vocabulary")]
    pub vocabulary: usize,
    /// How often, in training, a word that stands once in the training part is read as the unknown one (Lample et al. 2016).
    #[serde(default = "unknown")]
    pub unknown: f64,
    /// The width of a word's own vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// The units of the LSTM, in each direction, that reads the letters of each word; 0 for none.
    #[serde(default = "letters")]
    pub letters: usize,
    /// Whether the tags of a sentence are scored together, by a conditional random field, or each by itself.
    #[serde(default = "yes")]
    pub crf: bool,
    /// The share of `train` that validates. Which sentences those are follows from their words and the seed, not from where they
    /// stand: those that are equal are in one part.
    #[serde(default = "share")]
    pub valid_share: f64,
    /// The share of `train` that tests, where there is no file for it.
    #[serde(default = "share")]
    pub test_share: f64,
}

fn yes() -> bool {
    true
}

fn vocabulary() -> usize {
    20_000
}

fn unknown() -> f64 {
    0.5
}

fn d_embedding() -> usize {
    100
}

fn letters() -> usize {
    25
}

impl TagConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        for (key, column) in [
            ("word_column", self.word_column),
            ("tag_column", self.tag_column),
        ] {
            positive(key, column.unwrap_or(1))?;
        }
        positive("vocabulary", self.vocabulary)?;
        rate("unknown", self.unknown)?;
        width("d_embedding", self.d_embedding)?;
        if self.letters > 0 {
            width("letters", self.letters)?;
        }
        files::check(self.held_out())
    }

    /// Where words and tags stand in a file.
    pub(super) fn columns(&self) -> TagColumns {
        TagColumns {
            layout: self.layout,
            word: self.word_column,
            tag: self.tag_column,
            scheme: self.scheme,
        }
    }

    /// The shares of the training file that validate and test.
    pub(super) fn held_out(&self) -> [f64; 2] {
        files::held_out(&self.test, self.valid_share, self.test_share)
    }

    /// How a text becomes words that are looked up.
    pub(super) fn splitting(&self) -> Splitting {
        Splitting {
            unit: Unit::Word,
            lowercase: self.lowercase,
            words: Words::Unicode,
        }
    }
}
