//! What is stored of pairs of texts.

use super::config::TransduceConfig;
use crate::{
    data::{cut::Cut, pairs::TextPairs, vocabulary::Vocabulary},
    model::{front::Front, head::Head, shape::NetShape},
};
use serde::{Deserialize, Serialize};

/// What inference must know: the symbols of both sides, and which pairs test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransduceSpec {
    /// The symbols that are read.
    pub source: Vocabulary,
    /// The symbols that are written; behind them stand what begins and what ends a text.
    pub target: Vocabulary,
    /// Where the pairs are cut into parts.
    pub cut: Cut,
}

impl TransduceSpec {
    /// What the pairs of the training part tell.
    pub(super) fn of(
        config: &TransduceConfig,
        pairs: &TextPairs,
        train: &[usize],
        cut: Cut,
    ) -> Self {
        let build = |texts: &[&String]| {
            Vocabulary::build(texts, config.splitting(), Some(config.vocabulary))
        };
        let sources: Vec<&String> = train.iter().map(|&row| &pairs.sources[row]).collect();
        let targets: Vec<&String> = train.iter().map(|&row| &pairs.targets[row]).collect();
        let (source, target) = match config.copy {
            true => {
                let both = build(&[sources, targets].concat());
                (both.clone(), both)
            }
            false => (build(&sources), build(&targets)),
        };
        TransduceSpec {
            source,
            target,
            cut,
        }
    }

    /// What begins a text.
    pub(super) fn begin(&self) -> usize {
        self.target.len()
    }

    /// What ends a text.
    pub(super) fn end(&self) -> usize {
        self.target.len() + 1
    }

    pub(super) fn shape(&self, config: &TransduceConfig) -> NetShape {
        let symbols = self.end() + 1;
        NetShape {
            front: Front::Symbols {
                // What is copied has the number that it has where it is written.
                count: if config.copy {
                    symbols
                } else {
                    self.source.len()
                },
                width: config.d_embedding,
            },
            head: Head::Writer(config.head(symbols)),
        }
    }

    /// A text as what is wanted of the network: between what begins and what ends it.
    pub(super) fn wanted(&self, text: &str) -> Vec<usize> {
        let symbols = self
            .target
            .encode(text)
            .into_iter()
            .map(|symbol| symbol as usize);
        std::iter::once(self.begin())
            .chain(symbols)
            .chain([self.end()])
            .collect()
    }

    /// A text of what was written.
    pub(super) fn written(&self, symbols: &[usize]) -> String {
        let symbols = symbols.iter().filter(|&&symbol| symbol < self.target.len());
        let symbols: Vec<u32> = symbols.map(|&symbol| symbol as u32).collect();
        self.target.decode(&symbols)
    }
}
