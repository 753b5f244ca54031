//! How far back a layer learns: the gradient of the last step's loss, by the steps between.
//!
//! The gradient of the loss at the last step `T` by the state `k` steps before is the product of `k`
//! Jacobians of the step, transposed, times the loss's own gradient:
//!
//! ```text
//! a_1 = (∂s_T / ∂s_{T-1})ᵀ ∂loss / ∂s_T,    a_{k+1} = (∂s_{T-k} / ∂s_{T-k-1})ᵀ a_k
//! ```
//!
//! Each factor is one backward step of the engine's derived gradient, of the whole stack at once, so that
//! paths through other layers count. Between two of them the vector is divided by its norm, whose
//! logarithm is kept: nothing underflows, and the norms over their whole range are also what Benettin's
//! method needs for the largest Lyapunov exponent (G. Benettin et al., *Lyapunov characteristic exponents
//! for smooth dynamical systems*, Meccanica 15 (1980); for recurrent networks R. Engelken, F. Wolf and
//! L. Abbott, 2023, <https://arxiv.org/abs/2006.02427>).

use super::{Recurrent, Site, States};
use crate::cell::Cell;
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Direction, unbind};

/// The gradient of the last step's loss by earlier states, as norms.
#[derive(Clone, Debug, PartialEq)]
pub struct Horizon {
    /// The names of the states: `0.forward.h`, `0.forward.c`, ...
    pub states: Vec<String>,
    /// The natural logarithm of the norm over all states: `[lag][row]`, from lag 1 on. Minus infinity
    /// where the gradient is zero.
    pub norms: Vec<Vec<f64>>,
    /// The same of each state by itself: `[state][lag][row]`.
    pub by_state: Vec<Vec<Vec<f64>>>,
}

impl Horizon {
    /// The median over rows of the norm at each lag, relative to lag 1, as a natural logarithm. Minus
    /// infinity where there is no gradient: of a cell that does not read its state, from lag 1 on.
    pub fn relative(&self) -> Vec<f64> {
        let first = self.norms.first();
        let share = |(&a, &b): (&f64, &f64)| match a == f64::NEG_INFINITY {
            true => a,
            false => a - b,
        };
        let at = |lag: &Vec<f64>| {
            let first = first.into_iter().flatten();
            median(lag.iter().zip(first).map(share).collect())
        };
        self.norms.iter().map(at).collect()
    }

    /// The first lag at which less than a fraction of the gradient at lag 1 is left; `None` where that
    /// lies beyond the longest lag.
    pub fn reach(&self, fraction: f64) -> Option<usize> {
        let below = |&ln: &f64| ln.is_nan() || ln < fraction.ln();
        let first = self.relative().iter().position(below);
        first.map(|lag| lag + 1)
    }

    /// Where the gradient is largest relative to lag 1: the first such lag, and the factor's natural
    /// logarithm, which is minus infinity where no gradient reaches even lag 1.
    pub fn peak(&self) -> (usize, f64) {
        let none = (1, f64::NEG_INFINITY);
        let relative = self.relative().into_iter().enumerate();
        relative.fold(none, |peak, (lag, ln)| match ln > peak.1 {
            true => (lag + 1, ln),
            false => peak,
        })
    }

