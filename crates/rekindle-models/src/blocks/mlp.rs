//! The part of a block that knows no time, or the step before at most.

use super::function::Function;
use super::past::begun;
use super::shift::{Shifted, shares};
use burn::module::{Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle::{Invalid, Sequence, width};
use serde::{Deserialize, Serialize};

/// Configuration of a block's multilayer perceptron.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpConfig {
    /// The number of hidden units.
    pub d_hidden: usize,
    /// The function between the maps, or of the gate.
    #[serde(default)]
    pub function: Function,
    /// Whether half of what goes up is a gate of the other half, a GLU (Shazeer 2020, <https://arxiv.org/abs/2002.05202>).
    #[serde(default = "usual_gated")]
    pub gated: bool,
    /// Whether the maps carry biases.
    #[serde(default)]
    pub bias: bool,
    /// Whether what is read is mixed with the step before it, feature by feature: RWKV's channel mixing.
    #[serde(default)]
    pub token_shift: bool,
}

fn usual_gated() -> bool {
    true
}

impl MlpConfig {
    /// A SwiGLU without biases.
    pub fn new(d_hidden: usize) -> Self {
        MlpConfig {
            d_hidden,
            function: Function::default(),
            gated: usual_gated(),
            bias: false,
            token_shift: false,
        }
    }

    rekindle::setters! {
        function: Function,
        gated: bool,
        bias: bool,
        token_shift: bool,
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        width("d_hidden", self.d_hidden)
    }

    /// `depth` is the block's place among all, from 0 to nearly 1.
    pub(super) fn init(&self, d_model: usize, depth: f64, device: &Device) -> Mlp {
        let linear = |from, to| {
            LinearConfig::new(from, to)
                .with_bias(self.bias)
                .init(device)
        };
        Mlp {
            gate: self.gated.then(|| linear(d_model, self.d_hidden)),
            up: linear(d_model, self.d_hidden),
            down: linear(self.d_hidden, d_model),
            mu: self
                .token_shift
                .then(|| shares(d_model, (1.0 - depth).powi(4), device)),
            function: self.function,
        }
    }
}

/// `down(f(gate x) * up x)`, or `down(f(up x))`.
#[derive(Module, Debug)]
pub(super) struct Mlp {
    gate: Option<Linear>,
    up: Linear,
    down: Linear,
    /// How much of the step before is read.
    mu: Option<Param<Tensor<1>>>,
    #[module(skip)]
    function: Function,
}

impl Mlp {
    /// The step before those of a batch that begins, where it is read: `[batch, 1, d_model]`.
    pub(super) fn initial(&self, x: &Tensor<3>) -> Option<Tensor<3>> {
        let [d_model] = self.mu.as_ref()?.dims();
        Some(begun(x, 1, d_model))
    }

    /// `[batch, time, d_model]` to the same shape, behind the step before it; and the step before what follows.
    pub(super) fn forward(
        &self,
        x: &Sequence,
        before: Option<Tensor<3>>,
    ) -> (Tensor<3>, Option<Tensor<3>>) {
        let (x, after) = match (&self.mu, before) {
            (Some(mu), Some(before)) => {
                let (shifted, after) = Shifted::new(x, before);
                (shifted.mixed(mu), Some(after))
            }
            _ => (x.data().clone(), None),
        };
        let hidden = match &self.gate {
            Some(gate) => self.function.of(gate.forward(x.clone())) * self.up.forward(x),
            None => self.function.of(self.up.forward(x)),
        };
        (self.down.forward(hidden), after)
    }
}
