//! The front of a network: what a step of a row is.

use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::Device;
use rekindle::{AnyCellConfig, CellConfig, LstmConfig, RecurrentConfig};
use rekindle_models::tagger::{Letters, LettersConfig};

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
    /// A word: a vector of its own, and beside it what an LSTM in each direction ends with on its letters.
    Words {
        /// The number of words.
        count: usize,
        /// The width of their own vectors.
        width: usize,
        /// The number of letters.
        letters: usize,
        /// The width of the letters' vectors, and the units of the LSTM in each direction.
        units: usize,
    },
    /// So many numbers.
    Features(usize),
}

impl Front {
    /// The width of the layers' input.
    pub(crate) fn width(self) -> usize {
        match self {
            Front::Features(width) | Front::Symbols { width, .. } => width,
            Front::Words { width, units, .. } => width + 2 * units,
        }
    }

    /// How many numbers its parameters are.
    pub(super) fn numbers(self) -> f64 {
        match self {
            Front::Features(_) => 0.0,
            Front::Symbols { count, width } | Front::Words { count, width, .. } => {
                count as f64 * width as f64
            }
        }
    }

    /// Its parameters; `tied` where they are the head's as well.
    pub(super) fn init(self, tied: bool, device: &Device) -> Option<Embedding> {
        let (Front::Symbols { count, width } | Front::Words { count, width, .. }) = self else {
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

    /// What reads the letters of words, where that is done.
    pub(super) fn letters(self) -> Option<LettersConfig> {
        let Front::Words { letters, units, .. } = self else {
            return None;
        };
        let layers = RecurrentConfig::new(AnyCellConfig::Lstm(LstmConfig::new(units)));
        let config = LettersConfig::new(letters).with_d_embedding(units);
        Some(config.with_layers(layers.with_bidirectional(true)))
    }

    /// Its parameters.
    pub(super) fn init_letters(self, device: &Device) -> Option<Letters> {
        self.letters().map(|letters| letters.init(device))
    }
}