    /// The horizon of the states of one cell of the stack alone.
    ///
    /// # Panics
    ///
    /// If there are no states of that cell.
    pub fn only(&self, site: Site) -> Horizon {
        let prefix = format!("{site}.");
        let states = self.states.iter().zip(&self.by_state);
        let (states, by_state): (Vec<String>, Vec<_>) = states
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(name, lags)| (name.clone(), lags.clone()))
            .unzip();
        assert!(!states.is_empty(), "there is no state of {site}");
        let lags = self.norms.iter().enumerate();
        let norms = lags.map(|(lag, rows)| {
            let rows = 0..rows.len();
            rows.map(|row| joined(by_state.iter().map(|of| of[lag][row])))
                .collect()
        });
        Horizon {
            norms: norms.collect(),
            states,
            by_state,
        }
    }

    /// The largest Lyapunov exponent of the recurrence along the sequences, per step: the mean growth of
    /// the logarithm of the norm, without the first fifth of the lags, in which the vector turns
    /// into the direction that grows fastest. `None` where there are fewer than ten lags, or no gradient.
    ///
    /// Below 0 the network forgets its state, above 0 it is chaotic, and gradients explode.
    pub fn lyapunov(&self) -> Option<f64> {
        let lags = self.norms.len();
        if lags < 10 {
            return None;
        }
        let (from, to) = (lags / 5, lags - 1);
        let rows = self.norms[from].iter().zip(&self.norms[to]);
        let growth = rows.map(|(a, b)| (b - a) / (to - from) as f64);
        let growth: Vec<f64> = growth.filter(|g| g.is_finite()).collect();
        match growth.len() {
            0 => None,
            n => Some(growth.iter().sum::<f64>() / n as f64),
        }
    }
}

/// The norm over several parts, of whose norms these are the natural logarithms.
fn joined(parts: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = parts.clone().fold(f64::NEG_INFINITY, f64::max);
    match most.is_finite() {
        false => most,
        true => most + 0.5 * parts.map(|ln| (2.0 * (ln - most)).exp()).sum::<f64>().ln(),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => 0.5 * (values[n / 2 - 1] + values[n / 2]),
    }
}

impl<C: Cell> Recurrent<C> {
    /// The gradient of a loss of the last step's output by the states up to `lag` steps before.
    ///
    /// `x` is `[batch, time, d_input]`, every row of which fills the time axis; of more than `lag` steps
    /// the first lead up to the state where the lags begin. `loss` makes the sum over rows of a loss of
    /// outputs, `[batch, time, d_output]`, of which it reads what the last step of each direction gave: the
    /// last row, of a reverse direction the first. Nothing is dropped out.
    ///
    /// A stack that reads in both directions has no single order of steps: there the gradient is that of
    /// `site` alone, along the paths within that cell, in its order of reading, of what the loss takes from
    /// the last step that this cell reads. Elsewhere `site` is of no consequence: [`Horizon::only`]
    /// chooses among the layers.
    ///
    /// # Panics
    ///
    /// If a shape does not fit, `lag` is 0 or longer than the sequence, or there is no such `site`.
    pub fn horizon(
        &self,
        x: Tensor<3>,
        states: Option<States<C::State>>,
        lag: usize,
        site: Site,
        loss: impl Fn(Tensor<3>) -> Tensor<1>,
    ) -> Horizon {
        let [_, time, _] = x.dims();
        assert!(
            (1..=time).contains(&lag),
            "a lag of {lag} steps needs as many, and the sequence has {time}"
        );
        let plain = self.valid();
        let device = plain_device(&x);
        let x = inner(x);
        let states = states.map(|s| s.map(inner));
        let differentiated = plain.clone().fork(&device.clone().autodiff());
        match self.is_bidirectional() {
            false => {
                let begin = plain.begin(&Sequence::new(x.clone()), states);
                plain.of_stack(&differentiated, x, begin, lag, loss)
            }
            true => plain.of_cell(&differentiated, x, states, lag, site, loss),
        }
    }

    /// The whole stack, step by step.
    fn of_stack(
        &self,
        differentiated: &Self,
        x: Tensor<3>,
        mut states: States<C::State>,
        lag: usize,
        loss: impl Fn(Tensor<3>) -> Tensor<1>,
    ) -> Horizon {
        let time = x.dims()[1];
        if lag < time {
            let lead = x.clone().narrow(1, 0, time - lag);
            states = self.forward(lead, Some(states)).1;
        }
        let form = differentiated.initial(&autodiff(x.clone().narrow(1, 0, 1)));
        let steps = unbind(x.narrow(1, time - lag, lag).swap_dims(0, 1));
        let mut before = Vec::with_capacity(lag);
        for x in &steps {
            before.push(states.clone().into_parts());
            states = self.step(x.clone(), Some(states)).1;
        }
        let names = self.state_names().into_iter().map(|(name, _)| name);
        let step = |x: Tensor<2>, parts: Vec<Tensor<2>>| {
            let (y, next) = differentiated.step(x, Some(form.clone().with_parts(parts)));
            (y, next.into_parts())
        };
        let first = |y: Tensor<2>| loss(y.unsqueeze_dim(1));
        back(names.collect(), &steps, &before, step, first)
    }

