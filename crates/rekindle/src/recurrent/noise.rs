//! Regularisation of a recurrence: variational dropout and zoneout, for any cell.

use crate::cell::{Cell, unroll};
use crate::sequence::Sequence;
use crate::state::State;
use burn::nn::Dropout;
use burn::tensor::{Device, Distribution, Tensor};
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

/// Whether a dropout acts on a device: in training mode, where the device differentiates.
fn acts(dropout: &Dropout, device: &Device) -> bool {
    dropout.prob > 0.0 && dropout.training.is_enabled() && device.is_autodiff()
}

impl Noise<'_> {
    /// A whole sequence: the cell's own scan, unless units are held back at every step and the cell has no equations that could
    /// say by how much.
    pub(crate) fn scan<C: Cell>(
        &self,
        cell: &C,
        x: &Sequence,
        state: C::State,
        direction: Direction,
    ) -> (Tensor<3>, C::State) {
        let cell = self.masked(cell, x.data());
        let held = match acts(self.zoneout, &x.data().device()) {
            true => self.drawn(&cell, x.data()),
            false => self.at_rest(&cell, &x.data().device()),
        };
        match held {
            Some(cell) => cell.scan(x, state, direction),
            None => unroll(x, state, direction, |x, state| self.zoned(&cell, x, state)),
        }
    }

    /// The cell with what zoneout draws for all steps of a sequence, where it has equations.
    fn drawn<C: Cell>(&self, cell: &C, x: &Tensor<3>) -> Option<C> {
        let widths = cell.states();
        let mut cell = cell.clone();
        let gates = cell.gates_mut()?;
        let [batch, time, _] = x.dims();
        let width = widths.iter().map(|(_, width)| width).sum();
        let moved = Distribution::Bernoulli(1.0 - self.zoneout.prob);
        let options = (&x.device(), x.dtype());
        gates.set_moves(Tensor::random([batch, time, width], moved, options));
        Some(cell)
    }

    /// The cell with zoneout as a part of its equations, which it can be where nothing is drawn.
    pub(crate) fn at_rest<C: Cell>(&self, cell: &C, device: &Device) -> Option<C> {
        let mut cell = cell.clone();
        let rate = self.zoneout.prob;
        if rate > 0.0 {
            if acts(self.zoneout, device) {
                return None;
            }
            let gates = cell.gates_mut()?;
            *gates = gates.clone().zoned(rate);
        }
        Some(cell)
    }

    /// One step, without the masks that last for a whole sequence.
    pub(crate) fn step<C: Cell>(
        &self,
        cell: &C,
        x: Tensor<2>,
        state: C::State,
    ) -> (Tensor<2>, C::State) {
        if self.zoneout.prob == 0.0 {
            return cell.step(x, state);
        }
        match self.at_rest(cell, &x.device()) {
            Some(cell) => cell.step(x, state),
            None => self.zoned(cell, x, state),
        }
    }

    /// The cell with the masks that last for all steps of a sequence.
    pub(crate) fn masked<C: Cell>(&self, cell: &C, x: &Tensor<3>) -> C {
        let width = cell.d_output();
        let mut cell = cell.clone();
        if let Some(gates) = cell.gates_mut() {
            if acts(self.weights, &x.device()) {
                gates.disconnect(self.weights);
            }
            if acts(self.recurrent, &x.device()) {
                let ones: Tensor<2> = Tensor::ones([x.dims()[0], width], (&x.device(), x.dtype()));
                gates.mask(self.recurrent.forward(ones));
            }
        }
        cell
    }

    /// A step after which each unit of each state stays as it was with the given probability; at
    /// inference it moves by the expectation of that.
    fn zoned<C: Cell>(&self, cell: &C, x: Tensor<2>, state: C::State) -> (Tensor<2>, C::State) {
        let p = self.zoneout.prob;
        let training = acts(self.zoneout, &x.device());
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
