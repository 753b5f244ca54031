//! Residual blocks, as modern language models stack them, about any cell.
//!
//! ```text
//! x ← x + mixer(norm(x))          mixer: W_out( norm(cell(f(convolution(W_in u)))) * g(W_g u) ), most of it left out by default
//! x ← x + mlp(norm(x))            mlp:   W_down( f(W_gate u) * W_up u )
//! y = norm(x)                     behind the last block
//! ```
//!
//! [`BlocksConfig::preset`] has published ones by name.

mod convolution;
mod function;
mod mixer;
mod mlp;
mod norm;
mod presets;

pub use function::Function;
pub use mixer::MixerConfig;
pub use mlp::MlpConfig;
pub use norm::NormKind;
pub use presets::PRESETS;

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Device, Int, Tensor};
use mixer::{Mixer, MixerState};
use mlp::Mlp;
use norm::Norm;
use rekindle::{AnyCellConfig, Invalid, Sequence, positive, rate, width};
use serde::{Deserialize, Serialize};

/// Configuration of [`Blocks`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlocksConfig {
    /// The width of what goes from block to block.
    pub d_model: usize,
    /// The number of blocks.
    pub blocks: usize,
    /// How features are normalised before each part of a block, and behind the last.
    #[serde(default)]
    pub norm: NormKind,
    /// What is added to squares before roots: 1e-6 by default.
    #[serde(default = "usual_epsilon")]
    pub epsilon: f64,
    /// Dropout of what each part of a block adds, in [0, 1).
    #[serde(default)]
    pub dropout: f64,
    /// The part that mixes steps.
    pub mixer: MixerConfig,
    /// The part that knows no time; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mlp: Option<MlpConfig>,
}

fn usual_epsilon() -> f64 {
    1e-6
}

impl BlocksConfig {
    /// Blocks of a cell and a SwiGLU of four times the width.
    pub fn new(d_model: usize, blocks: usize, cell: AnyCellConfig) -> Self {
        BlocksConfig {
            d_model,
            blocks,
            norm: NormKind::default(),
            epsilon: usual_epsilon(),
            dropout: 0.0,
            mixer: MixerConfig::new(cell),
            mlp: Some(MlpConfig::new(4 * d_model)),
        }
    }

    rekindle::setters! {
        norm: NormKind,
        epsilon: f64,
        dropout: f64,
        mixer: MixerConfig,
        mlp: Option<MlpConfig>,
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        width("d_model", self.d_model)?;
        positive("blocks", self.blocks)?;
        if self.blocks > 1024 {
            return Err(Invalid::new("blocks", self.blocks, "at most 1024"));
        }
        rate("dropout", self.dropout)?;
        if !(self.epsilon > 0.0 && self.epsilon < 1.0) {
            return Err(Invalid::new(
                "epsilon",
                self.epsilon,
                "greater than 0 and less than 1",
            ));
        }
        self.mixer
            .validate(self.d_model)
            .map_err(|e| e.under("mixer"))?;
        match &self.mlp {
            Some(mlp) => mlp.validate().map_err(|e| e.under("mlp")),
            None => Ok(()),
        }
    }

    /// Blocks with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](BlocksConfig::validate).
    pub fn init(&self, device: &Device) -> Blocks {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let norm = || Norm::new(self.norm, self.d_model, self.epsilon, device);
        let block = |_| Block {
            mixer_norm: norm(),
            mixer: self.mixer.init(self.d_model, self.epsilon, device),
            mlp_norm: self.mlp.as_ref().map(|_| norm()),
            mlp: self.mlp.as_ref().map(|mlp| mlp.init(self.d_model, device)),
        };
        Blocks {
            blocks: (0..self.blocks).map(block).collect(),
            norm: norm(),
            dropout: DropoutConfig::new(self.dropout).init(),
        }
    }
}

/// One block.
#[derive(Module, Debug)]
struct Block {
    mixer_norm: Norm,
    mixer: Mixer,
    mlp_norm: Option<Norm>,
    mlp: Option<Mlp>,
}

/// A stack of residual blocks.
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle_models::blocks::BlocksConfig;
/// let device = Device::flex();
/// let hawk = BlocksConfig::preset("hawk", 64, 2).expect("a preset").init(&device);
/// let x = Tensor::random([8, 50, 64], Distribution::Default, &device); // [batch, time, d_model]
/// let (y, state) = hawk.forward(x, None);
/// let next = Tensor::random([8, 1, 64], Distribution::Default, &device);
/// let (z, _) = hawk.forward(next, Some(state)); // goes on where the batch ended
/// # assert_eq!((y.dims(), z.dims()), ([8, 50, 64], [8, 1, 64]));
/// ```
#[derive(Module, Debug)]
pub struct Blocks {
    blocks: Vec<Block>,
    norm: Norm,
    dropout: Dropout,
}

/// What blocks remember of the steps so far: of one size, however many these are.
#[derive(Clone, Debug)]
pub struct BlocksState {
    blocks: Vec<MixerState>,
}

impl Blocks {
    /// The output at every step, `[batch, time, d_model]`, zero beyond a row's length, and what the blocks remember then. `x` is a
    /// tensor `[batch, time, d_model]`, or a [`Sequence`] with lengths. Without a `state` they begin.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn forward(
        &self,
        x: impl Into<Sequence>,
        state: Option<BlocksState>,
    ) -> (Tensor<3>, BlocksState) {
        let mut x = x.into().cleared();
        let before = match state {
            Some(state) => state.blocks.into_iter().map(Some).collect(),
            None => vec![None; self.blocks.len()],
        };
        assert!(
            before.len() == self.blocks.len(),
            "the state is that of {} blocks, but there are {}",
            before.len(),
            self.blocks.len()
        );
        let mut after = Vec::with_capacity(self.blocks.len());
        for (block, state) in self.blocks.iter().zip(before) {
            let normed = x.with(block.mixer_norm.forward(x.data().clone()));
            let (mixed, state) = block.mixer.forward(&normed, state);
            let mut data = x.data().clone() + self.dropout.forward(mixed);
            if let (Some(norm), Some(mlp)) = (&block.mlp_norm, &block.mlp) {
                let added = mlp.forward(norm.forward(data.clone()));
                data = data + self.dropout.forward(added);
            }
            x = x.with(data);
            after.push(state);
        }
        let y = self.norm.forward(x.data().clone());
        (
            x.with(y).cleared().into_data(),
            BlocksState { blocks: after },
        )
    }
}

impl BlocksState {
    /// The rows of the batch at these places, in their order.
    pub fn rows(self, rows: Tensor<1, Int>) -> Self {
        let blocks = self.blocks.into_iter();
        BlocksState {
            blocks: blocks.map(|state| state.rows(rows.clone())).collect(),
        }
    }

    /// The same numbers, cut off from the gradient: truncated back-propagation through time.
    pub fn detach(self) -> Self {
        BlocksState {
            blocks: self.blocks.into_iter().map(MixerState::detach).collect(),
        }
    }
}