    /// One cell of a stack that reads in both directions.
    fn of_cell(
        &self,
        differentiated: &Self,
        x: Tensor<3>,
        states: Option<States<C::State>>,
        lag: usize,
        site: Site,
        loss: impl Fn(Tensor<3>) -> Tensor<1>,
    ) -> Horizon {
        let noise = self.noise();
        let states = self.begin(&Sequence::new(x.clone()), states);
        let above_states = states.clone().map(autodiff);
        let reverse = site.direction == Direction::Reverse;
        let cell = self.cell_at(site).unwrap_or_else(|e| panic!("{e}"));
        let tracked = differentiated
            .cell_at(site)
            .unwrap_or_else(|e| panic!("{e}"));

        // What the cell reads, and what the loss is by its outputs.
        let mut input = Sequence::new(x);
        for (layer, state) in self.layers[..site.layer].iter().zip(states.layers.clone()) {
            let (y, _) = layer.forward(&input, state, self.merge, &noise);
            input = input.with(self.leave(input.data(), y));
        }
        let state = states.layers[site.layer].clone();
        let own = match reverse {
            false => state.forward.clone(),
            true => state.reverse.clone().expect("the site was found"),
        };
        let (y, _) = noise.scan(cell, &input, own.clone(), site.direction);
        let leaf = autodiff(y.clone()).require_grad();
        let other = match reverse {
            false => {
                let (cell, state) = (self.layers[site.layer].reverse.as_ref(), state.reverse);
                let both = cell.zip(state).expect("a stack of both directions");
                noise.scan(both.0, &input, both.1, Direction::Reverse).0
            }
            true => {
                let forward = &self.layers[site.layer].forward;
                noise
                    .scan(forward, &input, state.forward, Direction::Forward)
                    .0
            }
        };
        let other = autodiff(other);
        let merged = match reverse {
            false => self.merge.of(leaf.clone(), other),
            true => self.merge.of(other, leaf.clone()),
        };
        let merged = match &differentiated.layers[site.layer].projection {
            Some(linear) => linear.forward(merged),
            None => merged,
        };
        let data = autodiff(input.data().clone());
        let mut above = Sequence::new(differentiated.leave(&data, merged));
        let layers = differentiated.layers.iter().zip(above_states.layers);
        for (layer, state) in layers.skip(site.layer + 1) {
            let (y, _) = layer.forward(&above, state, self.merge, &differentiated.noise());
            above = above.with(differentiated.leave(above.data(), y));
        }
        let grads = loss(above.into_data()).backward();
        let dy = leaf.grad(&grads).unwrap_or_else(|| y.zeros_like());

        // The steps in the order of reading.
        let time = y.dims()[1];
        let mut steps = unbind(input.into_data().swap_dims(0, 1));
        if reverse {
            steps.reverse();
        }
        let at_end = if reverse { 0 } else { time - 1 };
        let dy = autodiff(dy).narrow(1, at_end, 1).squeeze_dim::<2>(1);
        let mut state = own;
        let mut before = Vec::with_capacity(lag);
        for (t, x) in steps.iter().enumerate() {
            if t >= time - lag {
                before.push(state.clone().into_parts());
            }
            state = noise.step(cell, x.clone(), state).1;
        }
        let states = cell.states().into_iter();
        let names = states.map(|(name, _)| format!("{site}.{name}"));
        let step = |x: Tensor<2>, parts: Vec<Tensor<2>>| {
            let state = State::from_parts(parts);
            let (y, next) = differentiated.noise().step(tracked, x, state);
            (y, next.into_parts())
        };
        let first = |y: Tensor<2>| (y * dy.clone()).sum();
        back(names.collect(), &steps[time - lag..], &before, step, first)
    }
}

