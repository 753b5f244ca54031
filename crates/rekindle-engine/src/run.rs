//! Passes over sequences and single steps, by whichever executor is chosen.

#[cfg(all(test, feature = "flex"))]
mod tests;

use crate::backend::Recur;
use crate::batch::{Batch, Direction};
use crate::call::{Call, OPERANDS, Prepared, Recurrence, operand};
use crate::choose::{Engine, Executor, chosen};
use crate::shapes;
use crate::steps;
use crate::weights::Weights;
use burn::backend::{Dispatch, DispatchTensor};
use burn::tensor::Tensor;
use rekindle_program::Id;
use std::sync::Arc;

/// A whole sequence.
///
/// The final state of a row is that of its last real step (its first, where the direction is reverse), its output is zero
/// beyond. Padding must be finite, unless the executor is [`Executor::Tiles`], which does not read it.
///
/// Returns the output, `[batch, time, width]`, and the final states.
///
/// # Panics
///
/// If a shape, a type or a length does not fit; the message names the tensor, its shape and the one that the equations take. If
/// products are to be rounded where nothing [rounds](crate::rounds) them.
pub fn scan(
    recurrence: &Recurrence,
    weights: &Weights,
    batch: Batch<'_>,
    engine: Engine,
) -> (Tensor<3>, Vec<Tensor<2>>) {
    shapes::of_batch(recurrence.taken(), weights, &batch);
    let executor = chosen(engine, &batch.x.device(), batch.x.dtype());
    let form = weights.form(engine.precision);
    if executor == Executor::Steps {
        return steps::scan(&recurrence.plain(form), weights, batch);
    }
    let Batch {
        x,
        lengths,
        state,
        direction,
    } = batch;
    let widths = widths_of(&state);
    let prepared = recurrence.prepared(form);
    let call = |present| Call {
        prepared: prepared.clone(),
        executor,
        keep: engine.policy.keep(),
        lengths: lengths.map(<[usize]>::to_vec),
        reverse: direction == Direction::Reverse,
        present,
    };
    let (y, last) = pass(prepared, weights, x, state, call);
    (y, apart(&last, &widths))
}

/// What a pass over a sequence gives that shows values beside its output.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The output, `[batch, time, width]`.
    pub y: Tensor<3>,
    /// The final states, `[batch, width]` each.
    pub last: Vec<Tensor<2>>,
    /// The values of the nodes that were asked for at every step, `[batch, time, width]` each; zero
    /// beyond a row's length.
    pub values: Vec<Tensor<3>>,
}

/// A whole sequence, as [`scan`] has it, with the values of some nodes of the program at every step.
///
/// It is run without gradients and without the mask of variational dropout, by kernels where they run
/// and step by step elsewhere. On an autodiff device it takes and gives tensors without autodiff.
///
/// # Panics
///
/// As [`scan`], and if a node is not in the program or does not depend on the step
/// ([`Program::named`](crate::Program::named) lists nodes that do).
pub fn trace(
    recurrence: &Recurrence,
    weights: &Weights,
    batch: Batch<'_>,
    nodes: &[Id],
    engine: Engine,
) -> Traced {
    let program = recurrence.program();
    let sizes = shapes::of_batch(recurrence.taken(), weights, &batch);
    for &id in nodes {
        assert!(
            id < program.nodes().len(),
            "there is no node {id} in a program of {}",
            program.nodes().len()
        );
    }
    let weights = Weights {
        mask: None,
        moves: None,
        ..weights.inner()
    };
    let Batch {
        x,
        lengths,
        state,
        direction,
    } = batch;
    let x = without_gradient(x);
    let state: Vec<Tensor<2>> = state.into_iter().map(without_gradient).collect();
    let widths = nodes.iter().map(|&id| sizes.width(program.width(id)));
    let widths: Vec<usize> = widths.collect();
    let states = widths_of(&state);
    let form = weights.form(engine.precision);
    let (all, last) = match chosen(engine, &x.device(), x.dtype()) {
        Executor::Tiles => {
            let prepared = recurrence.traced(form, nodes);
            let call = |present| Call {
                prepared: prepared.clone(),
                executor: Executor::Tiles,
                keep: engine.policy.keep(),
                lengths: lengths.map(<[usize]>::to_vec),
                reverse: direction == Direction::Reverse,
                present,
            };
            let (all, last) = pass(&prepared, &weights, x, state, call);
            (all, apart(&last, &states))
        }
        Executor::Cube | Executor::Primitives | Executor::Steps => {
            let batch = Batch {
                x,
                lengths,
                state,
                direction,
            };
            steps::trace(&recurrence.shown(form, nodes), &weights, batch, &widths)
        }
    };
    let mut parts = all.split_with_sizes([&states[..1], &widths].concat(), 2);
    let y = parts.remove(0);
    Traced {
        y,
        last,
        values: parts,
    }
}

