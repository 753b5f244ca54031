//! What a tagger stores of its sentences.

use super::config::TagConfig;
use crate::{
    data::{
        cut::Cut,
        reading::Steps,
        tagged::{Scheme, TaggedText, spans},
        vocabulary::{Splitting, Unit, Vocabulary},
    },
    model::{front::Front, head::Head, shape::NetShape},
};
use serde::{Deserialize, Serialize};

/// What inference must know: the words, their letters, the tags, and which sentences test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagSpec {
    /// The words, and how text becomes them.
    pub words: Vocabulary,
    /// The letters of words, where they are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<Vocabulary>,
    /// The names of the tags.
    pub tags: Vec<String>,
    /// What tags say together.
    pub scheme: Scheme,
    /// Where the sentences are cut into parts.
    pub cut: Cut,
}

impl TagSpec {
    /// What the sentences of the training part tell.
    pub(super) fn of(config: &TagConfig, text: &TaggedText, train: &[usize], cut: Cut) -> Self {
        let words = || train.iter().flat_map(|&row| &text.words[row]);
        let letters = Splitting {
            unit: Unit::Char,
            lowercase: false,
            ..config.splitting()
        };
        TagSpec {
            words: Vocabulary::of_symbols(words(), config.splitting(), Some(config.vocabulary)),
            letters: (config.letters > 0).then(|| {
                let words: Vec<&String> = words().collect();
                Vocabulary::build(&words, letters, None)
            }),
            tags: text.names.clone(),
            scheme: text.scheme,
            cut,
        }
    }

    pub(super) fn shape(&self, config: &TagConfig) -> NetShape {
        let (count, width) = (self.words.len(), config.d_embedding);
        let front = match &self.letters {
            None => Front::Symbols { count, width },
            Some(letters) => Front::Words {
                count,
                width,
                letters: letters.len(),
                units: config.letters,
            },
        };
        let head = Head::Linear {
            outputs: self.tags.len(),
            tied: false,
            crf: config.crf,
        };
        NetShape { front, head }
    }

    /// Sentences as the network reads them.
    pub(super) fn steps<'w>(&self, rows: impl IntoIterator<Item = &'w Vec<String>>) -> Steps {
        let rows: Vec<&Vec<String>> = rows.into_iter().collect();
        let word = |word: &String| self.words.look_up(word);
        let words = rows
            .iter()
            .map(|row| row.iter().map(word).collect())
            .collect();
        let Some(letters) = &self.letters else {
            return Steps::Symbols(words);
        };
        let of = |row: &&Vec<String>| row.iter().map(|word| letters.encode(word)).collect();
        Steps::Words {
            words,
            letters: rows.iter().map(of).collect(),
        }
    }

    /// Whether the tags mark spans of words.
    pub(super) fn marks_spans(&self) -> bool {
        self.scheme == Scheme::Bio || spans::mark_spans(self.tags.iter().map(String::as_str))
    }

    /// The names of tags.
    pub(super) fn named(&self, tags: &[usize]) -> Vec<&str> {
        tags.iter().map(|&tag| self.tags[tag].as_str()).collect()
    }
}