/// The backward steps. `before` holds the states that each step begins with; `step` differentiates; the
/// first of the backward steps begins with the loss.
fn back(
    states: Vec<String>,
    steps: &[Tensor<2>],
    before: &[Vec<Tensor<2>>],
    step: impl Fn(Tensor<2>, Vec<Tensor<2>>) -> (Tensor<2>, Vec<Tensor<2>>),
    loss: impl Fn(Tensor<2>) -> Tensor<1>,
) -> Horizon {
    let batch = steps[0].dims()[0];
    let mut scale = vec![0.0; batch];
    let mut horizon = Horizon {
        by_state: vec![Vec::with_capacity(steps.len()); states.len()],
        norms: Vec::with_capacity(steps.len()),
        states,
    };
    let mut adjoint: Option<Vec<Tensor<2>>> = None;
    for (x, parts) in steps.iter().zip(before).rev() {
        let leaves = parts.iter().cloned();
        let leaves: Vec<Tensor<2>> = leaves.map(|s| autodiff(s).require_grad()).collect();
        let (y, next) = step(autodiff(x.clone()), leaves.clone());
        let value = match adjoint.take() {
            None => loss(y),
            Some(adjoint) => {
                let terms = next.into_iter().zip(adjoint);
                let terms = terms.map(|(s, a)| (s * autodiff(a)).sum());
                terms.reduce(|a, b| a + b).expect("a cell has a state")
            }
        };
        let grads = value.backward();
        let gradients = leaves.iter().zip(parts);
        let gradients = gradients.map(|(leaf, s)| leaf.grad(&grads).unwrap_or(s.zeros_like()));
        let gradients: Vec<Tensor<2>> = gradients.collect();
        let squares: Vec<Vec<f64>> = gradients.iter().map(squares).collect();
        let total: Vec<f64> = (0..batch)
            .map(|row| squares.iter().map(|s| s[row]).sum::<f64>())
            .collect();
        let log = |square: f64, row: usize| 0.5 * square.ln() + scale[row];
        for (all, squares) in horizon.by_state.iter_mut().zip(&squares) {
            let rows = squares.iter().enumerate();
            all.push(rows.map(|(row, &s)| log(s, row)).collect());
        }
        let rows = total.iter().enumerate();
        horizon
            .norms
            .push(rows.map(|(row, &s)| log(s, row)).collect());
        // A gradient that is zero stays so, whatever it is divided by.
        let divide = |&s: &f64| if s > 0.0 { s.sqrt().recip() } else { 1.0 };
        let factors: Vec<f64> = total.iter().map(divide).collect();
        for (scale, &total) in scale.iter_mut().zip(&total) {
            *scale += if total > 0.0 { 0.5 * total.ln() } else { 0.0 };
        }
        adjoint = Some(
            gradients
                .into_iter()
                .map(|g| rescaled(g, &factors))
                .collect(),
        );
    }
    horizon
}

/// The squared norm of each row.
fn squares(gradient: &Tensor<2>) -> Vec<f64> {
    let width = gradient.dims()[1];
    let numbers: Vec<f64> = gradient.clone().into_data().iter::<f64>().collect();
    let rows = numbers.chunks(width);
    rows.map(|row| row.iter().map(|v| v * v).sum()).collect()
}

/// Every row times a factor of its own.
fn rescaled(gradient: Tensor<2>, factors: &[f64]) -> Tensor<2> {
    let data = burn::tensor::TensorData::new(factors.to_vec(), [factors.len(), 1]);
    let factors = Tensor::<2>::from_data(data, (&gradient.device(), gradient.dtype()));
    gradient * factors
}

fn plain_device<const D: usize>(x: &Tensor<D>) -> Device {
    match x.device().is_autodiff() {
        true => x.device().inner(),
        false => x.device(),
    }
}

fn inner<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    match x.device().is_autodiff() {
        true => x.inner(),
        false => x,
    }
}

/// The same numbers on the device that differentiates.
fn autodiff<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    match x.device().is_autodiff() {
        true => x,
        false => Tensor::from_inner(x),
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests;