/// The same numbers on the device below, where a device differentiates.
fn without_gradient<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    match x.device().is_autodiff() {
        true => x.inner(),
        false => x,
    }
}

impl Weights {
    /// The same numbers without gradients.
    fn inner(&self) -> Weights {
        Weights {
            input: without_gradient(self.input.clone()),
            input_bias: self.input_bias.clone().map(without_gradient),
            hidden: self.hidden.clone().map(without_gradient),
            factor: self.factor.clone().map(without_gradient),
            hidden_bias: self.hidden_bias.clone().map(without_gradient),
            vectors: self.vectors.iter().cloned().map(without_gradient).collect(),
            projection: self.projection.clone().map(without_gradient),
            mask: self.mask.clone().map(without_gradient),
            moves: self.moves.clone().map(without_gradient),
        }
    }
}

fn widths_of(state: &[Tensor<2>]) -> Vec<usize> {
    state.iter().map(|s| s.dims()[1]).collect()
}

/// States that stand side by side, each by itself.
fn apart(all: &Tensor<2>, widths: &[usize]) -> Vec<Tensor<2>> {
    let mut start = 0;
    let states = widths.iter().map(|&width| {
        start += width;
        match widths.len() {
            1 => all.clone(),
            _ => all.clone().narrow(1, start - width, width),
        }
    });
    states.collect()
}

/// One step: `x` is `[batch, d_input]`, the states `[batch, width]`; returns the new states, the
/// first of which is the output.
///
/// # Panics
///
/// As [`scan`].
pub fn step(
    recurrence: &Recurrence,
    weights: &Weights,
    x: Tensor<2>,
    state: Vec<Tensor<2>>,
    engine: Engine,
) -> Vec<Tensor<2>> {
    if chosen(engine, &x.device(), x.dtype()) == Executor::Steps {
        let [batch, d_input] = x.dims();
        let frame = [batch, 1, d_input];
        shapes::sizes(recurrence.taken(), weights, frame, x.dtype(), None, &state);
        return steps::step(
            &recurrence.plain(weights.form(engine.precision)),
            weights,
            x,
            &state,
        );
    }
    let batch = Batch {
        x: x.unsqueeze_dim(1),
        lengths: None,
        state,
        direction: Direction::Forward,
    };
    scan(recurrence, weights, batch, engine).1
}

/// The operation itself, with the operands in their places.
fn pass(
    prepared: &Prepared,
    weights: &Weights,
    x: Tensor<3>,
    state: Vec<Tensor<2>>,
    call: impl FnOnce([bool; OPERANDS]) -> Call,
) -> (Tensor<3>, Tensor<2>) {
    let absent = || Tensor::<1>::zeros([1], (&x.device(), x.dtype())).into_dispatch();
    let mut present = [true; OPERANDS];
    let mut given = |place: usize, tensor: Option<DispatchTensor>| {
        present[place] = tensor.is_some();
        tensor.unwrap_or_else(absent)
    };
    let vector = |t: &Option<Tensor<1>>| t.clone().map(Tensor::into_dispatch);
    let matrix = |t: &Option<Tensor<2>>| t.clone().map(Tensor::into_dispatch);
    let vectors = steps::vectors(prepared.once.as_ref(), weights);
    let vectors = match vectors.is_empty() {
        true => None,
        false => Some(Tensor::stack::<2>(vectors, 0).into_dispatch()),
    };
    let b = given(operand::B, vector(&weights.input_bias));
    let u = given(operand::U, matrix(&weights.hidden));
    let d = given(operand::D, vector(&weights.hidden_bias));
    let r = given(operand::R, matrix(weights.projects()));
    let vectors = given(operand::VECTORS, vectors);
    let mask = given(operand::MASK, matrix(&weights.constant_mask()));
    let moves = weights.constant_moves().map(Tensor::into_dispatch);
    let moves = given(operand::MOVES, moves);
    let state = match state.len() {
        1 => state.into_iter().next().expect("a state"),
        _ => Tensor::cat(state, 1),
    };
    let w = weights.input.clone().into_dispatch();
    let state = state.into_dispatch();
    let call = Arc::new(call(present));
    let x = x.into_dispatch();
    let (y, last) = Dispatch::recur(x, w, b, u, d, r, vectors, mask, moves, state, call);
    (Tensor::from_dispatch(y), Tensor::from_dispatch(last))
}
