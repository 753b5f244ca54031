//! The states of a stack of layers.

use crate::state::State;
use burn::tensor::{Int, Tensor};

/// The state of every layer and direction.
#[derive(Clone, Debug)]
pub struct States<S> {
    /// From the lowest layer to the highest.
    pub layers: Vec<LayerState<S>>,
}

/// The state of one layer.
#[derive(Clone, Debug)]
pub struct LayerState<S> {
    /// That of the cell that reads forward.
    pub forward: S,
    /// That of the cell that reads in reverse.
    pub reverse: Option<S>,
}

impl<S: State> States<S> {
    /// Applies a function to every tensor.
    pub fn map(self, mut f: impl FnMut(Tensor<2>) -> Tensor<2>) -> Self {
        let layers = self.layers.into_iter().map(|layer| LayerState {
            forward: layer.forward.map(&mut f),
            reverse: layer.reverse.map(|state| state.map(&mut f)),
        });
        States {
            layers: layers.collect(),
        }
    }

    /// The same numbers, cut off from the gradient: truncated back-propagation through time.
    pub fn detach(self) -> Self {
        self.map(Tensor::detach)
    }

    /// The rows of the batch at these indices, in their order.
    pub fn rows(self, indices: Tensor<1, Int>) -> Self {
        self.map(|t| t.select(0, indices.clone()))
    }

    /// Every tensor: layer by layer, forward before reverse, in the order of the cell's states.
    pub fn into_parts(self) -> Vec<Tensor<2>> {
        let directions = self
            .layers
            .into_iter()
            .flat_map(|layer| std::iter::once(layer.forward).chain(layer.reverse));
        directions.flat_map(State::into_parts).collect()
    }

    /// States of this form made of other tensors, in the order of [`into_parts`](Self::into_parts).
    ///
    /// # Panics
    ///
    /// If there are too few tensors.
    pub fn with_parts(self, parts: Vec<Tensor<2>>) -> Self {
        let mut parts = parts.into_iter();
        self.map(|_| parts.next().expect("a tensor for every state"))
    }
}
