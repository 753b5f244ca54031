//! The front of a network: what a step of a row is.

use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::Device;

/// The front: what a step of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// A symbol, embedded in a vector of this width.
    Symbols {
        /// The number of symbols.
        count: usize,
        /// The width of their vectors.
        width: usize,
    },
    /// So many numbers.
    Features(usize),
}

impl Front {
    /// The width of the layers' input.
    pub(crate) fn width(self) -> usize {
        match self {
            Front::Features(width) | Front::Symbols { width, .. } => width,
        }
    }

    /// How many numbers its parameters are.
    pub(super) fn numbers(self) -> f64 {
        match self {
            Front::Features(_) => 0.0,
            Front::Symbols { count, width } => count as f64 * width as f64,
        }
    }

    /// Its parameters; `tied` where they are the head's as well.
    pub(super) fn init(self, tied: bool, device: &Device) -> Option<Embedding> {
        let Front::Symbols { count, width } = self else {
            return None;
        };
        // A tied embedding is also an output matrix, and begins as small as one.
        let std = match tied {
            true => (width as f64).powf(-0.5),
            false => 1.0,
        };
        let init = Initializer::Normal { mean: 0.0, std };
        let config = EmbeddingConfig::new(count, width).with_initializer(init);
        Some(config.init(device))
    }
}
