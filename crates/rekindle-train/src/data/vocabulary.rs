//! Text into symbol indices and back.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::message::shown;
use super::words;
use crate::error::Error;

/// Stands at index 0 for every symbol that is not in the vocabulary.
const UNKNOWN: &str = "<unk>";

/// What one symbol of a text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A Unicode character.
    #[default]
    Char,
    /// A run of letters, digits and apostrophes, a punctuation mark, or a line end.
    Word,
}

impl Unit {
    /// The symbols of a text, in order; with `lowercase` it is lowered first.
    pub fn symbols(self, text: &str, lowercase: bool) -> Vec<String> {
        let mut symbols = Vec::new();
        each_symbol(text, self, lowercase, |symbol| {
            symbols.push(symbol.to_owned())
        });
        symbols
    }
}

/// The symbols that a model knows. Index 0 is `<unk>`; the others follow by falling frequency, equal
/// ones in lexicographic order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Vocabulary {
    unit: Unit,
    lowercase: bool,
    symbols: Vec<String>,
    indices: HashMap<String, u32>,
}

impl Vocabulary {
    /// The symbols found in `texts`. With `lowercase`, here and in [`Vocabulary::encode`] texts are
    /// lowered first. A `limit` keeps the most frequent symbols, `<unk>` counted as one of them.
    pub fn build<T: AsRef<str>>(
        texts: &[T],
        unit: Unit,
        lowercase: bool,
        limit: Option<usize>,
    ) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for text in texts {
            each_symbol(text.as_ref(), unit, lowercase, |symbol| {
                match counts.get_mut(symbol) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(symbol.to_owned(), 1);
                    }
                }
            });
        }
        let mut ranked: Vec<(String, usize)> = counts.into_iter().collect();
        ranked.sort_unstable_by(|(a, often), (b, seldom)| {
            (Reverse(often), a).cmp(&(Reverse(seldom), b))
        });
        ranked.truncate(limit.unwrap_or(usize::MAX).saturating_sub(1));
        let known = ranked.into_iter().map(|(symbol, _)| symbol);
        Self::indexed(
            unit,
            lowercase,
            std::iter::once(UNKNOWN.to_owned()).chain(known).collect(),
        )
    }

    /// The index of each symbol of the text, in order; 0 for those that are unknown.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut encoded = Vec::new();
        each_symbol(text, self.unit, self.lowercase, |symbol| {
            encoded.push(self.index(symbol))
        });
        encoded
    }

    /// The symbols of the text as they are read, in order, known or not.
    pub fn tokens(&self, text: &str) -> Vec<String> {
        self.unit.symbols(text, self.lowercase)
    }

    /// The text of these indices. Characters come back exactly; words with the spacing of ordinary
    /// prose. An index beyond the vocabulary reads as `<unk>`.
    pub fn decode(&self, indices: &[u32]) -> String {
        let symbols = indices
            .iter()
            .map(|&index| self.get(index).unwrap_or(UNKNOWN));
        match self.unit {
            Unit::Char => symbols.collect(),
            Unit::Word => words::join(symbols),
        }
    }

    /// What one symbol is.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The number of symbols, `<unk>` included.
    #[expect(clippy::len_without_is_empty, reason = "`<unk>` is always there")]
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// The symbol at an index.
    pub fn get(&self, index: u32) -> Option<&str> {
        self.symbols.get(index as usize).map(String::as_str)
    }

    /// The index of a symbol, 0 when it is unknown.
    pub fn index(&self, symbol: &str) -> u32 {
        self.indices.get(symbol).copied().unwrap_or(0)
    }

    fn indexed(unit: Unit, lowercase: bool, symbols: Vec<String>) -> Self {
        let indices = symbols.iter().cloned().zip(0..).collect();
        Self {
            unit,
            lowercase,
            symbols,
            indices,
        }
    }
}

fn each_symbol(text: &str, unit: Unit, lowercase: bool, mut each: impl FnMut(&str)) {
    let lowered = lowercase.then(|| text.to_lowercase());
    let text = lowered.as_deref().unwrap_or(text);
    match unit {
        Unit::Char => text
            .chars()
            .for_each(|symbol| each(symbol.encode_utf8(&mut [0; 4]))),
        Unit::Word => words::split(text).for_each(each),
    }
}

/// The vocabulary as a run directory keeps it: the indices follow from the order of the symbols.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    unit: Unit,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lowercase: bool,
    symbols: Vec<String>,
}

impl From<Vocabulary> for Stored {
    fn from(
        Vocabulary {
            unit,
            lowercase,
            symbols,
            ..
        }: Vocabulary,
    ) -> Self {
        Self {
            unit,
            lowercase,
            symbols,
        }
    }
}

