//! What a text is read as: characters or words of a vocabulary, bytes, or pieces of bytes.

use super::{
    pieces::Pieces,
    vocabulary::{Unit, Vocabulary},
};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

/// What one symbol of a text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextUnit {
    /// A Unicode character.
    #[default]
    Char,
    /// A word, a punctuation mark, or a line end.
    Word,
    /// A byte of UTF-8.
    Bytes,
    /// A piece of several bytes, by byte-pair encoding.
    Bpe,
}

impl TextUnit {
    /// The unit of a vocabulary's symbols; none of bytes and their pieces.
    pub(crate) fn of_vocabulary(self) -> Option<Unit> {
        match self {
            TextUnit::Char => Some(Unit::Char),
            TextUnit::Word => Some(Unit::Word),
            TextUnit::Bytes | TextUnit::Bpe => None,
        }
    }

    /// What symbols are called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TextUnit::Char => "characters",
            TextUnit::Word => "words",
            TextUnit::Bytes => "bytes",
            TextUnit::Bpe => "pieces",
        }
    }
}

/// The symbols that a text is read as; index 0 is that of what is unknown, which of bytes nothing is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Symbols {
    /// Those of a vocabulary.
    Known(Vocabulary),
    /// Bytes, or their pieces.
    Pieces(Pieces),
}

impl<'de> Deserialize<'de> for Symbols {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Value::deserialize(deserializer)?;
        let read = match stored["unit"].as_str() {
            Some("bytes" | "bpe") => Pieces::deserialize(stored).map(Symbols::Pieces),
            _ => Vocabulary::deserialize(stored).map(Symbols::Known),
        };
        read.map_err(de::Error::custom)
    }
}

impl Symbols {
    /// What one of them is.
    pub(crate) fn unit(&self) -> TextUnit {
        match self {
            Symbols::Known(vocabulary) => match vocabulary.splitting().unit {
                Unit::Char => TextUnit::Char,
                Unit::Word => TextUnit::Word,
            },
            Symbols::Pieces(pieces) if pieces.are_single() => TextUnit::Bytes,
            Symbols::Pieces(_) => TextUnit::Bpe,
        }
    }

    /// Whether those of another run may take the place of these: texts are split as for these, or parted into the same pieces.
    pub(crate) fn reads_as(&self, other: &Symbols) -> bool {
        match (self, other) {
            (Symbols::Known(own), Symbols::Known(other)) => own.reads_as(other),
            // Other pieces than these are read as well as these.
            (Symbols::Pieces(_), Symbols::Pieces(_)) => self.unit() == other.unit(),
            _ => false,
        }
    }

    /// Their number, with that of what is unknown.
    pub fn len(&self) -> usize {
        match self {
            Symbols::Known(vocabulary) => vocabulary.len(),
            Symbols::Pieces(pieces) => pieces.len(),
        }
    }

    /// The index of each symbol of a text, in order; 0 for those that are unknown.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        match self {
            Symbols::Known(vocabulary) => vocabulary.encode(text),
            Symbols::Pieces(pieces) => pieces.encode(text),
        }
    }

    /// The symbols of a text as they are read, in order, with their indices.
    pub(crate) fn tokens(&self, text: &str) -> Vec<(String, u32)> {
        match self {
            Symbols::Known(vocabulary) => {
                let tokens = vocabulary.tokens(text).into_iter();
                let indexed = tokens.map(|token| {
                    let index = vocabulary.index(&token);
                    (token, index)
                });
                indexed.collect()
            }
            Symbols::Pieces(pieces) => {
                let indices = pieces.encode(text);
                pieces.shown(&indices).into_iter().zip(indices).collect()
            }
        }
    }

    /// Symbols as they stand on an axis.
    pub(crate) fn labels(&self, indices: &[u32]) -> Vec<String> {
        match self {
            Symbols::Known(vocabulary) => vocabulary.labels(indices),
            Symbols::Pieces(pieces) => pieces.labels(indices),
        }
    }

    /// A symbol by itself.
    pub(crate) fn shown(&self, index: u32) -> String {
        match self {
            Symbols::Known(vocabulary) => vocabulary.decode(&[index]),
            Symbols::Pieces(pieces) => pieces.shown(&[index]).concat(),
        }
    }

    /// The text of symbols.
    pub fn decode(&self, indices: &[u32]) -> String {
        match self {
            Symbols::Known(vocabulary) => vocabulary.decode(indices),
            Symbols::Pieces(pieces) => pieces.decode(indices),
        }
    }

    /// What symbols add to a text that was read before them.
    pub(crate) fn following(&self, read: &str, indices: &[u32]) -> String {
        let (before, whole) = match self {
            Symbols::Known(vocabulary) => {
                let before = vocabulary.tokens(read);
                let before = || before.iter().map(String::as_str);
                let follow = indices.iter().filter_map(|&index| vocabulary.get(index));
                let splitting = vocabulary.splitting();
                (
                    splitting.join(before()),
                    splitting.join(before().chain(follow)),
                )
            }
            Symbols::Pieces(pieces) => (String::new(), pieces.decode(indices)),
        };
        whole[before.len()..].to_owned()
    }
}
