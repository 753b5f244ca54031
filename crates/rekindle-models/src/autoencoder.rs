//! A sequence through a vector and back: what is badly given back is unlike what was learned.
//!
//! N. Srivastava, E. Mansimov, R. Salakhutdinov: Unsupervised learning of video representations using LSTMs, ICML 2015,
//! <https://arxiv.org/abs/1502.04681> (the unconditioned decoder); as a detector of anomalies, P. Malhotra et al. 2016,
//! <https://arxiv.org/abs/1607.00148>.
//!
//! ```text
//! x_1..x_T -> encoder -> final states s,  z = W_z s + b_z
//! z at every step -> decoder -> x̂_t = W y_t + b, from the last step to the first
//! score of a row: the mean of (x̂ - x)² over its steps and features
//! ```

use crate::steps::real;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle::{
    AnyCell, AnyCellConfig, Cell, CellConfig, EngineConfig, Invalid, LstmConfig, Recurrent,
    RecurrentConfig, Sequence, States, width,
};
use serde::{Deserialize, Serialize};

/// Configuration of [`Autoencoder`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoencoderConfig {
    /// The number of features of a step.
    pub d_input: usize,
    /// The width of the vector between.
    pub d_code: usize,
    /// The layers that read: by default one LSTM of 64 units.
    #[serde(default = "usual_layers")]
    pub encoder: RecurrentConfig,
    /// The layers that write: by default one LSTM of 64 units.
    #[serde(default = "usual_layers")]
    pub decoder: RecurrentConfig,
    /// Whether the last step is written first, which lies nearest.
    #[serde(default = "usual_reversed")]
    pub reversed: bool,
}

fn usual_layers() -> RecurrentConfig {
    RecurrentConfig::new(AnyCellConfig::Lstm(LstmConfig::new(64)))
}

fn usual_reversed() -> bool {
    true
}

impl AutoencoderConfig {
    /// LSTMs of 64 units.
    pub fn new(d_input: usize, d_code: usize) -> Self {
        AutoencoderConfig {
            d_input,
            d_code,
            encoder: usual_layers(),
            decoder: usual_layers(),
            reversed: usual_reversed(),
        }
    }

    rekindle::setters! {
        encoder: RecurrentConfig,
        decoder: RecurrentConfig,
        reversed: bool,
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        width("d_input", self.d_input)?;
        width("d_code", self.d_code)?;
        self.encoder
            .fits(self.d_input)
            .map_err(|e| e.under("encoder"))?;
        self.decoder
            .fits(self.d_code)
            .map_err(|e| e.under("decoder"))
    }

    /// A network with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](AutoencoderConfig::validate).
    pub fn init(&self, device: &Device) -> Autoencoder {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let encoder = self.encoder.init(self.d_input, device);
        Autoencoder {
            decoder: self.init_decoder(&encoder, device),
            encoder,
        }
    }

    /// What stands behind layers that read, with fresh parameters.
    pub fn init_decoder(&self, encoder: &Recurrent<AnyCell>, device: &Device) -> Decoder {
        let recurrent = self.decoder.init(self.d_code, device);
        let top = encoder.layers().last().expect("at least one layer");
        let cells = std::iter::once(&top.forward).chain(&top.reverse);
        let states = cells.flat_map(|cell| cell.states());
        let d_states = states.map(|(_, width)| width).sum();
        Decoder {
            code: LinearConfig::new(d_states, self.d_code).init(device),
            output: LinearConfig::new(recurrent.d_output(), self.d_input).init(device),
            recurrent,
            reversed: self.reversed,
        }
    }
}

/// What stands behind layers that read a row: a vector of what they end with, and layers that give the row back.
#[derive(Module, Debug)]
pub struct Decoder {
    code: Linear,
    recurrent: Recurrent<AnyCell>,
    output: Linear,
    #[module(skip)]
    reversed: bool,
}

impl Decoder {
    /// The vector of each row, `[batch, d_code]`, of the states that the layers ended with.
    pub fn code(&self, ended: States<Vec<Tensor<2>>>) -> Tensor<2> {
        let mut layers = ended.layers.into_iter();
        let top = layers.next_back().expect("at least one layer");
        let parts = top
            .forward
            .into_iter()
            .chain(top.reverse.into_iter().flatten());
        self.code.forward(Tensor::cat(parts.collect(), 1))
    }

    /// Rows given back from their vectors: of the lengths of `like`.
    ///
    /// # Panics
    ///
    /// If the batches differ.
    pub fn rows(&self, codes: Tensor<2>, like: &Sequence) -> Sequence {
        let [batch, time, _] = like.data().dims();
        let width = codes.dims()[1];
        let steps = codes.unsqueeze_dim::<3>(1).expand([batch, time, width]);
        let (y, _) = self.recurrent.forward(like.with(steps), None);
        let given = like.with(self.output.forward(y));
        match self.reversed {
            true => given.reversed(),
            false => given,
        }
    }

    /// The layers that write.
    pub fn recurrent(&self) -> &Recurrent<AnyCell> {
        &self.recurrent
    }

    /// Has their equations run in another way.
    pub fn set_engine(&mut self, engine: EngineConfig) {
        self.recurrent.set_engine(engine);
    }
}

/// Recurrent layers that put a row into a vector, and others that give it back.
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle_models::autoencoder::AutoencoderConfig;
/// let device = Device::flex();
/// let network = AutoencoderConfig::new(3, 8).init(&device);
/// let x = Tensor::random([16, 50, 3], Distribution::Default, &device); // [batch, time, features]
/// let scores = network.scores(x); // [batch]: large where a row is unlike what was learned
/// # assert_eq!(scores.dims(), [16]);
/// ```
#[derive(Module, Debug)]
pub struct Autoencoder {
    encoder: Recurrent<AnyCell>,
    decoder: Decoder,
}

impl Autoencoder {
    /// The vector of each row, `[batch, d_code]`.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn encode(&self, x: impl Into<Sequence>) -> Tensor<2> {
        self.decoder.code(self.encoder.forward(x, None).1)
    }

    /// Rows given back from their vectors: of the shape and the lengths of `like`.
    ///
    /// # Panics
    ///
    /// If the batches differ.
    pub fn decode(&self, codes: Tensor<2>, like: &Sequence) -> Sequence {
        self.decoder.rows(codes, like)
    }

    /// The mean squared error of each row that went through its vector, `[batch]`.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn scores(&self, x: impl Into<Sequence>) -> Tensor<1> {
        let x = x.into().cleared();
        let [batch, time, features] = x.data().dims();
        let given = self.decode(self.encode(x.clone()), &x).into_data();
        let full = vec![time; batch];
        let lengths = x.lengths().unwrap_or(&full);
        let device = x.data().device();
        let padding = real(lengths, time, &device).bool_not();
        let padding = padding
            .unsqueeze_dim::<3>(2)
            .expand([batch, time, features]);
        let apart = (given - x.data().clone()).square().mask_fill(padding, 0.0);
        let sums: Tensor<2> = apart.sum_dim(2).squeeze_dim(2);
        let each: Vec<f64> = lengths
            .iter()
            .map(|&n| 1.0 / (n * features) as f64)
            .collect();
        let each = Tensor::<1>::from_data(each.as_slice(), (&device, sums.dtype()));
        sums.sum_dim(1).squeeze_dim::<1>(1) * each
    }

    /// The mean of the [scores](Autoencoder::scores), a single number.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn loss(&self, x: impl Into<Sequence>) -> Tensor<1> {
        self.scores(x).mean()
    }
}
