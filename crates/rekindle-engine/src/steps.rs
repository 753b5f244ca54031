//! The steps executor: a program run step by step with Burn's own tensor operations.
//!
//! It runs on every backend and is differentiated by Burn's autodiff, node by node. Nothing in it is derived,
//! taken out of the loop or planned: it is the reference that every other executor is held to.
//!
//! Only the derivatives of functions are our own ([`through`]): those of Burn are NaN where a branch overflows that was
//! not taken, differ between backends at kinks, and round numbers to f32.

use crate::backend::{Recur, extreme, slope, unary};
use crate::batch::{Batch, Direction};
use crate::weights::Weights;
use burn::backend::Dispatch;
use burn::tensor::{Bool, Tensor, TensorData};
use rekindle_program::{Across, Binary, Id, Node, Out, Program, Subject, Unary};
use std::ops::Range;

/// One step: `x` is `[batch, d_input]`, the states `[batch, width]`; returns the new states, the
/// first of which is the output.
///
/// # Panics
///
/// If shapes do not fit the program.
pub(crate) fn step(
    program: &Program,
    weights: &Weights,
    x: Tensor<2>,
    state: &[Tensor<2>],
) -> Vec<Tensor<2>> {
    let moves = weights.constant_moves();
    let x = of_input(program, weights, x, moves.map(|moves| moves.squeeze_dim(1)));
    Bound::new(program, weights).step(&x, state)
}

/// The learned vectors, and those that a program makes of them once a pass: `[d_hidden]` each.
pub(crate) fn vectors(once: Option<&Program>, weights: &Weights) -> Vec<Tensor<1>> {
    let mut vectors = weights.vectors.clone();
    if let Some(once) = once {
        let plan = Bound::new(once, weights);
        let like = plan.vectors[0].clone();
        let values = plan.values(&like, &[]);
        let made = once.results();
        vectors.extend(made.map(|(_, id)| values[id].rows(&like).squeeze_dim(0)));
    }
    vectors
}

/// What no state enters: the projected blocks and, behind them, the input itself where the equations read it, and how far
/// states move.
fn of_input(
    program: &Program,
    weights: &Weights,
    x: Tensor<2>,
    moves: Option<Tensor<2>>,
) -> Tensor<2> {
    let projected = affine(x.clone(), weights.input.clone(), weights.input_bias.clone());
    let raw = program.has_raw().then_some(x);
    let all: Vec<Tensor<2>> = [projected].into_iter().chain(raw).chain(moves).collect();
    match all.len() {
        1 => all.into_iter().next().expect("the projected blocks"),
        _ => Tensor::cat(all, 1),
    }
}

/// A whole sequence: `x` is `[batch, time, d_input]`, the states `[batch, width]`.
///
/// Row `i` has `lengths[i]` real steps (all of `time` where `lengths` is `None`). Its state is
/// that of its last real step (its first, where the direction is reverse), its output is zero
/// beyond. Padding must be finite.
///
/// Returns the output, `[batch, time, width]`, and the final states.
///
/// # Panics
///
/// If shapes do not fit the program.
pub(crate) fn scan(
    program: &Program,
    weights: &Weights,
    batch: Batch<'_>,
) -> (Tensor<3>, Vec<Tensor<2>>) {
    let plan = Bound::new(program, weights);
    let steps = of_inputs(program, weights, batch.x);
    drive(
        &steps,
        batch.lengths,
        batch.state,
        batch.direction,
        |x, state| {
            let next = plan.step(x, &state);
            (next[0].clone(), next)
        },
    )
}

