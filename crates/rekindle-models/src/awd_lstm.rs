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

use crate::tokens::Tokens;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Dropout, DropoutConfig, Embedding, EmbeddingConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor};
use rekindle::{
    AnyCell, AnyCellConfig, Invalid, Recurrent, RecurrentConfig, States, positive, rate, width,
};
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
    /// The units of the layers below the last: 1150 by default.
    #[serde(default = "usual_hidden")]
    pub d_hidden: usize,
    /// The number of layers: 3 by default.
    #[serde(default = "usual_layers")]
    pub layers: usize,
    /// The cell: `lstm` by default; any by its name, with its paper's defaults.
    #[serde(default = "usual_cell")]
    pub cell: String,
    /// The share of tokens whose vectors are dropped in an update: 0.1 by default.
    #[serde(default = "usual_embedding_dropout")]
    pub embedding_dropout: f64,
    /// Locked dropout of the vectors: 0.4 by default.
    #[serde(default = "usual_input_dropout")]
    pub input_dropout: f64,
    /// Locked dropout between layers: 0.25 by default.
    #[serde(default = "usual_hidden_dropout")]
    pub hidden_dropout: f64,
    /// Locked dropout behind the last layer: 0.4 by default.
    #[serde(default = "usual_output_dropout")]
    pub output_dropout: f64,
    /// Dropout of the recurrent weights: 0.5 by default.
    #[serde(default = "usual_weight_dropout")]
    pub weight_dropout: f64,
    /// `α`, what large outputs cost: 2 by default.
    #[serde(default = "usual_alpha")]
    pub alpha: f64,
    /// `β`, what outputs cost that change from step to step: 1 by default.
    #[serde(default = "usual_beta")]
    pub beta: f64,
}

fn usual_embedding() -> usize {
    400
}

fn usual_hidden() -> usize {
    1150
}

fn usual_layers() -> usize {
    3
}

fn usual_cell() -> String {
    "lstm".to_owned()
}

fn usual_embedding_dropout() -> f64 {
    0.1
}

fn usual_input_dropout() -> f64 {
    0.4
}

fn usual_hidden_dropout() -> f64 {
    0.25
}

fn usual_output_dropout() -> f64 {
    0.4
}

fn usual_weight_dropout() -> f64 {
    0.5
}

fn usual_alpha() -> f64 {
    2.0
}

fn usual_beta() -> f64 {
    1.0
}

impl AwdLstmConfig {
    /// The paper's model.
    pub fn new(tokens: usize) -> Self {
        AwdLstmConfig {
            tokens,
            d_embedding: usual_embedding(),
            d_hidden: usual_hidden(),
            layers: usual_layers(),
            cell: usual_cell(),
            embedding_dropout: usual_embedding_dropout(),
            input_dropout: usual_input_dropout(),
            hidden_dropout: usual_hidden_dropout(),
            output_dropout: usual_output_dropout(),
            weight_dropout: usual_weight_dropout(),
            alpha: usual_alpha(),
            beta: usual_beta(),
        }
    }

    rekindle::setters! {
        d_embedding: usize,
        d_hidden: usize,
        layers: usize,
        cell: String,
        embedding_dropout: f64,
        input_dropout: f64,
        hidden_dropout: f64,
        output_dropout: f64,
        weight_dropout: f64,
        alpha: f64,
        beta: f64,
    }

    /// The same without any dropout.
    #[must_use]
    pub fn without_dropout(self) -> Self {
        self.with_embedding_dropout(0.0)
            .with_input_dropout(0.0)
            .with_hidden_dropout(0.0)
            .with_output_dropout(0.0)
            .with_weight_dropout(0.0)
    }

    /// The layers, each with the width of its input.
    fn stack(&self) -> Result<Vec<(usize, RecurrentConfig)>, Invalid> {
        let units = |depth: usize| match depth + 1 == self.layers {
            true => self.d_embedding,
            false => self.d_hidden,
        };
        let layer = |depth: usize| {
            let cell = AnyCellConfig::named(&self.cell, units(depth)).ok_or_else(|| {
                Invalid::new("cell", &self.cell, "the name of a cell, as `lstm` or `gru`")
            })?;
            let d_input = depth.checked_sub(1).map_or(self.d_embedding, units);
            let layer = RecurrentConfig::new(cell).with_weight_dropout(self.weight_dropout);
            layer.fits(d_input)?;
            Ok((d_input, layer))
        };
        (0..self.layers).map(layer).collect()
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        positive("tokens", self.tokens)?;
        width("d_embedding", self.d_embedding)?;
        width("d_hidden", self.d_hidden)?;
        positive("layers", self.layers)?;
        if self.layers > 1024 {
            return Err(Invalid::new("layers", self.layers, "at most 1024"));
        }
        let rates = [
            ("embedding_dropout", self.embedding_dropout),
            ("input_dropout", self.input_dropout),
            ("hidden_dropout", self.hidden_dropout),
            ("output_dropout", self.output_dropout),
            ("weight_dropout", self.weight_dropout),
        ];
        rates
            .iter()
            .try_for_each(|&(key, value)| rate(key, value))?;
        for (key, cost) in [("alpha", self.alpha), ("beta", self.beta)] {
            if !(cost.is_finite() && cost >= 0.0) {
                return Err(Invalid::new(key, cost, "0 or more"));
            }
        }
        self.stack().map(|_| ())
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
        let layers = self.stack().expect("the configuration was checked");
        let layers = layers
            .into_iter()
            .map(|(d_input, layer)| layer.init(d_input, device));
        let dropout = |rate| DropoutConfig::new(rate).init();
        AwdLstm {
            embedding: embedding.init(device),
            layers: layers.collect(),
            bias: Initializer::Zeros.init([self.tokens], device),
            embedding_dropout: dropout(self.embedding_dropout),
            input_dropout: dropout(self.input_dropout),
            hidden_dropout: dropout(self.hidden_dropout),
            output_dropout: dropout(self.output_dropout),
            alpha: self.alpha,
            beta: self.beta,
        }
    }
}

