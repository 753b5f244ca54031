//! Texts as bytes, or as pieces of several bytes each, by byte-level byte-pair encoding: no text has anything that is unknown.
//!
//! R. Sennrich, B. Haddow, A. Birch: Neural machine translation of rare words with subword units, 2016, <https://arxiv.org/abs/1508.07909>;
//! on bytes, A. Radford et al.: Language models are unsupervised multitask learners, 2019 (GPT-2).

mod alphabet;
mod json;
mod merge;
mod train;
mod words;

use super::reading::visible;
use crate::{
    error::{Error, Result},
    files,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{borrow::Cow, collections::HashMap, path::Path};

/// The largest file of a tokenizer.
const LARGEST: u64 = 64 << 20;

/// Bytes, or pieces of bytes. Index 0 is that of no piece, as it is that of unknown symbols in a
/// [`Vocabulary`](super::vocabulary::Vocabulary); the pieces follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Pieces {
    /// The bytes of each piece.
    pieces: Vec<Vec<u8>>,
    /// The piece that each byte is.
    bytes: Box<[u32; 256]>,
    /// What two pieces that follow one another become, the first of these merges first.
    merges: HashMap<[u32; 2], Merge>,
    /// What the merges are, as the file of the tokenizer has it; nothing of bytes alone.
    tokenizer: Option<Value>,
}

/// What two pieces become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Merge {
    /// The place of the merge among all.
    rank: u32,
    piece: u32,
}

impl Pieces {
    /// Each byte by itself.
    pub(crate) fn single() -> Self {
        let mut bytes = Box::new([0; 256]);
        for (byte, piece) in bytes.iter_mut().zip(0..) {
            *byte = piece;
        }
        Pieces {
            pieces: (0..=u8::MAX).map(|byte| vec![byte]).collect(),
            bytes,
            merges: HashMap::new(),
            tokenizer: None,
        }
    }

    /// Those of a `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// If the file is none, or parts a text in another way than is read here.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let wrong = |why: String| Error::mend(format!("{}: {why}", path.display()));
        let bytes = files::read_at_most(LARGEST, path)?;
        let tokenizer = serde_json::from_slice(&bytes);
        let tokenizer = tokenizer.map_err(|e| {
            wrong(format!(
                "no JSON ({e}); a tokenizer.json of Hugging Face's tokenizers is read"
            ))
        })?;
        json::read(tokenizer).map_err(wrong)
    }

    /// Whether each byte is a symbol by itself.
    pub(crate) fn are_single(&self) -> bool {
        self.tokenizer.is_none()
    }

    /// The number of pieces, and one.
    pub(crate) fn len(&self) -> usize {
        self.pieces.len() + 1
    }

    /// The index of each piece of a text, in order. Lines are read one by one, so that no piece reaches over the end of a line.
    pub(crate) fn encode(&self, text: &str) -> Vec<u32> {
        if self.are_single() {
            return text.bytes().map(|byte| u32::from(byte) + 1).collect();
        }
        let (mut indices, mut known) = (Vec::new(), HashMap::new());
        for line in text.split_inclusive('\n') {
            for word in words::of(line) {
                match known.get(word) {
                    Some(pieces) => indices.extend::<&Vec<u32>>(pieces),
                    None => {
                        let pieces = self.merged(word.as_bytes());
                        indices.extend(&pieces);
                        known.insert(word, pieces);
                    }
                }
            }
        }
        indices
    }

    /// The indices of a word's pieces.
    fn merged(&self, word: &[u8]) -> Vec<u32> {
        let bytes = word.iter().map(|&byte| self.bytes[usize::from(byte)]);
        let pieces = merge::merged(bytes.collect(), &self.merges).into_iter();
        pieces.map(|piece| piece + 1).collect()
    }

    /// The bytes of a symbol; none of index 0, and of those beyond.
    fn get(&self, index: u32) -> &[u8] {
        let place = (index as usize).checked_sub(1);
        let piece = place.and_then(|place| self.pieces.get(place));
        piece.map(Vec::as_slice).unwrap_or_default()
    }

    /// The bytes of symbols, one after the other.
    fn joined(&self, indices: &[u32]) -> Vec<u8> {
        let all = indices.iter().map(|&index| self.get(index));
        all.collect::<Vec<_>>().concat()
    }

    /// The text of symbols; bytes that are no UTF-8 read as `�`.
    pub(crate) fn decode(&self, indices: &[u32]) -> String {
        String::from_utf8_lossy(&self.joined(indices)).into_owned()
    }

    /// What symbols look like, each by itself.
    pub(crate) fn shown(&self, indices: &[u32]) -> Vec<String> {
        let one = |&index: &u32| match std::str::from_utf8(self.get(index)) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                let bytes = self.get(index).iter();
                bytes.map(|byte| format!("\\x{byte:02X}")).collect()
            }
        };
        indices.iter().map(one).collect()
    }

    /// The same, with what would not be seen written.
    pub(crate) fn labels(&self, indices: &[u32]) -> Vec<String> {
        self.shown(indices)
            .iter()
            .map(|piece| visible(piece))
            .collect()
    }
}

/// Pieces as a run directory keeps them.
#[derive(Serialize, Deserialize)]
#[serde(tag = "unit", rename_all = "lowercase", deny_unknown_fields)]
enum Stored {
    Bytes,
    Bpe {
        /// As Hugging Face's tokenizers write one.
        tokenizer: Value,
    },
}

impl From<Pieces> for Stored {
    fn from(pieces: Pieces) -> Self {
        match pieces.tokenizer {
            None => Stored::Bytes,
            Some(tokenizer) => Stored::Bpe { tokenizer },
        }
    }
}

impl TryFrom<Stored> for Pieces {
    type Error = Cow<'static, str>;

    fn try_from(stored: Stored) -> std::result::Result<Self, Self::Error> {
        match stored {
            Stored::Bytes => Ok(Pieces::single()),
            Stored::Bpe { tokenizer } => {
                json::read(tokenizer).map_err(|why| format!("tokenizer: {why}").into())
            }
        }
    }
}

#[cfg(test)]
mod tests;
