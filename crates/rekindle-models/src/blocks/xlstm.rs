//! The sequence mixing of xLSTM's blocks.
//!
//! M. Beck et al.: xLSTM: Extended Long Short-Term Memory, 2024, <https://arxiv.org/abs/2405.04517>, figures 9 and 10.
//!
//! ```text
//! mLSTM:  u = W_up x,  c = silu(convolution(u)),  q = W_q c,  k = W_k c,  v = W_v u,  i, f = W [q; k; v] + b
//!         memory of q, k / √d_key, v, exp(i), σ(f)
//!         W_down ((norm_heads(memory) + s * c) * silu(W_z x))
//! sLSTM:  norm_heads(cell([silu(convolution(x)); x]))
//! ```
//!
//! Maps are full here; the authors' code has those of queries, keys, values and of the sLSTM's gates block diagonal, and lets input and
//! forget gate of the sLSTM read the convolution alone, candidate and output gate the step alone.

use super::convolution::Convolution;
use super::norm::HeadNorm;
use super::state::MixerState;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor, TensorData};
use rekindle::cells::{MLstmConfig, MLstmMemory, SlstmConfig};
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, Invalid, Recurrent, RecurrentConfig, Sequence, positive,
    width,
};
use serde::{Deserialize, Serialize};

/// Configuration of the sequence mixing of an mLSTM block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MLstmMixerConfig {
    /// The width of the memory's input and output.
    pub d_inner: usize,
    /// The number of heads.
    pub heads: usize,
    /// The steps of the convolution: 4 by default.
    #[serde(default = "usual_convolution")]
    pub convolution: usize,
}

/// Configuration of the sequence mixing of an sLSTM block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SLstmMixerConfig {
    /// The number of heads.
    pub heads: usize,
    /// The steps of the convolution: 4 by default.
    #[serde(default = "usual_convolution")]
    pub convolution: usize,
}

fn usual_convolution() -> usize {
    4
}

/// Four heads, where a width can be parted so.
fn usual_heads(width: usize) -> usize {
    MLstmConfig::new(width).heads
}

/// Checks that heads part a width.
fn parted(heads: usize, width: usize) -> Result<(), Invalid> {
    match heads > 0 && width.is_multiple_of(heads) {
        true => Ok(()),
        false => Err(Invalid::new(
            "heads",
            heads,
            &format!("a divisor of the width, {width}"),
        )),
    }
}

impl MLstmMixerConfig {
    /// Twice as wide as the block, of four heads.
    pub fn new(d_model: usize) -> Self {
        MLstmMixerConfig {
            d_inner: 2 * d_model,
            heads: usual_heads(2 * d_model),
            convolution: usual_convolution(),
        }
    }

    rekindle::setters! {
        d_inner: usize,
        heads: usize,
        convolution: usize,
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        width("d_inner", self.d_inner)?;
        positive("convolution", self.convolution)?;
        parted(self.heads, self.d_inner)
    }

    pub(super) fn init(&self, d_model: usize, epsilon: f64, device: &Device) -> MLstmMixer {
        let (inner, heads) = (self.d_inner, self.heads);
        let linear = |from, to| LinearConfig::new(from, to).with_bias(false).init(device);
        let each = inner / heads;
        // As the authors': gates begin as their biases, forget gates from 3 to 6, head by head.
        let gate = |bias: Vec<f64>| Linear {
            weight: Initializer::Zeros.init([3 * inner, heads], device),
            bias: Some(Param::from_tensor(Tensor::from_data(
                TensorData::new(bias, [heads]),
                device,
            ))),
        };
        let spread = |head: usize| 3.0 + 3.0 * head as f64 / (heads - 1).max(1) as f64;
        MLstmMixer {
            up: linear(d_model, inner),
            gate: linear(d_model, inner),
            convolution: Convolution::new(self.convolution, inner, true, device),
            q: linear(inner, inner),
            k: linear(inner, inner),
            v: linear(inner, inner),
            i: gate(vec![0.0; heads]),
            f: gate((0..heads).map(spread).collect()),
            norm: HeadNorm::new(heads, inner, false, epsilon, device),
            skip: Initializer::Ones.init([inner], device),
            down: linear(inner, d_model),
            memory: MLstmMemory::new(heads, each, each),
            d_key: each,
        }
    }
}