/// The same, with the values that the program [shows](Out::Trace) behind the output: `[batch, time, widths]`.
pub(crate) fn trace(
    program: &Program,
    weights: &Weights,
    batch: Batch<'_>,
    widths: &[usize],
) -> (Tensor<3>, Vec<Tensor<2>>) {
    let plan = Bound::new(program, weights);
    let rows = batch.x.dims()[0];
    let steps = of_inputs(program, weights, batch.x);
    drive(
        &steps,
        batch.lengths,
        batch.state,
        batch.direction,
        |x, state| {
            let values = plan.values(x, &state);
            let next = plan.next(&values, x, &state);
            let shown = program.results();
            let shown = shown.filter_map(|(out, id)| matches!(out, Out::Trace(_)).then_some(id));
            let traced = shown.zip(widths);
            let traced = traced.map(|(id, &width)| values[id].rows(x).expand([rows, width]));
            let row = std::iter::once(next[0].clone()).chain(traced);
            (Tensor::cat(row.collect(), 1), next)
        },
    )
}

/// What depends on the input alone, one product over all steps, cut into steps.
fn of_inputs(program: &Program, weights: &Weights, x: Tensor<3>) -> Vec<Tensor<2>> {
    let [batch, time, d_input] = x.dims();
    let x = x.swap_dims(0, 1).reshape([time * batch, d_input]);
    let moves = weights.constant_moves().map(|moves| {
        let width = moves.dims()[2];
        moves.swap_dims(0, 1).reshape([time * batch, width])
    });
    let x = of_input(program, weights, x, moves);
    let width = x.dims()[1];
    unbind(x.reshape([time, batch, width]))
}

/// Runs a step function over a sequence, holding each row's state where it has no real step.
///
/// `steps` are the inputs, `[batch, features]` each; `next` maps an input and a state to an output
/// and the new state. Returns the outputs, `[batch, time, features]`, zero beyond a row's length,
/// and the final states.
///
/// # Panics
///
/// If there is no step.
pub fn drive(
    steps: &[Tensor<2>],
    lengths: Option<&[usize]>,
    mut state: Vec<Tensor<2>>,
    direction: Direction,
    mut next: impl FnMut(&Tensor<2>, Vec<Tensor<2>>) -> (Tensor<2>, Vec<Tensor<2>>),
) -> (Tensor<3>, Vec<Tensor<2>>) {
    let mut outputs = vec![None; steps.len()];
    for t in direction.steps(steps.len()) {
        let (output, fresh) = next(&steps[t], state.clone());
        match padding(lengths, t, &output) {
            None => {
                outputs[t] = Some(output);
                state = fresh;
            }
            Some(mask) => {
                let wide = widen(&mask, &output);
                outputs[t] = Some(output.mask_fill(wide, 0.0));
                let held = fresh.into_iter().zip(state);
                state = held
                    .map(|(new, old)| new.clone().mask_where(widen(&mask, &new), old))
                    .collect();
            }
        }
    }
    let outputs: Vec<Tensor<2>> = outputs.into_iter().flatten().collect();
    assert!(!outputs.is_empty(), "a sequence needs at least one step");
    (Tensor::stack(outputs, 1), state)
}

/// `[batch, 1]`, true for the rows that have no step `t`; `None` if every row has one.
fn padding(lengths: Option<&[usize]>, t: usize, like: &Tensor<2>) -> Option<Tensor<2, Bool>> {
    let lengths = lengths?;
    let over: Vec<bool> = lengths.iter().map(|&n| t >= n).collect();
    over.contains(&true).then(|| {
        let shape = [over.len(), 1];
        Tensor::from_data(TensorData::new(over, shape), &like.device())
    })
}

fn widen(mask: &Tensor<2, Bool>, like: &Tensor<2>) -> Tensor<2, Bool> {
    mask.clone().expand(like.dims())
}

/// The slices of a tensor along its first axis: `[time, batch, width]` to `time` of `[batch, width]`.
///
/// The tensor is halved again and again. Burn's gradient of a slice is as large as what was
/// sliced, so that cutting off one step at a time would cost the square of the length.
pub fn unbind(x: Tensor<3>) -> Vec<Tensor<2>> {
    let time = x.dims()[0];
    match time {
        0 => Vec::new(),
        1 => vec![x.squeeze_dim(0)],
        _ => {
            let half = time / 2;
            let mut steps = unbind(x.clone().narrow(0, 0, half));
            steps.extend(unbind(x.narrow(0, half, time - half)));
            steps
        }
    }
}

