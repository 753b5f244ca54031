//! Real steps of padded batches.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

/// `[batch, time]`, true at the real steps of rows of these lengths.
pub(crate) fn real(lengths: &[usize], time: usize, device: &Device) -> Tensor<2, Bool> {
    let steps = |&length: &usize| (0..time).map(move |t| t < length);
    let real: Vec<bool> = lengths.iter().flat_map(steps).collect();
    Tensor::from_data(TensorData::new(real, [lengths.len(), time]), device)
}

/// The logarithm of the sum of exponentials along a dimension, which is left with a size of one.
pub(crate) fn log_sum_exp<const D: usize>(x: Tensor<D>, dim: usize) -> Tensor<D> {
    // A constant for the gradient: it cancels.
    let largest = x.clone().detach().max_dim(dim);
    (x - largest.clone()).exp().sum_dim(dim).log() + largest
}

/// The mean over the real steps of rows of these lengths of `-log p` of what was wanted there: `log_probs` is `[batch, time, classes]`,
/// `wanted` is `[batch, time]`.
pub(crate) fn mean_loss(
    log_probs: Tensor<3>,
    wanted: Tensor<2, Int>,
    lengths: &[usize],
) -> Tensor<1> {
    let time = wanted.dims()[1];
    let padding = real(lengths, time, &log_probs.device()).bool_not();
    let own: Tensor<2> = log_probs.gather(2, wanted.unsqueeze_dim(2)).squeeze_dim(2);
    let sum = own.mask_fill(padding, 0.0).sum();
    // Burn divides a gradient by a scalar in f32, whatever the type; it multiplies in full.
    sum.mul_scalar(-1.0 / lengths.iter().sum::<usize>() as f64)
}
