//! Texts that are read, and what is to be said of pairs of them.

use super::{config::TransduceConfig, spec::TransduceSpec};
use crate::{
    data::{pairs::TextPairs, reading::Steps, vocabulary::Vocabulary},
    tasks::{
        account::{self, Line},
        given::units,
        prediction::Prediction,
    },
};

/// The lengths of both sides, and how many symbols they have.
pub(super) fn account(spec: &TransduceSpec, all: &TextPairs) -> Vec<Line> {
    let side = |vocabulary: &Vocabulary, texts: &[String]| {
        let lengths = texts
            .iter()
            .map(|text| vocabulary.encode(text).len())
            .collect();
        format!(
            "{}; {} different",
            account::lengths(lengths, units(vocabulary)),
            vocabulary.len() - 1
        )
    };
    vec![
        Line::new("reads", side(&spec.source, &all.sources)),
        Line::new("writes", side(&spec.target, &all.targets)),
    ]
}

/// A text that was written.
pub(super) struct Written {
    pub(super) text: String,
    /// Whether it breaks off at the longest that may be written.
    unfinished: bool,
}

impl Written {
    /// Of the symbols that a [search](TransduceConfig::search) found.
    pub(super) fn of(config: &TransduceConfig, spec: &TransduceSpec, symbols: &[usize]) -> Self {
        let most = symbols.len().min(config.longest);
        Written {
            text: spec.written(&symbols[..most]),
            unfinished: most < symbols.len(),
        }
    }

    pub(super) fn prediction(self) -> Prediction {
        Prediction::Text {
            text: self.text,
            unfinished: self.unfinished,
        }
    }
}

/// The symbols of texts that are read: at least one of each, at most `longest`.
pub(super) fn steps<'t>(
    config: &TransduceConfig,
    spec: &TransduceSpec,
    texts: impl IntoIterator<Item = &'t str>,
) -> Steps {
    let row = |text: &str| {
        let mut row = spec.source.encode(text);
        row.truncate(config.longest);
        if row.is_empty() {
            row.push(0);
        }
        row
    };
    Steps::Symbols(texts.into_iter().map(row).collect())
}
