//! Functions of numbers, exact in f64 on every backend, for cells that are written with tensors.

use burn::tensor::{DType, Tensor, activation};

/// The logistic function. Burn's own rounds to f32 on some backends, whatever the type; f64 takes
/// `(1 + tanh(x / 2)) / 2`, the same function.
pub(crate) fn sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    match x.dtype() {
        DType::F64 => x.mul_scalar(0.5).tanh().add_scalar(1.0).mul_scalar(0.5),
        _ => activation::sigmoid(x),
    }
}

/// `x σ(x)`.
pub(crate) fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.clone() * sigmoid(x)
}

/// `ln(1 + eˣ)`. Burn's own is `x` beyond 20, where f64 still tells the two apart; beyond 40 it
/// does not.
pub(crate) fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    activation::softplus_with_threshold(x, 1.0, 40.0)
}

/// `ln σ(x)`, never an overflow.
pub(crate) fn log_sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    softplus(x.neg()).neg()
}

/// `x` divided by its length along the last axis; a vector of zeros stays one.
pub(crate) fn unit<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // What the reference code of these cells adds, so that the derivative at zero is finite.
    let square = x.clone().square().sum_dim(D - 1).add_scalar(1e-6);
    x / square.sqrt()
}
