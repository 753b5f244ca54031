//! What a text classifier stores of its texts.

use super::config::ClassifyTextConfig;
use crate::{
    data::{cut::Cut, vocabulary::Vocabulary},
    model::{front::Front, shape::NetShape},
};
use serde::{Deserialize, Serialize};

/// What inference must know: the symbols, the classes, and which texts test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSpec {
    /// The symbols and how text becomes them.
    pub vocabulary: Vocabulary,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// Where the texts of each class are cut into parts.
    pub cut: Cut,
}

impl TextSpec {
    pub(super) fn shape(&self, config: &ClassifyTextConfig) -> NetShape {
        let front = Front::Symbols {
            count: self.vocabulary.len(),
            width: config.d_embedding,
        };
        NetShape::of(front, self.classes.len())
    }
}
