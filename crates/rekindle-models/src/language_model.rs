//! A language model of residual blocks.
//!
//! ```text
//! tokens -> vectors -> blocks -> E y_t (+ b), E the vectors themselves where they are tied -> log softmax
//! ```

use crate::blocks::{Blocks, BlocksConfig, BlocksState};
use crate::search::Generator;
use crate::tokens::Tokens;
use burn::module::{Initializer, Module};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::{Invalid, Sequence, positive};
use serde::{Deserialize, Serialize};

/// Configuration of [`LanguageModel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageModelConfig {
    /// The number of tokens.
    pub tokens: usize,
    /// Whether the output's matrix is the embedding itself (Press & Wolf 2017, <https://arxiv.org/abs/1608.05859>).
    #[serde(default)]
    pub tied: bool,
    /// The blocks.
    pub blocks: BlocksConfig,
}

impl LanguageModelConfig {
    /// A model with an output matrix of its own.
    pub fn new(tokens: usize, blocks: BlocksConfig) -> Self {
        LanguageModelConfig {
            tokens,
            tied: false,
            blocks,
        }
    }

    rekindle::setters! {
        tied: bool,
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        positive("tokens", self.tokens)?;
        self.blocks.validate().map_err(|e| e.under("blocks"))
    }

    /// A model with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](LanguageModelConfig::validate).
    pub fn init(&self, device: &Device) -> LanguageModel {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let width = self.blocks.d_model;
        // A tied embedding is also an output matrix, and begins as small as one.
        let std = match self.tied {
            true => (width as f64).powf(-0.5),
            false => 1.0,
        };
        let init = Initializer::Normal { mean: 0.0, std };
        let embedding = EmbeddingConfig::new(self.tokens, width).with_initializer(init);
        let output = LinearConfig::new(width, self.tokens).with_bias(false);
        LanguageModel {
            embedding: embedding.init(device),
            blocks: self.blocks.init(device),
            output: (!self.tied).then(|| output.init(device)),
        }
    }
}

/// A language model: what comes next, from the tokens so far.
///
/// ```
/// # use burn::tensor::Device;
/// use rekindle_models::blocks::BlocksConfig;
/// use rekindle_models::{Search, Tokens, language_model::LanguageModelConfig};
/// let device = Device::flex();
/// let blocks = BlocksConfig::preset("mingru", 32, 2).expect("a preset");
/// let model = LanguageModelConfig::new(50, blocks).with_tied(true).init(&device);
/// let loss = model.loss(&Tokens::of(&[vec![1, 2, 3, 4], vec![5, 6]], &device)); // the mean over tokens, [1]
/// // What it writes behind a text: token 0 ends it.
/// let (_, state) = model.forward(&Tokens::of(&[[7, 8]], &device), None);
/// let written = Search::greedy(10).run(&model, state, 9, 0);
/// # assert_eq!((loss.dims(), written.len()), ([1], 1));
/// ```
#[derive(Module, Debug)]
pub struct LanguageModel {
    embedding: Embedding,
    blocks: Blocks,
    output: Option<Linear>,
}

impl LanguageModel {
    /// The logarithms of the probabilities of the token behind each, `[batch, time, tokens]`, and what the model remembers then. Without
    /// a `state` a text begins.
    ///
    /// # Panics
    ///
    /// If the state is that of another batch or model.
    pub fn forward(&self, tokens: &Tokens, state: Option<BlocksState>) -> (Tensor<3>, BlocksState) {
        let vectors = self.embedding.forward(tokens.data().clone());
        self.read(tokens.sequence(vectors), state)
    }

    /// The mean over the tokens behind the first of each row of `-log p`, a single number.
    ///
    /// # Panics
    ///
    /// If a row has one token only.
    pub fn loss(&self, tokens: &Tokens) -> Tensor<1> {
        self.loss_smoothed(tokens, 0.0)
    }

    /// The same for training with label smoothing (Szegedy et al. 2016, <https://arxiv.org/abs/1512.00567>): this share of what is wanted
    /// is every token alike.
    ///
    /// # Panics
    ///
    /// If a row has one token only, or the share is not at least 0 and less than 1.
    pub fn loss_smoothed(&self, tokens: &Tokens, smoothing: f64) -> Tensor<1> {
        let (read, following) = tokens.followed();
        let (log_probs, _) = self.read(self.embedding.forward(read).into(), None);
        following.loss(log_probs, smoothing)
    }

    fn read(&self, x: Sequence, state: Option<BlocksState>) -> (Tensor<3>, BlocksState) {
        let (y, state) = self.blocks.forward(x, state);
        let logits = match &self.output {
            Some(output) => output.forward(y),
            None => y.matmul(self.embedding.weight.val().transpose().unsqueeze()),
        };
        (log_softmax(logits, 2), state)
    }
}

impl Generator for LanguageModel {
    type State = BlocksState;

    fn next(&self, tokens: &[usize], state: BlocksState) -> (Vec<f32>, BlocksState) {
        let rows: Vec<[usize; 1]> = tokens.iter().map(|&token| [token]).collect();
        let tokens = Tokens::of(&rows, &self.embedding.weight.device());
        let (log_probs, state) = self.forward(&tokens, Some(state));
        (log_probs.into_data().iter::<f32>().collect(), state)
    }

    fn rows(&self, state: BlocksState, rows: &[usize]) -> BlocksState {
        let at: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let at = TensorData::new(at, [rows.len()]);
        let at: Tensor<1, Int> = Tensor::from_data(at, &self.embedding.weight.device());
        state.rows(at)
    }
}
