//! One layer: a cell a direction.

use super::{LayerState, Merge, Noise};
use crate::cell::Cell;
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;
use rekindle_engine::Direction;

/// One layer of a [`Recurrent`](crate::Recurrent): a cell that reads forward and perhaps another
/// that reads in reverse, of the same kind and width or not.
#[derive(Module, Debug)]
pub struct Layer<C: Cell> {
    /// The cell that reads from the first step.
    pub forward: C,
    /// The cell that reads from the last.
    pub reverse: Option<C>,
    /// Learned initial states, `[width]` each, in the order of [`learnable`](Layer::learnable);
    /// empty for zeros.
    pub initial: Vec<Param<Tensor<1>>>,
    /// The linear map behind the merged output.
    pub projection: Option<Linear>,
}

impl<C: Cell> Layer<C> {
    /// The cells with their directions.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (Direction, &C)> {
        let reverse = self.reverse.as_ref().map(|c| (Direction::Reverse, c));
        std::iter::once((Direction::Forward, &self.forward)).chain(reverse)
    }

    /// The initial states that can be learned, those of `forward` first: direction, name and width.
    /// A state that no step reads, an output only, is not among them.
    pub fn learnable(&self) -> Vec<(Direction, String, usize)> {
        let mut found = Vec::new();
        for (direction, cell) in self.cells() {
            let states = cell.states().into_iter().zip(reads(cell));
            let read = states.filter(|(_, read)| *read);
            found.extend(read.map(|((name, width), _)| (direction, name, width)));
        }
        found
    }

    /// The width of the merged output, before the projection.
    pub(crate) fn d_merged(&self, merge: Merge) -> usize {
        let forward = self.forward.d_output();
        match &self.reverse {
            None => forward,
            Some(cell) => merge
                .width(forward, cell.d_output())
                .expect("the configuration was checked"),
        }
    }

    /// The width of the output.
    pub(crate) fn d_output(&self, merge: Merge) -> usize {
        match &self.projection {
            Some(linear) => linear.weight.dims()[1],
            None => self.d_merged(merge),
        }
    }

    /// The state before the first step: learned or zeros, of the type and on the device of `x`.
    pub(crate) fn initial(&self, x: &Tensor<3>) -> LayerState<C::State> {
        let batch = x.dims()[0];
        let mut learned = self.initial.iter();
        let mut state = |cell: &C| {
            let zeros = cell.initial(batch, &x.device());
            match self.initial.is_empty() {
                true => zeros.map(|z| z.cast(x.dtype())),
                false => {
                    let mut reads = reads(cell).into_iter();
                    zeros.map(
                        |z| match reads.next().and_then(|r| r.then(|| learned.next())) {
                            Some(Some(h)) => h.val().unsqueeze::<2>().expand(z.dims()),
                            _ => z.cast(x.dtype()),
                        },
                    )
                }
            }
        };
        LayerState {
            forward: state(&self.forward),
            reverse: self.reverse.as_ref().map(state),
        }
    }

    /// The output of a batch, merged and projected, and the final states.
    pub(crate) fn forward(
        &self,
        x: &Sequence,
        state: LayerState<C::State>,
        merge: Merge,
        noise: &Noise,
    ) -> (Tensor<3>, LayerState<C::State>) {
        let (y, forward) = noise.scan(&self.forward, x, state.forward, Direction::Forward);
        let (y, reverse) = match (&self.reverse, state.reverse) {
            (Some(cell), Some(state)) => {
                let (back, state) = noise.scan(cell, x, state, Direction::Reverse);
                (merge.of(y, back), Some(state))
            }
            _ => (y, None),
        };
        let y = match &self.projection {
            Some(linear) => linear.forward(y),
            None => y,
        };
        (y, LayerState { forward, reverse })
    }

    /// One step of a layer that reads forward only.
    pub(crate) fn step(
        &self,
        x: Tensor<2>,
        state: LayerState<C::State>,
        noise: &Noise,
    ) -> (Tensor<2>, LayerState<C::State>) {
        let (y, forward) = noise.step(&self.forward, x, state.forward);
        let y = match &self.projection {
            Some(linear) => linear.forward(y),
            None => y,
        };
        (
            y,
            LayerState {
                forward,
                reverse: None,
            },
        )
    }
}

/// Whether each of a cell's states is read by a step.
fn reads<C: Cell>(cell: &C) -> Vec<bool> {
    let states = 0..cell.states().len();
    states.map(|s| cell.reads(s)).collect()
}
