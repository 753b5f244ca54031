//! Passes over sequences and single steps, by whichever executor is chosen.

#[cfg(all(test, feature = "flex"))]
mod tests;

use crate::backend::Recur;
use crate::call::{Call, OPERANDS, Recurrence, operand};
use crate::choose::{Engine, Executor, choose};
use crate::steps;
use crate::weights::{Direction, Weights};
use burn::backend::{Dispatch, DispatchTensor};
use burn::tensor::Tensor;
use std::sync::Arc;

/// A whole sequence: `x` is `[batch, time, d_input]`, the states `[batch, width]`.
///
/// Row `i` has `lengths[i]` real steps (all of `time` where `lengths` is `None`). Its state is
/// that of its last real step (its first, where the direction is reverse), its output is zero
/// beyond. Padding must be finite, unless the executor is [`Executor::Tiles`], which does not read it.
///
/// Returns the output, `[batch, time, width]`, and the final states.
///
/// # Panics
///
/// If shapes do not fit the program.
pub fn scan(
    recurrence: &Recurrence,
    weights: &Weights,
    x: Tensor<3>,
    lengths: Option<&[usize]>,
    state: Vec<Tensor<2>>,
    direction: Direction,
    engine: Engine,
) -> (Tensor<3>, Vec<Tensor<2>>) {
    assert!(x.dims()[1] > 0, "a sequence needs at least one step");
    let choice = choose(engine, &x.device(), x.dtype());
    if choice.executor == Executor::Steps {
        return steps::scan(recurrence.program(), weights, x, lengths, state, direction);
    }
    let widths: Vec<usize> = state.iter().map(|s| s.dims()[1]).collect();
    let call = |present| Call {
        prepared: recurrence.prepared(weights.mask.is_some()).clone(),
        executor: choice.executor,
        keep: engine.policy.keep(),
        lengths: lengths.map(<[usize]>::to_vec),
        reverse: direction == Direction::Reverse,
        present,
    };
    let (y, last) = pass(weights, x, state, call);
    let mut start = 0;
    let last = widths.iter().map(|&width| {
        start += width;
        match widths.len() {
            1 => last.clone(),
            _ => last.clone().narrow(1, start - width, width),
        }
    });
    let last = last.collect();
    (y, last)
}

/// One step: `x` is `[batch, d_input]`, the states `[batch, width]`; returns the new states, the
/// first of which is the output.
///
/// # Panics
///
/// If shapes do not fit the program.
pub fn step(
    recurrence: &Recurrence,
    weights: &Weights,
    x: Tensor<2>,
    state: Vec<Tensor<2>>,
    engine: Engine,
) -> Vec<Tensor<2>> {
    if choose(engine, &x.device(), x.dtype()).executor == Executor::Steps {
        return steps::step(recurrence.program(), weights, x, &state);
    }
    let x = x.unsqueeze_dim(1);
    scan(
        recurrence,
        weights,
        x,
        None,
        state,
        Direction::Forward,
        engine,
    )
    .1
}

/// The operation itself, with the operands in their places.
fn pass(
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
    let vectors = match weights.vectors.is_empty() {
        true => None,
        false => Some(Tensor::stack::<2>(weights.vectors.clone(), 0).into_dispatch()),
    };
    let b = given(operand::B, vector(&weights.input_bias));
    let u = given(operand::U, matrix(&weights.hidden));
    let d = given(operand::D, vector(&weights.hidden_bias));
    let r = given(operand::R, matrix(&weights.projection));
    let vectors = given(operand::VECTORS, vectors);
    let mask = given(operand::MASK, matrix(&weights.mask));
    let state = match state.len() {
        1 => state.into_iter().next().expect("a state"),
        _ => Tensor::cat(state, 1),
    };
    let w = weights.input.clone().into_dispatch();
    let state = state.into_dispatch();
    let call = Arc::new(call(present));
    let x = x.into_dispatch();
    let (y, last) = Dispatch::recur(x, w, b, u, d, r, vectors, mask, state, call);
    (Tensor::from_dispatch(y), Tensor::from_dispatch(last))
}