impl TryFrom<Stored> for Vocabulary {
    type Error = Error;

    fn try_from(
        Stored {
            unit,
            lowercase,
            symbols,
        }: Stored,
    ) -> Result<Self, Error> {
        if symbols.first().is_none_or(|first| first != UNKNOWN) {
            return Err(Error::mend(
                "vocabulary: the first of `symbols` must be `<unk>`; restore the file as training wrote it",
            ));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = symbols.iter().find(|symbol| !seen.insert(symbol.as_str())) {
            return Err(Error::mend(format!(
                "vocabulary: {} is twice in `symbols`; restore the file as training wrote it",
                shown(twice)
            )));
        }
        Ok(Self::indexed(unit, lowercase, symbols))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(vocabulary: &Vocabulary) -> Vec<&str> {
        (0..vocabulary.len() as u32)
            .map(|index| vocabulary.get(index).unwrap())
            .collect()
    }

    #[test]
    fn symbols_are_ordered_by_frequency_then_by_themselves() {
        let vocabulary = Vocabulary::build(&["banana", "ab"], Unit::Char, false, None);
        assert_eq!(symbols(&vocabulary), ["<unk>", "a", "b", "n"]);
        assert_eq!(
            (
                vocabulary.len(),
                vocabulary.index("n"),
                vocabulary.index("z")
            ),
            (4, 3, 0)
        );
        assert_eq!(vocabulary.get(4), None);
        assert_eq!(vocabulary.unit(), Unit::Char);
    }

    #[test]
    fn known_characters_come_back_exactly() {
        let text = "Ünï\tçødé \r\n— “quoted”, 🌱 and 'plain'.\n\n";
        let vocabulary = Vocabulary::build(&[text], Unit::Char, false, None);
        assert_eq!(vocabulary.decode(&vocabulary.encode(text)), text);
        let reversed: String = text.chars().rev().collect();
        assert_eq!(vocabulary.decode(&vocabulary.encode(&reversed)), reversed);
    }

    #[test]
    fn unknown_symbols_are_index_zero() {
        let vocabulary = Vocabulary::build(&["ab"], Unit::Char, false, None);
        assert_eq!(vocabulary.encode("axb"), [1, 0, 2]);
        assert_eq!(vocabulary.decode(&[1, 0, 99]), "a<unk><unk>");
    }

    #[test]
    fn words_keep_their_case_unless_asked() {
        let text = "The cat, the dog.\nThe end.";
        let vocabulary = Vocabulary::build(&[text], Unit::Word, false, None);
        assert_eq!(
            symbols(&vocabulary),
            ["<unk>", ".", "The", "\n", ",", "cat", "dog", "end", "the"]
        );
        assert_eq!(vocabulary.decode(&vocabulary.encode(text)), text);
        let lowered = Vocabulary::build(&[text], Unit::Word, true, None);
        assert_eq!(lowered.get(1), Some("the"));
        assert_eq!(
            lowered.decode(&lowered.encode(text)),
            "the cat, the dog.\nthe end."
        );
    }

    #[test]
    fn a_limit_counts_the_unknown_symbol() {
        let vocabulary = Vocabulary::build(&["aaabbc"], Unit::Char, false, Some(3));
        assert_eq!(symbols(&vocabulary), ["<unk>", "a", "b"]);
        assert_eq!(
            Vocabulary::build(&["aaabbc"], Unit::Char, false, Some(0)).len(),
            1
        );
    }

    #[test]
    fn it_is_stored_as_unit_and_symbols() {
        let vocabulary = Vocabulary::build(&["ab"], Unit::Char, false, None);
        let stored = serde_json::to_string(&vocabulary).unwrap();
        assert_eq!(stored, r#"{"unit":"char","symbols":["<unk>","a","b"]}"#);
        assert_eq!(
            serde_json::from_str::<Vocabulary>(&stored).unwrap(),
            vocabulary
        );
        let lowered = Vocabulary::build(&["A b"], Unit::Word, true, None);
        let stored = serde_json::to_string(&lowered).unwrap();
        assert_eq!(
            serde_json::from_str::<Vocabulary>(&stored).unwrap(),
            lowered
        );
    }

    #[test]
    fn a_damaged_vocabulary_is_refused() {
        let read = |symbols: &str| {
            let text = format!(r#"{{"unit":"word","symbols":{symbols}}}"#);
            serde_json::from_str::<Vocabulary>(&text)
                .unwrap_err()
                .to_string()
        };
        assert!(read(r#"["a"]"#).contains("the first of `symbols` must be `<unk>`"));
        assert!(read("[]").contains("the first of `symbols` must be `<unk>`"));
        assert!(read(r#"["<unk>","a","a"]"#).contains("`a` is twice in `symbols`"));
    }
}
