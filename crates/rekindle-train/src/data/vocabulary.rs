//! Text into symbol indices and back.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::message::shown;
use super::words::Words;
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
    /// A word, a punctuation mark, or a line end.
    Word,
}

/// How a text becomes symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splitting {
    /// What one symbol is.
    pub unit: Unit,
    /// Whether a text is lowered first.
    pub lowercase: bool,
    /// What a word is, where symbols are words.
    pub words: Words,
}

impl Splitting {
    /// The symbols of a text, in order.
    pub fn symbols(self, text: &str) -> Vec<String> {
        let mut symbols = Vec::new();
        self.each_symbol(text, |symbol| symbols.push(symbol.to_owned()));
        symbols
    }

    /// Symbols as the text that they are of: characters exactly, words as [`Words`] says.
    pub fn join<'a>(self, symbols: impl IntoIterator<Item = &'a str>) -> String {
        match self.unit {
            Unit::Char => symbols.into_iter().collect(),
            Unit::Word => self.words.join(symbols),
        }
    }

    /// A text as its symbols are looked up.
    fn lowered(self, text: &str) -> Cow<'_, str> {
        match self.lowercase {
            true => text.to_lowercase().into(),
            false => text.into(),
        }
    }

    fn each_symbol(self, text: &str, mut each: impl FnMut(&str)) {
        let text = &*self.lowered(text);
        match self.unit {
            Unit::Char => text
                .chars()
                .for_each(|symbol| each(symbol.encode_utf8(&mut [0; 4]))),
            Unit::Word => self.words.split(text, each),
        }
    }
}

fn count(counts: &mut HashMap<String, usize>, symbol: &str) {
    match counts.get_mut(symbol) {
        Some(count) => *count += 1,
        None => {
            counts.insert(symbol.to_owned(), 1);
        }
    }
}

/// The symbols that a model knows. Index 0 is `<unk>`; the others follow by falling frequency, equal
/// ones in lexicographic order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Vocabulary {
    splitting: Splitting,
    symbols: Vec<String>,
    indices: HashMap<String, u32>,
}

impl Vocabulary {
    /// Whether texts are split as for another one.
    pub(crate) fn reads_as(&self, other: &Vocabulary) -> bool {
        self.splitting == other.splitting
    }

    /// The symbols found in `texts`, split so, as those of [`Vocabulary::encode`] are. A `limit` keeps the most frequent
    /// symbols, `<unk>` counted as one of them.
    pub fn build<T: AsRef<str>>(texts: &[T], splitting: Splitting, limit: Option<usize>) -> Self {
        let mut counts = HashMap::new();
        for text in texts {
            splitting.each_symbol(text.as_ref(), |symbol| count(&mut counts, symbol));
        }
        Self::ranked(counts, splitting, limit)
    }

    /// The same of symbols that need not be split; they are lowered where `splitting` says so.
    pub fn of_symbols<T: AsRef<str>>(
        symbols: impl IntoIterator<Item = T>,
        splitting: Splitting,
        limit: Option<usize>,
    ) -> Self {
        let mut counts = HashMap::new();
        for symbol in symbols {
            count(&mut counts, &splitting.lowered(symbol.as_ref()));
        }
        Self::ranked(counts, splitting, limit)
    }

    fn ranked(counts: HashMap<String, usize>, splitting: Splitting, limit: Option<usize>) -> Self {
        let mut ranked: Vec<(String, usize)> = counts.into_iter().collect();
        ranked.sort_unstable_by(|(a, often), (b, seldom)| {
            (Reverse(often), a).cmp(&(Reverse(seldom), b))
        });
        ranked.truncate(limit.unwrap_or(usize::MAX).saturating_sub(1));
        let known = ranked.into_iter().map(|(symbol, _)| symbol);
        Self::indexed(
            splitting,
            std::iter::once(UNKNOWN.to_owned()).chain(known).collect(),
        )
    }

    /// The index of each symbol of the text, in order; 0 for those that are unknown.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut encoded = Vec::new();
        self.splitting
            .each_symbol(text, |symbol| encoded.push(self.index(symbol)));
        encoded
    }

    /// The symbols of the text as they are read, in order, known or not.
    pub fn tokens(&self, text: &str) -> Vec<String> {
        self.splitting.symbols(text)
    }

    /// The text of these indices, as [`Splitting::join`] has it. An index beyond the vocabulary reads as `<unk>`.
    pub fn decode(&self, indices: &[u32]) -> String {
        let symbols = indices
            .iter()
            .map(|&index| self.get(index).unwrap_or(UNKNOWN));
        self.splitting.join(symbols)
    }

    /// How a text becomes symbols.
    pub fn splitting(&self) -> Splitting {
        self.splitting
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

    /// The index of a symbol as it stands in a text, which is lowered where texts are; 0 when it is unknown.
    pub fn look_up(&self, symbol: &str) -> u32 {
        self.index(&self.splitting.lowered(symbol))
    }

    /// The index of a symbol, 0 when it is unknown.
    pub fn index(&self, symbol: &str) -> u32 {
        self.indices.get(symbol).copied().unwrap_or(0)
    }

    fn indexed(splitting: Splitting, symbols: Vec<String>) -> Self {
        let indices = symbols.iter().cloned().zip(0..).collect();
        Self {
            splitting,
            symbols,
            indices,
        }
    }
}

