//! What a language model stores of its text.

use super::config::LanguageModelConfig;
use crate::{
    data::symbols::Symbols,
    model::{front::Front, head::Head, shape::NetShape},
};
use serde::{Deserialize, Serialize};

/// What inference must know: the symbols.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageSpec {
    /// The symbols and how text becomes them.
    pub vocabulary: Symbols,
}

impl LanguageSpec {
    pub(super) fn shape(&self, config: &LanguageModelConfig) -> NetShape {
        NetShape {
            front: Front::Symbols {
                count: self.vocabulary.len(),
                width: config.d_embedding,
            },
            head: Head::Linear {
                outputs: self.vocabulary.len(),
                tied: config.tied,
                crf: false,
            },
        }
    }
}
