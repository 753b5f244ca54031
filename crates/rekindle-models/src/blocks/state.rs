//! What blocks remember.

use burn::tensor::{Int, Tensor};

/// What is remembered of the steps so far.
#[derive(Clone, Debug)]
pub(super) struct MixerState {
    /// The last steps before each convolution or shift.
    pub(super) tails: Vec<Tensor<3>>,
    /// Those of the cell.
    pub(super) states: Vec<Tensor<2>>,
}

impl MixerState {
    /// The rows at these places, in their order.
    pub(super) fn rows(self, rows: &Tensor<1, Int>) -> Self {
        let tails = self.tails.into_iter();
        let states = self.states.into_iter();
        MixerState {
            tails: tails.map(|t| t.select(0, rows.clone())).collect(),
            states: states.map(|t| t.select(0, rows.clone())).collect(),
        }
    }

    /// The same numbers, cut off from the gradient.
    pub(super) fn detach(self) -> Self {
        MixerState {
            tails: self.tails.into_iter().map(Tensor::detach).collect(),
            states: self.states.into_iter().map(Tensor::detach).collect(),
        }
    }
}

/// What blocks remember of the steps so far: of one size, however many these are.
#[derive(Clone, Debug)]
pub struct BlocksState {
    pub(super) blocks: Vec<BlockState>,
}

/// What a block remembers.
#[derive(Clone, Debug)]
pub(super) struct BlockState {
    pub(super) mixer: MixerState,
    /// The step before the MLP's, where that reads it.
    pub(super) mlp: Option<Tensor<3>>,
}

impl BlocksState {
    /// The rows of the batch at these places, in their order.
    pub fn rows(self, rows: Tensor<1, Int>) -> Self {
        let blocks = self.blocks.into_iter().map(|state| BlockState {
            mixer: state.mixer.rows(&rows),
            mlp: state.mlp.map(|step| step.select(0, rows.clone())),
        });
        BlocksState {
            blocks: blocks.collect(),
        }
    }

    /// The same numbers, cut off from the gradient: truncated back-propagation through time.
    pub fn detach(self) -> Self {
        let blocks = self.blocks.into_iter().map(|state| BlockState {
            mixer: state.mixer.detach(),
            mlp: state.mlp.map(Tensor::detach),
        });
        BlocksState {
            blocks: blocks.collect(),
        }
    }
}
