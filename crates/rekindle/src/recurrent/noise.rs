//! Regularisation of a recurrence: variational dropout and zoneout, for any cell.

use crate::cell::Cell;
use crate::cell::unroll;
use crate::sequence::Sequence;
use crate::state::State;
use burn::nn::Dropout;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::Direction;

/// What disturbs a layer during training, drawn anew for every batch.
pub(crate) struct Noise<'r> {
    /// Variational dropout of the recurrence (Gal & Ghahramani 2016, arXiv 1512.05287).
    pub recurrent: &'r Dropout,
    /// DropConnect of the recurrent weights (Wan et al. 2013; Merity et al. 2017, arXiv 1708.02182).
    pub weights: &'r Dropout,
    /// Zoneout (Krueger et al. 2017, arXiv 1606.01305).
    pub zoneout: &'r Dropout,
}

/// Whether a dropout acts on this tensor: in training mode, on a device that differentiates.
fn acts(dropout: &Dropout, x: &Tensor<2>) -> bool {
    dropout.prob > 0.0 && dropout.training.is_enabled() && x.device().is_autodiff()
}

impl Noise<'_> {
    /// A whole sequence: the cell's own scan, unless states are held back at every step.
    pub(crate) fn scan<C: Cell>(
        &self,
        cell: &C,
        x: &Sequence,
        state: C::State,
        direction: Direction,
    ) -> (Tensor<3>, C::State) {
        let cell = self.masked(cell, x.data());
        match self.zoneout.prob > 0.0 {
            false => cell.scan(x, state, direction),
            true => unroll(x, state, direction, |x, state| self.zoned(&cell, x, state)),
        }
    }

    /// One step, without the masks that last for a whole sequence.
    pub(crate) fn step<C: Cell>(
        &self,
        cell: &C,
        x: Tensor<2>,
        state: C::State,
    ) -> (Tensor<2>, C::State) {
        match self.zoneout.prob > 0.0 {
            false => cell.step(x, state),
            true => self.zoned(cell, x, state),
        }
    }

    /// The cell with the masks that last for all steps of a sequence.
    pub(crate) fn masked<C: Cell>(&self, cell: &C, x: &Tensor<3>) -> C {
        let ones: Tensor<2> =
            Tensor::ones([x.dims()[0], cell.d_output()], (&x.device(), x.dtype()));
        let mut cell = cell.clone();
        if let Some(gates) = cell.gates_mut() {
            if acts(self.weights, &ones) {
                gates.disconnect(self.weights);
            }
            if acts(self.recurrent, &ones) {
                gates.mask(self.recurrent.forward(ones));
            }
        }
        cell
    }

    /// A step after which each unit of each state stays as it was with the given probability; at
    /// inference it moves by the expectation of that.
    fn zoned<C: Cell>(&self, cell: &C, x: Tensor<2>, state: C::State) -> (Tensor<2>, C::State) {
        let p = self.zoneout.prob;
        let training = acts(self.zoneout, &x);
        let old = state.clone().into_parts();
        let (_, new) = cell.step(x, state);
        let held = new.into_parts().into_iter().zip(old).map(|(new, old)| {
            let moved = match training {
                true => new.random_like(Distribution::Bernoulli(1.0 - p)),
                false => new.full_like(1.0 - p),
            };
            old.clone() + moved * (new - old)
        });
        let parts: Vec<Tensor<2>> = held.collect();
        // The output is the first state, as the equations have it; what is held back shows there too.
        (parts[0].clone(), State::from_parts(parts))
    }
}
