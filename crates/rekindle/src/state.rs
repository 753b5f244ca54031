//! What a cell carries from one step to the next.

use burn::tensor::{Device, Int, Tensor};
use std::fmt::Debug;

/// A fixed number of tensors, `[batch, width]` each.
///
/// Typed cells use arrays, so that `let [h, c] = state;` works; cells chosen at run time use `Vec`.
pub trait State: Clone + Debug + Send {
    /// The tensors, in the order of the cell's state names.
    fn into_parts(self) -> Vec<Tensor<2>>;

    /// The state made of these tensors.
    ///
    /// # Panics
    ///
    /// If their number is not the state's.
    fn from_parts(parts: Vec<Tensor<2>>) -> Self;

    /// Applies a function to every tensor.
    fn map(self, f: impl FnMut(Tensor<2>) -> Tensor<2>) -> Self {
        Self::from_parts(self.into_parts().into_iter().map(f).collect())
    }

    /// The same numbers, cut off from the gradient: truncated back-propagation through time.
    fn detach(self) -> Self {
        self.map(Tensor::detach)
    }

    /// Moves the state to a device.
    fn to_device(self, device: &Device) -> Self {
        self.map(|t| t.to_device(device))
    }

    /// The rows of the batch at these indices, in their order.
    fn rows(self, indices: Tensor<1, Int>) -> Self {
        self.map(|t| t.select(0, indices.clone()))
    }
}

impl<const N: usize> State for [Tensor<2>; N] {
    fn into_parts(self) -> Vec<Tensor<2>> {
        self.into()
    }

    fn from_parts(parts: Vec<Tensor<2>>) -> Self {
        let found = parts.len();
        parts
            .try_into()
            .unwrap_or_else(|_| panic!("a state of {N} tensors is given {found}"))
    }
}

impl State for Vec<Tensor<2>> {
    fn into_parts(self) -> Vec<Tensor<2>> {
        self
    }

    fn from_parts(parts: Vec<Tensor<2>>) -> Self {
        parts
    }
}
