//! How parameters are stored.

use burn::module::Param;
use burn::tensor::Tensor;

/// The biases of all blocks, `[blocks * units]`, from those of the blocks that have one.
pub(super) fn every_bias(stored: Tensor<1>, has: &[bool], units: usize) -> Tensor<1> {
    if !has.contains(&false) {
        return stored;
    }
    let mut at = 0;
    let blocks = has.chunk_by(PartialEq::eq).map(|run| {
        let width = run.len() * units;
        match run[0] {
            false => Tensor::zeros([width], (&stored.device(), stored.dtype())),
            true => {
                at += width;
                stored.clone().narrow(0, at - width, width)
            }
        }
    });
    Tensor::cat(blocks.collect(), 0)
}

/// A parameter that begins with a value: a fresh leaf, whatever the value was computed from.
pub(super) fn parameter<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value.detach())
}
