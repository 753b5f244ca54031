//! What a network's output is taken from.

use super::net::Net;
use burn::tensor::Tensor;
use rekindle::{Cell, Merge};

/// The outputs of two directions that stand side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides {
    /// The width of what reads forward, which stands first.
    pub(crate) forward: usize,
}

impl Sides {
    /// What each direction gave in the step that it read last, of outputs `[batch, d_output]` at the last step and
    /// at the first.
    pub(crate) fn joined(self, last: Tensor<2>, first: Tensor<2>) -> Tensor<2> {
        let reverse = first.dims()[1] - self.forward;
        let sides = [
            last.narrow(1, 0, self.forward),
            first.narrow(1, self.forward, reverse),
        ];
        Tensor::cat(sides.into(), 1)
    }
}

/// The two sides of a network's outputs; none where they are one.
pub(crate) fn sides(net: &Net) -> Option<Sides> {
    let recurrent = net.recurrent();
    let top = recurrent.layers().last()?;
    let apart = top.reverse.is_some() && recurrent.merge() == Merge::Concat;
    (apart && top.projection.is_none()).then(|| Sides {
        forward: top.forward.d_output(),
    })
}
