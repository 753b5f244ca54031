//! What mixes the steps of a block: a cell of the list, or a published layer that is built about its own.

use super::mixer::{Mixer, MixerConfig};
use super::rwkv7::{TimeMix, TimeMixConfig};
use super::state::MixerState;
use super::xlstm::{MLstmMixer, MLstmMixerConfig, SLstmMixer, SLstmMixerConfig};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rekindle::{Invalid, Sequence};
use serde::{Deserialize, Serialize};

/// Configuration of what mixes the steps of a block, by its key `kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum MixingConfig {
    /// Any cell of the list, and what stands about it.
    Cell(MixerConfig),
    /// RWKV-7's time mixing.
    Rwkv7(TimeMixConfig),
    /// That of xLSTM's blocks with a matrix memory.
    MLstm(MLstmMixerConfig),
    /// That of xLSTM's blocks with a memory a unit.
    SLstm(SLstmMixerConfig),
}

impl From<MixerConfig> for MixingConfig {
    fn from(config: MixerConfig) -> Self {
        MixingConfig::Cell(config)
    }
}

impl From<TimeMixConfig> for MixingConfig {
    fn from(config: TimeMixConfig) -> Self {
        MixingConfig::Rwkv7(config)
    }
}

impl From<MLstmMixerConfig> for MixingConfig {
    fn from(config: MLstmMixerConfig) -> Self {
        MixingConfig::MLstm(config)
    }
}

impl From<SLstmMixerConfig> for MixingConfig {
    fn from(config: SLstmMixerConfig) -> Self {
        MixingConfig::SLstm(config)
    }
}

impl MixingConfig {
    pub(super) fn validate(&self, d_model: usize) -> Result<(), Invalid> {
        match self {
            MixingConfig::Cell(config) => config.validate(d_model),
            MixingConfig::Rwkv7(config) => config.validate(),
            MixingConfig::MLstm(config) => config.validate(),
            MixingConfig::SLstm(config) => config.validate(d_model),
        }
    }

    /// The part of a block that mixes steps by itself, with fresh parameters: a published layer. `epsilon` is added to squares before roots.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn layer(&self, d_model: usize, epsilon: f64, device: &Device) -> Result<Mixing, Invalid> {
        self.validate(d_model)?;
        Ok(self.init(d_model, epsilon, 0.0, device))
    }

    /// `depth` is the block's place among all, from 0 to nearly 1.
    pub(super) fn init(&self, d_model: usize, epsilon: f64, depth: f64, device: &Device) -> Mixing {
        match self {
            MixingConfig::Cell(config) => Mixing::Cell(config.init(d_model, epsilon, device)),
            MixingConfig::Rwkv7(config) => {
                Mixing::Rwkv7(config.init(d_model, epsilon, depth, device))
            }
            MixingConfig::MLstm(config) => Mixing::MLstm(config.init(d_model, epsilon, device)),
            MixingConfig::SLstm(config) => Mixing::SLstm(config.init(d_model, epsilon, device)),
        }
    }
}

/// What a block has of those below it.
#[derive(Default)]
pub(super) struct Depth {
    /// The values of the first block, which some read above it.
    pub(super) first: Option<Tensor<3>>,
    /// The least shares of its memory that stay, in this block.
    pub(super) bound: Option<Tensor<1>>,
}

/// What mixes the steps of a block, by itself.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "modules are cloned by handle")]
#[non_exhaustive]
pub enum Mixing {
    /// A cell of the list, and what stands about it.
    Cell(Mixer),
    /// RWKV-7's time mixing.
    Rwkv7(TimeMix),
    /// That of an mLSTM block.
    MLstm(MLstmMixer),
    /// That of an sLSTM block.
    SLstm(SLstmMixer),
}

impl Mixing {
    /// What is remembered before the first step of a batch.
    pub(super) fn initial(&self, x: &Tensor<3>) -> MixerState {
        match self {
            Mixing::Cell(mixer) => mixer.initial(x),
            Mixing::Rwkv7(mixer) => mixer.initial(x),
            Mixing::MLstm(mixer) => mixer.initial(x),
            Mixing::SLstm(mixer) => mixer.initial(x),
        }
    }

    /// Whole sequences from their first steps on, `[batch, time, d_model]` to the same shape, zero beyond a row's length. RWKV-7's values
    /// are those of a first block.
    pub fn apply(&self, x: impl Into<Sequence>) -> Tensor<3> {
        let x = x.into().cleared();
        let (y, _) = self.forward(&x, self.initial(x.data()), &mut Depth::default());
        x.with(y).cleared().into_data()
    }

    /// `[batch, time, d_model]` to the same shape, and what is remembered then.
    pub(super) fn forward(
        &self,
        x: &Sequence,
        state: MixerState,
        depth: &mut Depth,
    ) -> (Tensor<3>, MixerState) {
        match self {
            Mixing::Cell(mixer) => mixer.forward(x, state, depth.bound.as_ref()),
            Mixing::Rwkv7(mixer) => mixer.forward(x, state, &mut depth.first),
            Mixing::MLstm(mixer) => mixer.forward(x, state),
            Mixing::SLstm(mixer) => mixer.forward(x, state),
        }
    }
}
