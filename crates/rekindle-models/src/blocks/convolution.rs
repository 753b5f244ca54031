//! A short causal convolution: every feature by itself, over the last few steps.

use burn::module::{Initializer, Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::Sequence;

/// A causal depthwise convolution: `y_t = b + Σ_j w_j * x_{t - kernel + 1 + j}`, with zeros before the first step.
#[derive(Module, Debug)]
pub(super) struct Convolution {
    /// `[kernel, features]`: the last row is that of the present step.
    weight: Param<Tensor<2>>,
    /// `[features]`
    bias: Param<Tensor<1>>,
}

impl Convolution {
    pub(super) fn new(kernel: usize, features: usize, device: &Device) -> Self {
        let bound = (kernel as f64).powf(-0.5);
        let init = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        Convolution {
            weight: init.init([kernel, features], device),
            bias: Initializer::Zeros.init([features], device),
        }
    }

    /// The steps before the first of a batch: zeros, `[batch, kernel - 1, features]`.
    pub(super) fn initial(&self, x: &Tensor<3>) -> Tensor<3> {
        let [batch, _, features] = x.dims();
        let kernel = self.weight.dims()[0];
        Tensor::zeros([batch, kernel - 1, features], (&x.device(), x.dtype()))
    }

    /// `[batch, time, features]` behind the last `kernel - 1` steps before it; and those steps before what follows.
    pub(super) fn forward(&self, x: &Sequence, before: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let [batch, time, features] = x.data().dims();
        let kernel = self.weight.dims()[0];
        let all = match kernel {
            1 => x.data().clone(),
            _ => Tensor::cat(vec![before, x.data().clone()], 1),
        };
        let taps = (0..kernel).map(|j| {
            let weight = self.weight.val().narrow(0, j, 1).unsqueeze_dim::<3>(0);
            all.clone().narrow(1, j, time) * weight
        });
        let sum = taps
            .reduce(|sum, tap| sum + tap)
            .expect("a kernel of one step at least");
        let y = sum + self.bias.val().unsqueeze();
        let after = match x.lengths() {
            None => all.narrow(1, time, kernel - 1),
            Some(lengths) => {
                let last = lengths
                    .iter()
                    .flat_map(|&length| length..length + kernel - 1);
                let last: Vec<i32> = last.map(|step| step as i32).collect();
                let last = TensorData::new(last, [batch, kernel - 1, 1]);
                let last: Tensor<3, Int> = Tensor::from_data(last, &all.device());
                all.gather(1, last.expand([batch, kernel - 1, features]))
            }
        };
        (y, after)
    }
}
