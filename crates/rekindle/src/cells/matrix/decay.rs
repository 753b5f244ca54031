//! How decays by a step in time begin, as those of Mamba-2 do.

use super::config::Maker;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Distribution, Tensor};

/// `A_log` as Mamba-2 begins it: `ln a`, `a` uniform in [1, 16].
pub(super) fn a_log(m: &Maker<'_>) -> Param<Tensor<1>> {
    let a = Distribution::Uniform(1.0, 16.0);
    m.begun(Tensor::<1>::random([m.heads.count], a, m.device).log())
}

/// A map whose softplus begins between 0.001 and 0.1, spread over the logarithms, as Mamba's steps do.
pub(super) fn time_step(mut map: Linear, m: &Maker<'_>) -> Linear {
    let width = map.weight.dims()[1];
    let logarithms = Distribution::Uniform(0.001f64.ln(), 0.1f64.ln());
    let steps = Tensor::<1>::random([width], logarithms, m.device).exp();
    map.bias = Some(m.begun(steps.exp().sub_scalar(1.0).log()));
    map
}
