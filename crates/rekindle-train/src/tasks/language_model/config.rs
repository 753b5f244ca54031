//! The keys of a language model.

use crate::{
    data::{
        file::{DataFile, DataFiles},
        symbols::TextUnit,
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
    pub unit: TextUnit,
    /// What a word is.
    #[serde(default = "spaced")]
    pub words: Words,
    /// Whether words are taken in lower case.
    #[serde(default)]
    pub lowercase: bool,
    /// The largest number of different symbols, the most frequent; all by default, but 4096 pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<usize>,
    /// Of pieces the file that has them, a `tokenizer.json`; without it they are those of the training part.
    #[serde(default, skip_serializing_if = "is_none")]
    pub tokenizer: DataFile,
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

fn is_none(file: &DataFile) -> bool {
    file.as_os_str().is_empty()
}

/// The pieces that a training part is parted into, where nothing else is said.
const PIECES: usize = 4096;

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
        self.unit_fits()?;
        forward_only(model, "a language model must not see the next symbol")
    }

    /// Checks that keys are those of the unit.
    fn unit_fits(&self) -> Result<(), Invalid> {
        let unit = match self.unit {
            TextUnit::Char => "char",
            TextUnit::Word => "word",
            TextUnit::Bytes => "bytes",
            TextUnit::Bpe => "bpe",
        };
        let of = |units: &str| format!("left out with task.unit = \"{unit}\": it is for {units}");
        let is_bpe = self.unit == TextUnit::Bpe;
        if !is_none(&self.tokenizer) {
            let file = self.tokenizer.display();
            if !is_bpe {
                return Err(Invalid::new("tokenizer", file, &of("\"bpe\"")));
            }
            if self.vocabulary.is_some() {
                let expected = "left out beside task.vocabulary, which asks for pieces of one's own; or leave that out";
                return Err(Invalid::new("tokenizer", file, expected));
            }
        }
        if self.lowercase && self.unit.of_vocabulary().is_none() {
            return Err(Invalid::new(
                "lowercase",
                true,
                &of("\"char\" and \"word\""),
            ));
        }
        match self.vocabulary {
            Some(size) if self.unit == TextUnit::Bytes => {
                let expected = "left out with task.unit = \"bytes\": there are 256 of them";
                Err(Invalid::new("vocabulary", size, expected))
            }
            Some(size) if is_bpe && size < 256 => {
                let expected = "at least 256 with task.unit = \"bpe\": every byte is a piece";
                Err(Invalid::new("vocabulary", size, expected))
            }
            _ => Ok(()),
        }
    }

    /// The most pieces that a training part is parted into.
    pub(super) fn pieces(&self) -> usize {
        self.vocabulary.unwrap_or(PIECES)
    }

    /// How the text becomes symbols of a vocabulary.
    pub(super) fn splitting(&self, unit: Unit) -> Splitting {
        Splitting {
            unit,
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
