//! The keys of a language model.

use crate::{
    data::{
        file::DataFiles,
        vocabulary::{Splitting, Unit},
        words::Words,
    },
    memory::Batch,
    model::config::ModelConfig,
    tasks::keys::{forward_only, shares},
};
use rekindle::{Invalid, positive, width};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// `[task]` of a language model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageModelConfig {
    /// A UTF-8 text, perhaps gzipped; several are read one after the other, each from a new line.
    pub file: DataFiles,
    /// What is predicted.
    #[serde(default)]
    pub unit: Unit,
    /// What a word is.
    #[serde(default = "spaced")]
    pub words: Words,
    /// Whether words are taken in lower case.
    #[serde(default)]
    pub lowercase: bool,
    /// The largest number of different symbols, the most frequent; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<usize>,
    /// The symbols through which the gradient flows back in one update (truncated BPTT); states
    /// are carried on from window to window.
    #[serde(default = "window")]
    pub window: usize,
    /// The width of a symbol's vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// Whether the output matrix is the embedding itself.
    #[serde(default)]
    pub tied: bool,
    /// The share of the text, at its end but for the test part, that validates; 0 for none.
    #[serde(default = "share")]
    pub valid: f64,
    /// The share of the text, at its end, that tests; 0 for none.
    #[serde(default = "share")]
    pub test: f64,
}

fn spaced() -> Words {
    Words::Spaced
}

fn window() -> usize {
    64
}

fn d_embedding() -> usize {
    64
}

fn share() -> f64 {
    0.05
}

impl LanguageModelConfig {
    pub(super) fn check_keys(&self, model: &ModelConfig) -> Result<(), Invalid> {
        let mut seen = HashSet::new();
        let paths = self.file.paths();
        if paths.is_empty() {
            let reason = "the list is empty; name a file".to_owned();
            return Err(Invalid::because("file", reason));
        }
        if let Some(twice) = paths.iter().find(|path| !seen.insert(*path)) {
            let reason = format!("{} is named twice; name it once", twice.display());
            return Err(Invalid::because("file", reason));
        }
        positive("window", self.window)?;
        width("d_embedding", self.d_embedding)?;
        shares([("valid", self.valid), ("test", self.test)])?;
        match self.vocabulary {
            Some(size) if size < 2 => {
                let least = "at least 2: the unknown symbol and one that can be written";
                return Err(Invalid::new("vocabulary", size, least));
            }
            _ => {}
        }
        forward_only(model, "a language model must not see the next symbol")
    }

    /// How the text becomes symbols.
    pub(super) fn splitting(&self) -> Splitting {
        Splitting {
            unit: self.unit,
            lowercase: self.lowercase,
            words: self.words,
        }
    }

    /// What goes through the network at once in an update.
    pub(super) fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows,
            judged: 0,
            time: self.window,
            each: true,
        }
    }
}
