//! Token shift: what reads a step reads some of the step before it, too.
//!
//! B. Peng et al.: RWKV: Reinventing RNNs for the Transformer Era, 2023, <https://arxiv.org/abs/2305.13048>.

use super::past::{ended, joined};
use burn::module::Param;
use burn::tensor::Tensor;
use rekindle::Sequence;

/// Steps and the steps before them.
pub(super) struct Shifted {
    x: Tensor<3>,
    /// `x_{t-1} - x_t`
    back: Tensor<3>,
}

impl Shifted {
    /// Of a batch, `[batch, time, features]`, behind the step before it, `[batch, 1, features]`; and the step before what follows.
    pub(super) fn new(x: &Sequence, before: Tensor<3>) -> (Self, Tensor<3>) {
        let all = joined(before, x);
        let time = x.data().dims()[1];
        let back = all.clone().narrow(1, 0, time) - x.data().clone();
        let shifted = Shifted {
            x: x.data().clone(),
            back,
        };
        (shifted, ended(all, x, 1))
    }

    /// `x_t + μ * (x_{t-1} - x_t)`, `μ` a share a feature.
    pub(super) fn mixed(&self, mu: &Param<Tensor<1>>) -> Tensor<3> {
        self.x.clone() + self.back.clone() * mu.val().unsqueeze()
    }
}

/// Shares that fall from one feature to the next, the more slowly the larger `power` is: `1 - (k / features)^power`.
pub(super) fn shares(
    features: usize,
    power: f64,
    device: &burn::tensor::Device,
) -> Param<Tensor<1>> {
    let share = |feature: usize| 1.0 - (feature as f64 / features as f64).powf(power);
    let shares: Vec<f64> = (0..features).map(share).collect();
    Param::from_tensor(Tensor::from_data(shares.as_slice(), device))
}