fn affine(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
    let y = x.matmul(weight);
    match bias {
        Some(bias) => y + bias.unsqueeze(),
        None => y,
    }
}

/// Neighbouring recurrent blocks that take the same operand: one GEMM.
struct Product {
    blocks: Range<usize>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
}

/// A program with its parameters bound to it and its products joined, ready to run many steps.
struct Bound<'p> {
    program: &'p Program,
    d_hidden: usize,
    products: Vec<Product>,
    vectors: Vec<Tensor<2>>,
    projection: Option<Tensor<2>>,
    mask: Option<Tensor<2>>,
}

impl<'p> Bound<'p> {
    fn new(program: &'p Program, weights: &Weights) -> Self {
        let d_hidden = weights.input.dims()[1] / program.inputs().len();
        let products = joined(program)
            .into_iter()
            .map(|(_, blocks)| {
                let columns = blocks.start * d_hidden..blocks.end * d_hidden;
                let hidden = weights.hidden.as_ref().expect("a product has a weight");
                Product {
                    weight: columns_of(hidden, columns.clone()),
                    bias: weights
                        .hidden_bias
                        .as_ref()
                        .map(|b| b.clone().slice([columns])),
                    blocks,
                }
            })
            .collect();
        Bound {
            program,
            d_hidden,
            products,
            vectors: weights
                .vectors
                .iter()
                .map(|v| v.clone().unsqueeze())
                .collect(),
            projection: weights.projects().clone(),
            mask: weights.constant_mask(),
        }
    }

    fn block(&self, joined: &Tensor<2>, index: usize) -> Tensor<2> {
        columns_of(joined, index * self.d_hidden..(index + 1) * self.d_hidden)
    }

    fn step(&self, x: &Tensor<2>, state: &[Tensor<2>]) -> Vec<Tensor<2>> {
        self.next(&self.values(x, state), x, state)
    }

    /// The new states, from the values of a step. For the other executors a pass is one node of the graph, which depends on
    /// all that it is given: so here a state that depends on nothing does so with a gradient of zero.
    fn next(&self, values: &[Value], x: &Tensor<2>, state: &[Tensor<2>]) -> Vec<Tensor<2>> {
        let rows = |(s, &id): (usize, &Id)| {
            let shape = state[s].dims();
            let value = values[id].rows(&state[s]).expand(shape);
            let mut given = state.iter().chain([x]);
            match given.find(|given| !value.is_tracked() && given.is_tracked()) {
                None => value,
                Some(given) => {
                    let nothing = state[s].zeros_like();
                    through(value, given.clone().narrow(1, 0, 1).expand(shape), || {
                        nothing
                    })
                }
            }
        };
        self.program.next().iter().enumerate().map(rows).collect()
    }