/// A language model that is regularised wherever it can be.
///
/// ```
/// # use burn::tensor::Device;
/// use rekindle_models::{Tokens, awd_lstm::AwdLstmConfig};
/// let device = Device::flex().autodiff();
/// let model = AwdLstmConfig::new(50).with_d_embedding(16).with_d_hidden(24).init(&device);
/// let window = Tokens::of(&[[1, 2, 3, 4], [5, 6, 7, 8]], &device);
/// let (loss, states) = model.loss(&window, None);
/// let states = states.into_iter().map(|layer| layer.detach()).collect();
/// let (next, _) = model.loss(&window, Some(states)); // goes on in the next window of each text
/// # assert_eq!((loss.dims(), next.dims()), ([1], [1]));
/// ```
#[derive(Module, Debug)]
pub struct AwdLstm {
    embedding: Embedding,
    layers: Vec<Recurrent<AnyCell>>,
    bias: Param<Tensor<1>>,
    embedding_dropout: Dropout,
    input_dropout: Dropout,
    hidden_dropout: Dropout,
    output_dropout: Dropout,
    #[module(skip)]
    alpha: f64,
    #[module(skip)]
    beta: f64,
}

/// The states of the layers, from the lowest to the highest.
pub type LayerStates = Vec<States<Vec<Tensor<2>>>>;

/// What a model gave.
struct Given {
    /// `[batch, time, tokens]`
    log_probs: Tensor<3>,
    /// What the last layer gave, before its dropout and behind it: `[batch, time, d_embedding]`.
    outputs: [Tensor<3>; 2],
    states: LayerStates,
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
        let given = self.read(tokens.data().clone(), states);
        (given.log_probs, given.states)
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
        let Given {
            log_probs,
            outputs: [raw, dropped],
            states,
        } = self.read(read, states);
        let mut loss = following.loss(log_probs, 0.0);
        if self.alpha > 0.0 {
            loss = loss + dropped.square().mean().mul_scalar(self.alpha);
        }
        if self.beta > 0.0 && time > 2 {
            let change = raw.clone().narrow(1, 1, time - 2) - raw.narrow(1, 0, time - 2);
            loss = loss + change.square().mean().mul_scalar(self.beta);
        }
        (loss, states)
    }

    fn read(&self, tokens: Tensor<2, Int>, states: Option<LayerStates>) -> Given {
        let [batch, time] = tokens.dims();
        let vectors = self.embedding.weight.val();
        let [count, width] = vectors.dims();
        let like = (&vectors.device(), vectors.dtype());
        let kept = match self.embedding_dropout.prob > 0.0 {
            true => {
                let mask = self
                    .embedding_dropout
                    .forward(Tensor::<2>::ones([count, 1], like));
                vectors.clone() * mask
            }
            false => vectors.clone(),
        };
        let x = kept
            .select(0, tokens.flatten(0, 1))
            .reshape([batch, time, width]);
        let mut x = locked(&self.input_dropout, x);
        let before = match states {
            Some(states) => states.into_iter().map(Some).collect(),
            None => vec![None; self.layers.len()],
        };
        assert!(
            before.len() == self.layers.len(),
            "the states are those of {} layers, but there are {}",
            before.len(),
            self.layers.len()
        );
        let mut states = Vec::with_capacity(self.layers.len());
        let mut raw = x.clone();
        for (depth, (layer, before)) in self.layers.iter().zip(before).enumerate() {
            let (y, after) = layer.forward(x, before);
            states.push(after);
            raw = y.clone();
            x = match depth + 1 == self.layers.len() {
                true => locked(&self.output_dropout, y),
                false => locked(&self.hidden_dropout, y),
            };
        }
        let logits =
            x.clone().matmul(vectors.transpose().unsqueeze()) + self.bias.val().unsqueeze();
        Given {
            log_probs: log_softmax(logits, 2),
            outputs: [raw, x],
            states,
        }
    }
}

/// Dropout with one mask for all steps.
fn locked(dropout: &Dropout, x: Tensor<3>) -> Tensor<3> {
    if dropout.prob == 0.0 {
        return x;
    }
    let [batch, _, width] = x.dims();
    let ones = Tensor::ones([batch, 1, width], (&x.device(), x.dtype()));
    x * dropout.forward(ones)
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;

    #[test]
    fn a_locked_dropout_has_one_mask_for_all_steps_and_none_at_inference() {
        let dropout = DropoutConfig::new(0.5).init();
        let ones = |device: &Device| Tensor::<3>::ones([2, 5, 40], device);
        let numbers = |x: Tensor<3>| x.into_data().iter::<f32>().collect::<Vec<_>>();
        let dropped = numbers(locked(&dropout, ones(&Device::flex().autodiff())));
        assert!([0.0, 2.0].iter().all(|v| dropped.contains(v)));
        for row in dropped.chunks(5 * 40) {
            assert!(row.chunks(40).all(|step| step == &row[..40]));
        }
        assert_ne!(dropped[..40], dropped[5 * 40..6 * 40]);
        let device = Device::flex();
        assert_eq!(
            numbers(locked(&dropout, ones(&device))),
            numbers(ones(&device))
        );
    }
}
