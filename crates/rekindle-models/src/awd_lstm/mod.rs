//! AWD-LSTM, a language model that is regularised wherever it can be.
//!
//! S. Merity, N. S. Keskar, R. Socher: Regularizing and optimizing LSTM language models, 2017, <https://arxiv.org/abs/1708.02182>.
//!
//! ```text
//! tokens -> vectors, whole tokens dropped -> locked dropout -> layer, recurrent weights dropped -> locked dropout -> ... -> layer: h
//!        -> locked dropout: m -> E m_t + b, E the vectors themselves -> log softmax
//! loss = -mean log p + α mean m² + β mean (h_{t+1} - h_t)²
//! ```
//!
//! A locked dropout has one mask for all steps. The paper's optimizer, SGD whose weights are averaged once validation no longer
//! improves, is not part of the model; `rekindle train` has it: `train.optimizer = "sgd"`, `momentum = 0`, `average = "triggered"`.

mod stack;

pub use stack::{AwdOutput, AwdStack, AwdStackConfig, LayerStates};

use crate::tokens::Tokens;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor};
use rekindle::{Invalid, positive, width};
use serde::{Deserialize, Serialize};

/// Configuration of [`AwdLstm`]: the paper's for word-level Penn Treebank by default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwdLstmConfig {
    /// The number of tokens.
    pub tokens: usize,
    /// The width of the vectors, which is also that of the last layer: 400 by default.
    #[serde(default = "usual_embedding")]
    pub d_embedding: usize,
    /// The layers, and what is dropped: the paper's by default.
    #[serde(default)]
    pub stack: AwdStackConfig,
}

fn usual_embedding() -> usize {
    400
}

impl AwdLstmConfig {
    /// The paper's model.
    pub fn new(tokens: usize) -> Self {
        AwdLstmConfig {
            tokens,
            d_embedding: usual_embedding(),
            stack: AwdStackConfig::default(),
        }
    }

    rekindle::setters! {
        d_embedding: usize,
        stack: AwdStackConfig,
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        positive("tokens", self.tokens)?;
        width("d_embedding", self.d_embedding)?;
        let fits = self.stack.fits(self.d_embedding);
        fits.map_err(|e| e.under("stack"))
    }

    /// A model with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](AwdLstmConfig::validate).
    pub fn init(&self, device: &Device) -> AwdLstm {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        // The paper's: U(-0.1, 0.1).
        let init = Initializer::Uniform {
            min: -0.1,
            max: 0.1,
        };
        let embedding = EmbeddingConfig::new(self.tokens, self.d_embedding).with_initializer(init);
        AwdLstm {
            embedding: embedding.init(device),
            stack: self.stack.init(self.d_embedding, device),
            bias: Initializer::Zeros.init([self.tokens], device),
        }
    }
}

/// A language model that is regularised wherever it can be.
///
/// ```
/// # use burn::tensor::Device;
/// use rekindle_models::Tokens;
/// use rekindle_models::awd_lstm::{AwdLstmConfig, AwdStackConfig};
/// let device = Device::flex().autodiff();
/// let stack = AwdStackConfig::default().with_d_hidden(24);
/// let model = AwdLstmConfig::new(50).with_d_embedding(16).with_stack(stack).init(&device);
/// let window = Tokens::of(&[[1, 2, 3, 4], [5, 6, 7, 8]], &device);
/// let (loss, states) = model.loss(&window, None);
/// let states = states.into_iter().map(|layer| layer.detach()).collect();
/// let (next, _) = model.loss(&window, Some(states)); // goes on in the next window of each text
/// # assert_eq!((loss.dims(), next.dims()), ([1], [1]));
/// ```
#[derive(Module, Debug)]
pub struct AwdLstm {
    embedding: Embedding,
    stack: AwdStack,
    bias: Param<Tensor<1>>,
}

impl AwdLstm {
    /// The logarithms of the probabilities of the token behind each, `[batch, time, tokens]`, and the states then. Without `states` a text
    /// begins.
    ///
    /// # Panics
    ///
    /// If the states are those of another batch or model.
    pub fn forward(
        &self,
        tokens: &Tokens,
        states: Option<LayerStates>,
    ) -> (Tensor<3>, LayerStates) {
        let (log_probs, output) = self.read(tokens.data().clone(), states);
        (log_probs, output.states)
    }

    /// The loss of a window of texts that fill it, with what large and changing outputs cost, and the states behind the last token but
    /// one, which is where the next window begins.
    ///
    /// # Panics
    ///
    /// If rows are not all as long, or have one token only.
    pub fn loss(&self, tokens: &Tokens, states: Option<LayerStates>) -> (Tensor<1>, LayerStates) {
        let time = tokens.data().dims()[1];
        assert!(
            tokens.lengths().iter().all(|&length| length == time),
            "a window of texts has rows of one length, but these have {:?}",
            tokens.lengths()
        );
        let (read, following) = tokens.followed();
        let (log_probs, AwdOutput { cost, states, .. }) = self.read(read, states);
        let loss = following.loss(log_probs, 0.0);
        let loss = cost.into_iter().fold(loss, |loss, cost| loss + cost);
        (loss, states)
    }

    fn read(&self, tokens: Tensor<2, Int>, states: Option<LayerStates>) -> (Tensor<3>, AwdOutput) {
        let vectors = self.embedding.weight.val();
        let x = self.stack.embed(vectors.clone(), tokens);
        let output = self.stack.forward(x, states);
        let logits =
            output.y.clone().matmul(vectors.transpose().unsqueeze()) + self.bias.val().unsqueeze();
        (log_softmax(logits, 2), output)
    }
}