    /// The value of every node.
    fn values(&self, x: &Tensor<2>, state: &[Tensor<2>]) -> Vec<Value> {
        let mut products: Vec<Option<Tensor<2>>> = vec![None; self.products.len()];
        let mut values: Vec<Value> = Vec::with_capacity(self.program.nodes().len());
        for node in self.program.nodes() {
            let value = match *node {
                Node::Input(g) => Value::Rows(self.block(x, g)),
                Node::Raw => Value::Rows(self.block(x, self.program.inputs().len())),
                Node::Moves(s) => {
                    let blocks = self.program.inputs().len() + usize::from(self.program.has_raw());
                    let before = state[..s].iter().map(|state| state.dims()[1]);
                    let start = blocks * self.d_hidden + before.sum::<usize>();
                    Value::Rows(columns_of(x, start..start + state[s].dims()[1]))
                }
                Node::Mask(_) => {
                    let mask = self.mask.clone().expect("a masked program has a mask");
                    Value::Rows(mask)
                }
                Node::State(s) => Value::Rows(state[s].clone()),
                Node::Vector(v) => Value::Rows(self.vectors[v].clone()),
                Node::Constant(bits) => Value::Number(f64::from_bits(bits)),
                Node::Unary(op, a) => Value::Rows(apply(op, values[a].rows(x))),
                Node::Binary(op, a, b) => values[a].binary(op, &values[b]),
                Node::Across(op, a) => Value::Rows(across(op, values[a].rows(x))),
                Node::Hidden(g, v) => {
                    let (i, p) = self.product(g);
                    let joined = products[i].get_or_insert_with(|| {
                        affine(values[v].rows(x), p.weight.clone(), p.bias.clone())
                    });
                    Value::Rows(self.block(joined, g - p.blocks.start))
                }
                ref other @ (Node::Plane(_)
                | Node::Slope(..)
                | Node::Forward(_)
                | Node::Adjoint(_)
                | Node::Total(_)
                | Node::HiddenT(..)
                | Node::ProjectT(_)) => unreachable!("{other:?} is not of a step"),
                Node::Project(v) => {
                    let weight = self.projection.clone().expect("a projection has a weight");
                    Value::Rows(values[v].rows(x).matmul(weight))
                }
            };
            values.push(value);
        }
        values
    }

    fn product(&self, block: usize) -> (usize, &Product) {
        let place = self.products.iter().enumerate();
        place
            .into_iter()
            .find(|(_, p)| p.blocks.contains(&block))
            .expect("every recurrent block belongs to a product")
    }
}

/// The recurrent products of a program: neighbouring blocks that take the same operand are one.
fn joined(program: &Program) -> Vec<(Id, Range<usize>)> {
    let operand = |block| {
        program.nodes().iter().find_map(|n| match *n {
            Node::Hidden(g, v) if g == block => Some(v),
            _ => None,
        })
    };
    let mut products: Vec<(Id, Range<usize>)> = Vec::new();
    for block in 0..program.hiddens().len() {
        let Some(v) = operand(block) else { continue };
        match products.last_mut() {
            Some((last, blocks)) if *last == v && blocks.end == block => blocks.end += 1,
            _ => products.push((v, block..block + 1)),
        }
    }
    products
}

fn columns_of(x: &Tensor<2>, columns: Range<usize>) -> Tensor<2> {
    match columns.len() == x.dims()[1] {
        true => x.clone(),
        false => x.clone().narrow(1, columns.start, columns.len()),
    }
}

/// A node's value: rows of numbers, or one number for all.
#[allow(
    clippy::large_enum_variant,
    reason = "almost every value is the large one"
)]
enum Value {
    Rows(Tensor<2>),
    Number(f64),
}

impl Value {
    /// The value as rows, `like` another tensor's batch and device.
    fn rows(&self, like: &Tensor<2>) -> Tensor<2> {
        match self {
            Value::Rows(rows) => rows.clone(),
            Value::Number(n) => Tensor::full([1, 1], *n, (&like.device(), like.dtype())),
        }
    }

