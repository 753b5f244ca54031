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
    /// The only steps before, and the states.
    ///
    /// # Panics
    ///
    /// If it remembers no steps.
    pub(super) fn behind_one(mut self) -> (Tensor<3>, Vec<Tensor<2>>) {
        let tail = self.tails.pop().expect("the steps before");
        (tail, self.states)
    }

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
    /// Every tensor, block by block: the steps before each convolution or shift, side by side, `[batch, steps * width]`, and the states of
    /// cells.
    pub fn into_parts(self) -> Vec<Tensor<2>> {
        let blocks = self
            .blocks
            .into_iter()
            .flat_map(|BlockState { mixer, mlp }| {
                let tails = mixer.tails.into_iter().chain(mlp);
                let tails = tails.map(|steps| steps.flatten(1, 2));
                tails.chain(mixer.states).collect::<Vec<Tensor<2>>>()
            });
        blocks.collect()
    }

    /// A state of this form made of other tensors, in the order of [`into_parts`](Self::into_parts).
    ///
    /// # Panics
    ///
    /// If there are too few tensors.
    pub fn with_parts(self, parts: Vec<Tensor<2>>) -> Self {
        let mut parts = parts.into_iter();
        let mut next = || parts.next().expect("a tensor for everything remembered");
        let blocks = self.blocks.into_iter().map(|BlockState { mixer, mlp }| {
            let mut steps = |of: Tensor<3>| next().reshape(of.dims());
            let tails = mixer.tails.into_iter().map(&mut steps).collect();
            let mlp = mlp.map(&mut steps);
            let states = mixer.states.iter().map(|_| next()).collect();
            BlockState {
                mixer: MixerState { tails, states },
                mlp,
            }
        });
        BlocksState {
            blocks: blocks.collect(),
        }
    }

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
