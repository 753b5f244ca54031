//! Words by their letters.

use crate::tokens::Tokens;
use burn::module::{Initializer, Module};
use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::engine::Direction;
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, EngineConfig, Invalid, LstmConfig, Recurrent,
    RecurrentConfig, positive, width,
};
use serde::{Deserialize, Serialize};

/// Configuration of what reads the letters of each word (Lample et al. 2016, <https://arxiv.org/abs/1603.01360>).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LettersConfig {
    /// The number of letters.
    pub letters: usize,
    /// The width of their vectors: the paper's 25 by default.
    #[serde(default = "usual_width")]
    pub d_embedding: usize,
    /// The layers that read a word: the paper's by default, one LSTM of 25 units in each direction.
    #[serde(default = "usual_layers")]
    pub layers: RecurrentConfig,
}

fn usual_width() -> usize {
    25
}

fn usual_layers() -> RecurrentConfig {
    RecurrentConfig::new(AnyCellConfig::Lstm(LstmConfig::new(25))).with_bidirectional(true)
}

impl LettersConfig {
    /// The paper's network.
    pub fn new(letters: usize) -> Self {
        LettersConfig {
            letters,
            d_embedding: usual_width(),
            layers: usual_layers(),
        }
    }

    rekindle::setters! {
        d_embedding: usize,
        layers: RecurrentConfig,
    }

    /// The width of a word's vector: what the topmost layer ends with, in each direction.
    pub fn d_word(&self) -> usize {
        let of = |direction| self.layers.cell_in(direction).d_output();
        match self.layers.bidirectional {
            true => of(Direction::Forward) + of(Direction::Reverse),
            false => of(Direction::Forward),
        }
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        positive("letters", self.letters)?;
        width("d_embedding", self.d_embedding)?;
        self.layers
            .fits(self.d_embedding)
            .map_err(|e| e.under("layers"))?;
        match self.layers.projection {
            None => Ok(()),
            Some(width) => {
                let expected = "left out: a word is what the layers end with";
                Err(Invalid::new("layers.projection", width, expected))
            }
        }
    }

    /// A network with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](LettersConfig::validate).
    pub fn init(&self, device: &Device) -> Letters {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let init = Initializer::Normal {
            mean: 0.0,
            std: 1.0,
        };
        let config = EmbeddingConfig::new(self.letters, self.d_embedding);
        Letters {
            embedding: config.with_initializer(init).init(device),
            recurrent: self.layers.init(self.d_embedding, device),
        }
    }
}

/// Reads words by their letters.
#[derive(Module, Debug)]
pub struct Letters {
    embedding: Embedding,
    recurrent: Recurrent<AnyCell>,
}

impl Letters {
    /// The layers that read a word.
    pub fn recurrent(&self) -> &Recurrent<AnyCell> {
        &self.recurrent
    }

    /// Has their equations run in another way.
    pub fn set_engine(&mut self, engine: EngineConfig) {
        self.recurrent.set_engine(engine);
    }

    /// The vectors of words, `[batch, time, width]`: what the topmost layer ended with in each direction. `letters` has a row for every
    /// word of a batch whose rows have so many words, row by row; beyond a row's length the vectors mean nothing.
    ///
    /// # Panics
    ///
    /// If there are not letters of as many words.
    pub fn read(&self, letters: &Tokens, lengths: &[usize]) -> Tensor<3> {
        let (rows, count) = (letters.lengths().len(), lengths.iter().sum::<usize>());
        assert!(
            rows == count,
            "there are letters of {rows} words, but the batch has {count} words"
        );
        let vectors = self.embedding.forward(letters.data().clone());
        let (_, states) = self.recurrent.forward(letters.sequence(vectors), None);
        let top = states
            .layers
            .into_iter()
            .next_back()
            .expect("at least one layer");
        let sides = std::iter::once(top.forward).chain(top.reverse);
        let ends = sides.map(|state| state[0].clone()).collect();
        let ends: Tensor<2> = Tensor::cat(ends, 1);
        let batch = lengths.len();
        let time = lengths.iter().copied().max().unwrap_or(0);
        let mut next = 0;
        let mut place = |real: bool| {
            let place = next;
            next += i32::from(real);
            if real { place } else { 0 }
        };
        let places: Vec<i32> = lengths
            .iter()
            .flat_map(|&length| (0..time).map(move |t| t < length))
            .map(&mut place)
            .collect();
        let device = letters.data().device();
        let places: Tensor<1, Int> =
            Tensor::from_data(TensorData::new(places, [batch * time]), &device);
        let width = ends.dims()[1];
        ends.select(0, places).reshape([batch, time, width])
    }
}
