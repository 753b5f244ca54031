//! Strokes of a pen: a mixture of normal distributions in two dimensions, and whether the pen leaves the paper.
//!
//! A. Graves: Generating sequences with recurrent neural networks, 2013, <https://arxiv.org/abs/1308.0850>, equations 15 to 26.
//!
//! ```text
//! outputs of a step        ê, (π̂, μ̂_1, μ̂_2, σ̂_1, σ̂_2, ρ̂) of each of M components
//! e = 1 / (1 + exp ê),     π = softmax(π̂),    μ = μ̂,    σ = exp σ̂,    ρ = tanh ρ̂
//! loss of a step           -log Σ_j π_j N(x | μ_j, σ_j, ρ_j)  -  log e where the pen leaves the paper, log(1 - e) where it does not
//! ```

use crate::steps::log_sum_exp;
use burn::tensor::Tensor;
use burn::tensor::activation::{log_sigmoid, log_softmax};

/// How many outputs a step takes for so many components.
pub const fn outputs(components: usize) -> usize {
    1 + 6 * components
}

/// The loss of each step: `outputs` is `[steps, 1 + 6 components]`, its columns as above, each of the six for all components side by
/// side; `strokes` is `[steps, 3]`, how far the pen moves in two directions, and 1 where it leaves the paper afterwards, else 0.
///
/// # Panics
///
/// If a shape does not fit.
pub fn losses(outputs: Tensor<2>, strokes: Tensor<2>) -> Tensor<1> {
    let ([steps, width], [rows, three]) = (outputs.dims(), strokes.dims());
    assert!(
        width % 6 == 1 && width > 1 && rows == steps && three == 3,
        "outputs are [steps, 1 + 6 components] and strokes [steps, 3], but these are {:?} and {:?}",
        [steps, width],
        [rows, three]
    );
    let components = width / 6;
    let part = |k: usize| outputs.clone().narrow(1, 1 + k * components, components);
    let stroke = |k: usize| strokes.clone().narrow(1, k, 1);
    let apart = |k: usize| (stroke(k) - part(1 + k)) / part(3 + k).exp();
    let (first, second) = (apart(0), apart(1));
    let rho = part(5).tanh();
    let rest = rho.clone().powi_scalar(2).neg() + 1.0;
    let both = first.clone() * second.clone() * rho.mul_scalar(2.0);
    let distance = first.powi_scalar(2) + second.powi_scalar(2) - both;
    let density = (distance / rest.clone() + rest.log()).mul_scalar(-0.5) - part(3) - part(4);
    let density = density - std::f64::consts::TAU.ln() + log_softmax(part(0), 1);
    // log e = log sigmoid(-ê), log(1 - e) = log sigmoid(ê).
    let end = outputs.clone().narrow(1, 0, 1);
    let (leaves, stays) = (log_sigmoid(end.clone().neg()), log_sigmoid(end));
    let pen = stroke(2) * (leaves - stays.clone()) + stays;
    (log_sum_exp(density, 1) + pen).squeeze_dim::<1>(1).neg()
}
