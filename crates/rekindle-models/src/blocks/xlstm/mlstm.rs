//! The sequence mixing of an mLSTM block.

use super::{parted, usual_convolution, usual_heads};
use crate::blocks::convolution::Convolution;
use crate::blocks::headwise::Headwise;
use crate::blocks::norm::HeadNorm;
use crate::blocks::state::MixerState;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor, TensorData};
use rekindle::cells::MLstmMemory;
use rekindle::{Invalid, Sequence, positive, width};
use serde::{Deserialize, Serialize};

/// Configuration of the sequence mixing of an mLSTM block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MLstmMixerConfig {
    /// The width of the memory's input and output.
    pub d_inner: usize,
    /// The number of heads.
    pub heads: usize,
    /// How many features of queries, keys and values are mapped with one another: 4 by default, `d_inner` for all.
    #[serde(default = "usual_block")]
    pub block: usize,
    /// The steps of the convolution: 4 by default.
    #[serde(default = "usual_convolution")]
    pub convolution: usize,
}

fn usual_block() -> usize {
    4
}

impl MLstmMixerConfig {
    /// Twice as wide as the block, of four heads and maps of four features, where the width can be parted so.
    pub fn new(d_model: usize) -> Self {
        let d_inner = 2 * d_model;
        MLstmMixerConfig {
            d_inner,
            heads: usual_heads(d_inner),
            block: match d_inner.is_multiple_of(usual_block()) {
                true => usual_block(),
                false => d_inner,
            },
            convolution: usual_convolution(),
        }
    }

    rekindle::setters! {
        d_inner: usize,
        heads: usize,
        block: usize,
        convolution: usize,
    }

    pub(in crate::blocks) fn validate(&self) -> Result<(), Invalid> {
        width("d_inner", self.d_inner)?;
        positive("convolution", self.convolution)?;
        parted("block", self.block, self.d_inner)?;
        parted("heads", self.heads, self.d_inner)
    }

    pub(in crate::blocks) fn init(
        &self,
        d_model: usize,
        epsilon: f64,
        device: &Device,
    ) -> MLstmMixer {
        let (inner, heads) = (self.d_inner, self.heads);
        let linear = |from, to| LinearConfig::new(from, to).with_bias(false).init(device);
        let each = inner / heads;
        let headwise = || Headwise::new(inner / self.block, inner, device);
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
            q: headwise(),
            k: headwise(),
            v: headwise(),
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

/// The sequence mixing of an mLSTM block.
#[derive(Module, Debug)]
pub struct MLstmMixer {
    up: Linear,
    gate: Linear,
    convolution: Convolution,
    q: Headwise,
    k: Headwise,
    v: Headwise,
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
    /// What is remembered before the first step of a batch.
    pub(in crate::blocks) fn initial(&self, x: &Tensor<3>) -> MixerState {
        MixerState {
            tails: vec![self.convolution.initial(x)],
            states: self.memory.initial(x),
        }
    }

    /// `[batch, time, d_model]` to the same shape, and what is remembered then.
    pub(in crate::blocks) fn forward(
        &self,
        x: &Sequence,
        state: MixerState,
    ) -> (Tensor<3>, MixerState) {
        let u = x.with(self.up.forward(x.data().clone()));
        let (before, states) = state.behind_one();
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