/// The vocabulary as a run directory keeps it: the indices follow from the order of the symbols.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    unit: Unit,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lowercase: bool,
    /// The first runs knew no words but these.
    #[serde(default = "runs", skip_serializing_if = "is_runs")]
    words: Words,
    symbols: Vec<String>,
}

fn runs() -> Words {
    Words::Runs
}

fn is_runs(words: &Words) -> bool {
    *words == Words::Runs
}

impl From<Vocabulary> for Stored {
    fn from(vocabulary: Vocabulary) -> Self {
        let Splitting {
            unit,
            lowercase,
            words,
        } = vocabulary.splitting;
        Self {
            unit,
            lowercase,
            words,
            symbols: vocabulary.symbols,
        }
    }
}

impl TryFrom<Stored> for Vocabulary {
    type Error = Error;

    fn try_from(
        Stored {
            unit,
            lowercase,
            words,
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
        let splitting = Splitting {
            unit,
            lowercase,
            words,
        };
        Ok(Self::indexed(splitting, symbols))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHARS: Splitting = Splitting {
        unit: Unit::Char,
        lowercase: false,
        words: Words::Runs,
    };

    fn words(words: Words, lowercase: bool) -> Splitting {
        Splitting {
            unit: Unit::Word,
            lowercase,
            words,
        }
    }

    fn symbols(vocabulary: &Vocabulary) -> Vec<&str> {
        (0..vocabulary.len() as u32)
            .map(|index| vocabulary.get(index).unwrap())
            .collect()
    }

    #[test]
    fn symbols_are_ordered_by_frequency_then_by_themselves() {
        let vocabulary = Vocabulary::build(&["banana", "ab"], CHARS, None);
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
        assert_eq!(vocabulary.splitting(), CHARS);
    }

    #[test]
    fn known_characters_come_back_exactly() {
        let text = "Ünï\tçødé \r\n— “quoted”, 🌱 and 'plain'.\n\n";
        let vocabulary = Vocabulary::build(&[text], CHARS, None);
        assert_eq!(vocabulary.decode(&vocabulary.encode(text)), text);
        let reversed: String = text.chars().rev().collect();
        assert_eq!(vocabulary.decode(&vocabulary.encode(&reversed)), reversed);
    }

    #[test]
    fn unknown_symbols_are_index_zero() {
        let vocabulary = Vocabulary::build(&["ab"], CHARS, None);
        assert_eq!(vocabulary.encode("axb"), [1, 0, 2]);
        assert_eq!(vocabulary.decode(&[1, 0, 99]), "a<unk><unk>");
    }

    #[test]
    fn words_keep_their_case_unless_asked() {
        let text = "The cat, the dog.\nThe end.";
        let vocabulary = Vocabulary::build(&[text], words(Words::Spaced, false), None);
        assert_eq!(
            symbols(&vocabulary),
            ["<unk>", ".", "The", "\n", ",", "cat", "dog", "end", "the"]
        );
        assert_eq!(vocabulary.decode(&vocabulary.encode(text)), text);
        let lowered = Vocabulary::build(&[text], words(Words::Spaced, true), None);
        assert_eq!(lowered.get(1), Some("the"));
        assert_eq!(
            lowered.decode(&lowered.encode(text)),
            "the cat, the dog.\nthe end."
        );
    }

    #[test]
    fn a_limit_counts_the_unknown_symbol() {
        let vocabulary = Vocabulary::build(&["aaabbc"], CHARS, Some(3));
        assert_eq!(symbols(&vocabulary), ["<unk>", "a", "b"]);
        assert_eq!(Vocabulary::build(&["aaabbc"], CHARS, Some(0)).len(), 1);
    }

    #[test]
    fn it_is_stored_as_unit_and_symbols() {
        let vocabulary = Vocabulary::build(&["ab"], CHARS, None);
        let stored = serde_json::to_string(&vocabulary).unwrap();
        assert_eq!(stored, r#"{"unit":"char","symbols":["<unk>","a","b"]}"#);
        assert_eq!(
            serde_json::from_str::<Vocabulary>(&stored).unwrap(),
            vocabulary
        );
        let lowered = Vocabulary::build(&["A b"], words(Words::Spaced, true), None);
        let stored = serde_json::to_string(&lowered).unwrap();
        assert_eq!(
            serde_json::from_str::<Vocabulary>(&stored).unwrap(),
            lowered
        );
    }

    #[test]
    fn a_vocabulary_of_the_first_runs_keeps_its_words() {
        let stored = r#"{"unit":"word","symbols":["<unk>","e"]}"#;
        let vocabulary: Vocabulary = serde_json::from_str(stored).unwrap();
        assert_eq!(vocabulary.splitting(), words(Words::Runs, false));
        assert_eq!(vocabulary.encode("e\u{301} e"), [1, 0, 1]);
        assert_eq!(serde_json::to_string(&vocabulary).unwrap(), stored);
        let new = Vocabulary::build(&["e\u{301} e"], words(Words::Unicode, false), None);
        let stored = serde_json::to_string(&new).unwrap();
        assert!(stored.contains(r#""words":"unicode""#), "{stored}");
        assert_eq!(serde_json::from_str::<Vocabulary>(&stored).unwrap(), new);
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
