//! Real steps of padded batches.

use burn::tensor::{Bool, Device, Tensor, TensorData};

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