impl SLstmMixerConfig {
    /// Of four heads.
    pub fn new(d_model: usize) -> Self {
        SLstmMixerConfig {
            heads: usual_heads(d_model),
            convolution: usual_convolution(),
        }
    }

    rekindle::setters! {
        heads: usize,
        convolution: usize,
    }

    pub(super) fn validate(&self, d_model: usize) -> Result<(), Invalid> {
        positive("convolution", self.convolution)?;
        parted(self.heads, d_model)
    }

    pub(super) fn init(&self, d_model: usize, epsilon: f64, device: &Device) -> SLstmMixer {
        let cell = AnyCellConfig::Slstm(SlstmConfig::new(d_model).with_heads(self.heads));
        SLstmMixer {
            convolution: Convolution::new(self.convolution, d_model, true, device),
            recurrent: RecurrentConfig::new(cell).init(2 * d_model, device),
            norm: HeadNorm::new(self.heads, d_model, false, epsilon, device),
        }
    }
}

/// The sequence mixing of an mLSTM block.
#[derive(Module, Debug)]
pub(super) struct MLstmMixer {
    up: Linear,
    gate: Linear,
    convolution: Convolution,
    q: Linear,
    k: Linear,
    v: Linear,
    i: Linear,
    f: Linear,
    norm: HeadNorm,
    /// How much of the convolution passes the memory by.
    skip: Param<Tensor<1>>,
    down: Linear,
    #[module(skip)]
    memory: MLstmMemory,
    #[module(skip)]
    d_key: usize,
}

impl MLstmMixer {
    /// `[batch, time, d_model]` to the same shape, and what is remembered then.
    pub(super) fn forward(
        &self,
        x: &Sequence,
        state: Option<MixerState>,
    ) -> (Tensor<3>, MixerState) {
        let u = x.with(self.up.forward(x.data().clone()));
        let (before, states) = match state {
            Some(mut state) => (state.tails.pop(), state.states),
            None => (None, self.memory.initial(u.data())),
        };
        let (c, after) = self.convolution.forward(&u, before);
        let c = silu(c);
        let (q, k) = (self.q.forward(c.clone()), self.k.forward(c.clone()));
        let v = self.v.forward(u.data().clone());
        let all = Tensor::cat(vec![q.clone(), k.clone(), v.clone()], 2);
        let k = k.mul_scalar((self.d_key as f64).powf(-0.5));
        let (i, f) = (self.i.forward(all.clone()), self.f.forward(all));
        let (h, states) = self.memory.sequence([q, k, v, i, f], &u, states);
        let h = self.norm.forward(h) + c * self.skip.val().unsqueeze();
        let y = self
            .down
            .forward(h * silu(self.gate.forward(x.data().clone())));
        let tails = vec![after];
        (y, MixerState { tails, states })
    }
}

/// The sequence mixing of an sLSTM block.
#[derive(Module, Debug)]
pub(super) struct SLstmMixer {
    convolution: Convolution,
    recurrent: Recurrent<AnyCell>,
    norm: HeadNorm,
}

impl SLstmMixer {
    /// `[batch, time, d_model]` to the same shape, and what is remembered then.
    pub(super) fn forward(
        &self,
        x: &Sequence,
        state: Option<MixerState>,
    ) -> (Tensor<3>, MixerState) {
        let (before, states) = match state {
            Some(mut state) => (state.tails.pop(), Some(state.states)),
            None => (None, None),
        };
        let (c, after) = self.convolution.forward(x, before);
        let both = x.with(Tensor::cat(vec![silu(c), x.data().clone()], 2));
        let begun = self.recurrent.initial(both.data());
        let begun = match states {
            Some(states) => begun.with_parts(states),
            None => begun,
        };
        let (y, states) = self.recurrent.forward(both, Some(begun));
        let state = MixerState {
            tails: vec![after],
            states: states.into_parts(),
        };
        (self.norm.forward(y), state)
    }
}
