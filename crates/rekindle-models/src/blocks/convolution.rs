//! A short causal convolution: every feature by itself, over the last few steps.

use super::past::{begun, ended, joined};
use burn::module::{Initializer, Module, Param};
use burn::tensor::{Device, Tensor};
use rekindle::Sequence;

/// A causal depthwise convolution: `y_t = b + Σ_j w_j * x_{t - kernel + 1 + j}`, with zeros before the first step.
#[derive(Module, Debug)]
pub(super) struct Convolution {
    /// `[kernel, features]`: the last row is that of the present step.
    weight: Param<Tensor<2>>,
    /// `[features]`
    bias: Option<Param<Tensor<1>>>,
}

impl Convolution {
    pub(super) fn new(kernel: usize, features: usize, bias: bool, device: &Device) -> Self {
        let bound = (kernel as f64).powf(-0.5);
        let init = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        Convolution {
            weight: init.init([kernel, features], device),
            bias: bias.then(|| Initializer::Zeros.init([features], device)),
        }
    }

    /// The last `kernel - 1` steps before those of a batch that begins: `[batch, kernel - 1, features]`.
    pub(super) fn initial(&self, x: &Tensor<3>) -> Tensor<3> {
        let [kernel, features] = self.weight.dims();
        begun(x, kernel - 1, features)
    }

    /// `[batch, time, features]` behind the last `kernel - 1` steps before it; and those steps before what follows.
    pub(super) fn forward(&self, x: &Sequence, before: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let time = x.data().dims()[1];
        let kernel = self.weight.dims()[0];
        let all = joined(before, x);
        let taps = (0..kernel).map(|j| {
            let weight = self.weight.val().narrow(0, j, 1).unsqueeze_dim::<3>(0);
            all.clone().narrow(1, j, time) * weight
        });
        let sum = taps
            .reduce(|sum, tap| sum + tap)
            .expect("a kernel of one step at least");
        let y = match &self.bias {
            Some(bias) => sum + bias.val().unsqueeze(),
            None => sum,
        };
        (y, ended(all, x, kernel - 1))
    }
}