    fn binary(&self, op: Binary, other: &Value) -> Value {
        use Value::{Number, Rows};
        match (op, self, other) {
            (_, Number(a), Number(b)) => Number(op.of(*a, *b)),
            (Binary::Div | Binary::Max | Binary::Min, a, b) => {
                let like = match (a, b) {
                    (Rows(rows), _) | (_, Rows(rows)) => rows,
                    _ => unreachable!("two numbers are a number"),
                };
                Rows(of_two(op, a.rows(like), b.rows(like)))
            }
            (Binary::Add, Rows(a), Rows(b)) => Rows(a.clone() + b.clone()),
            (Binary::Sub, Rows(a), Rows(b)) => Rows(a.clone() - b.clone()),
            (Binary::Mul, Rows(a), Rows(b)) => Rows(a.clone() * b.clone()),
            (Binary::Add, Rows(a), Number(n)) | (Binary::Add, Number(n), Rows(a)) => {
                Rows(a.clone().add_scalar(*n))
            }
            (Binary::Mul, Rows(a), Number(n)) | (Binary::Mul, Number(n), Rows(a)) => {
                Rows(a.clone().mul_scalar(*n))
            }
            (Binary::Sub, Rows(a), Number(n)) => Rows(a.clone().sub_scalar(*n)),
            (Binary::Sub, Number(n), Rows(a)) => Rows(a.clone().neg().add_scalar(*n)),
        }
    }
}

/// A value that depends on a tensor of its shape: `slope` is the derivative. What it depends on besides, it still does.
fn through(value: Tensor<2>, of: Tensor<2>, slope: impl FnOnce() -> Tensor<2>) -> Tensor<2> {
    if !of.is_tracked() {
        return value;
    }
    let [value, of, slope] = [value, of, slope()].map(Tensor::into_dispatch);
    Tensor::from_dispatch(Dispatch::through(value, of, slope))
}

/// A function of whole rows as a tensor operation.
fn across(op: Across, x: Tensor<2>) -> Tensor<2> {
    let shape = x.dims();
    match op {
        Across::Mean => x.mean_dim(1).expand(shape),
        Across::Sum => x.sum_dim(1).expand(shape),
        Across::Cumsum => x.cumsum(1),
        Across::RevCumsum => x.flip([1]).cumsum(1).flip([1]),
        Across::Amax => {
            let at = x.clone().detach();
            let largest = at.clone().max_dim(1);
            let chosen = at.lower(largest.clone().expand(shape)).bool_not();
            let chosen = chosen.float().cast(x.dtype());
            let share = chosen.clone() / chosen.sum_dim(1);
            // Zeros that depend on the row: they have no digits that their sum could lose.
            let sum = through(x.zeros_like(), x, || share).sum_dim(1);
            let one = sum.ones_like();
            through(largest, sum, || one).expand(shape)
        }
    }
}

/// A function of two values, one of which may be a row for all, or a number for all of a row.
fn of_two(op: Binary, a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    let [rows, columns] = [0, 1].map(|i| a.dims()[i].max(b.dims()[i]));
    let [a, b] = [a, b].map(|v| v.expand([rows, columns]));
    let [x, y] = [&a, &b].map(|v| v.clone().detach());
    if op == Binary::Div {
        let value = x / y.clone();
        let of_a = through(value.clone(), a, || y.clone().recip());
        return through(of_a, b, || value.neg() / y);
    }
    let beyond = match op {
        Binary::Min => x.clone() - y.clone(),
        _ => y.clone() - x.clone(),
    };
    // What is chosen is `b` where the difference is positive.
    let by_b = || -> Tensor<2> {
        let beyond = beyond.clone().into_dispatch();
        Tensor::from_dispatch(slope::<Dispatch>(Unary::Relu, beyond))
    };
    let value = extreme::<Dispatch>(op, x.into_dispatch(), y.into_dispatch());
    let of_a = through(Tensor::from_dispatch(value), a, || {
        by_b().neg().add_scalar(1.0)
    });
    through(of_a, b, by_b)
}

/// A pointwise function as a tensor operation.
fn apply(op: Unary, x: Tensor<2>) -> Tensor<2> {
    let at = x.clone().detach().into_dispatch();
    let value = unary::<Dispatch>(op, at.clone());
    let subject = match op.subject() {
        Subject::Value => value.clone(),
        Subject::Argument => at,
    };
    let slope = || Tensor::from_dispatch(slope::<Dispatch>(op, subject));
    through(Tensor::from_dispatch(value), x, slope)
}
