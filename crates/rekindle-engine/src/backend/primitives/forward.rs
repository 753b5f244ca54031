//! The forward pass.

use super::machine::{Machine, Weights, columns, rows, value_at};
use super::{Pointwise, Step, Tensors};
use crate::backend::Tape;
use crate::backend::pointwise::Value;
use crate::call::{Call, Operands, Ran, operand};
use crate::tiles::{Keep, Loc};
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, TensorMetadata, get_device_settings};
use burn::tensor::{Shape, TensorData};

/// Whether each row has a step at time `t`: `[batch, 1]`; `None` if every row has one.
pub(super) fn alive<B: Backend>(
    call: &Call,
    t: usize,
    like: &FloatTensor<B>,
) -> Option<BoolTensor<B>> {
    let lengths = call.lengths.as_ref()?;
    if lengths.iter().all(|&n| t < n) {
        return None;
    }
    let alive: Vec<f32> = lengths
        .iter()
        .map(|&n| f32::from(u8::from(t < n)))
        .collect();
    let data = TensorData::new(alive, [lengths.len(), 1]).convert_dtype(like.dtype());
    let device = like.device();
    let dtype = get_device_settings::<B>(&device).bool_dtype;
    Some(B::float_greater_elem(
        B::float_from_data(data, &device),
        0.5.into(),
        dtype,
    ))
}

/// `a` in the rows that are alive, `b` in the others.
pub(super) fn choose<B: Backend>(
    alive: Option<&BoolTensor<B>>,
    a: FloatTensor<B>,
    b: FloatTensor<B>,
) -> FloatTensor<B> {
    match alive {
        None => a,
        Some(alive) => {
            let alive = B::bool_expand(alive.clone(), a.shape());
            B::float_mask_where(b, alive, a)
        }
    }
}

/// A tensor of zeros.
pub(super) fn zeros<B: Backend>(shape: [usize; 2], like: &FloatTensor<B>) -> FloatTensor<B> {
    B::float_zeros(Shape::new(shape), &like.device(), like.dtype().into())
}

/// `[batch, time, width]` to `[time * batch, width]`.
pub(super) fn by_time<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let [batch, time, width] = [0, 1, 2].map(|i| x.shape()[i]);
    B::float_reshape(
        B::float_swap_dims(x, 0, 1),
        Shape::new([time * batch, width]),
    )
}

/// And back.
pub(super) fn by_batch<B: Backend>(x: FloatTensor<B>, batch: usize, time: usize) -> FloatTensor<B> {
    let width = x.shape()[1];
    B::float_swap_dims(B::float_reshape(x, Shape::new([time, batch, width])), 0, 1)
}

/// The mask for all steps at once.
pub(super) fn repeated_mask<B: Backend>(weights: &Weights<'_, B>) -> Option<FloatTensor<B>> {
    let mask = weights.get(operand::MASK)?.clone();
    let [batch, width] = [0, 1].map(|i| mask.shape()[i]);
    let time = weights.sizes.time;
    let mask = B::float_reshape(mask, Shape::new([1, batch, width]));
    let mask = B::float_expand(mask, Shape::new([time, batch, width]));
    Some(B::float_reshape(mask, Shape::new([time * batch, width])))
}

/// A pass over a sequence.
pub(in crate::backend) fn run<B: Backend>(
    operands: Operands<B>,
    call: &Call,
    keep: Keep,
    pointwise: Pointwise<B>,
) -> Ran<B, Tape<B>> {
    let weights = Weights::<B>::new(operands, call, pointwise);
    let compiled = &call.prepared.compiled;
    let plans = match keep {
        Keep::Nothing => &compiled.inference,
        Keep::Values | Keep::States => &compiled.forward,
    };
    let step = &compiled.hoisted.step;
    let (batch, time) = (weights.sizes.batch, weights.sizes.time);
    let x = by_time::<B>(weights.tensors[operand::X].clone());
    let inputs = inputs(&weights, plans, &x);
    let before = match &plans.before {
        None => Vec::new(),
        Some(plan) => {
            let mask = repeated_mask(&weights);
            let machine = Machine {
                plan,
                weights: &weights,
                matrices: &weights.matrices(plan),
                values: vec![None; plan.places.len()],
                like: x.clone(),
            };
            machine.run(|loc| match loc {
                Loc::Input(g) => Some(Value::Rows(inputs[g].clone())),
                Loc::Raw => Some(Value::Rows(x.clone())),
                Loc::Mask => mask.clone().map(Value::Rows),
                _ => None,
            })
        }
    };
    let outs = compiled.hoisted.before.outs.iter().enumerate();
    let planes = outs.map(
        |(k, &(_, id))| match (compiled.hoisted.block(k), &plans.before) {
            (Some(g), _) => inputs[g].clone(),
            (None, Some(plan)) => {
                let width = weights.sizes.width(compiled.hoisted.before.width(id));
                Machine::take(&before, plan, Loc::Plane(k), [time * batch, width], &x)
            }
            (None, None) => unreachable!("what is no block is computed before the loop"),
        },
    );
    let planes: Vec<FloatTensor<B>> = planes.collect();

    let states = weights.sizes.states(step);
    let all = &weights.tensors[operand::STATE];
    let of = |&(start, width): &(usize, usize)| columns::<B>(all.clone(), start..start + width);
    let mut state: Vec<FloatTensor<B>> = states.iter().map(of).collect();
    let matrices = weights.matrices(&plans.step);
    let output = plans.after.as_ref();
    let output = output.map(|plan| (plan, weights.matrices(plan)));
    let mut outputs: Vec<Option<FloatTensor<B>>> = vec![None; time];
    let mut steps = Vec::new();
    for k in 0..time {
        let t = if call.reverse { time - 1 - k } else { k };
        let now = |plane: &FloatTensor<B>| rows::<B>(plane.clone(), t * batch..(t + 1) * batch);
        let machine = Machine {
            plan: &plans.step,
            weights: &weights,
            matrices: &matrices,
            values: vec![None; plans.step.places.len()],
            like: state[0].clone(),
        };
        let values = machine.run(|loc| {
            Some(Value::Rows(match loc {
                Loc::Plane(k) => now(&planes[k]),
                Loc::Raw => now(&x),
                Loc::State(s) => state[s].clone(),
                Loc::Mask => weights.get(operand::MASK)?.clone(),
                _ => return None,
            }))
        });
        let alive = alive::<B>(call, t, &x);
        let after = output.as_ref().map(|(plan, matrices)| {
            let machine = Machine {
                plan,
                weights: &weights,
                matrices,
                values: vec![None; plan.places.len()],
                like: state[0].clone(),
            };
            let values = machine.run(|loc| match loc {
                Loc::Plane(j) => value_at(&plans.step, &values, plans.step.handed[j].loc),
                Loc::Mask => weights.get(operand::MASK).cloned().map(Value::Rows),
                _ => None,
            });
            (*plan, values)
        });
        let fresh = states.iter().enumerate().map(|(s, &(_, width))| {
            let (plan, values) = match &after {
                Some((plan, values)) if s == 0 => (*plan, values),
                _ => (&plans.step, &values),
            };
            Machine::take(values, plan, Loc::Next(s), [batch, width], &x)
        });
        let fresh: Vec<FloatTensor<B>> = fresh.collect();
        let nothing = zeros::<B>([batch, states[0].1], &x);
        outputs[t] = Some(choose::<B>(alive.as_ref(), fresh[0].clone(), nothing));
        let held = fresh.into_iter().zip(state);
        state = held
            .map(|(new, old)| choose::<B>(alive.as_ref(), new, old))
            .collect();
        if keep != Keep::Nothing {
            steps.push(Step {
                time: t,
                values,
                after: after.map(|a| a.1).unwrap_or_default(),
            });
        }
    }
    let outputs: Vec<FloatTensor<B>> = outputs.into_iter().flatten().collect();
    let y = by_batch::<B>(B::float_cat(outputs, 0), batch, time);
    let tape = Tensors {
        before,
        planes,
        x,
        steps,
    };
    Ran {
        y,
        last: super::machine::beside::<B>(state),
        tape: (keep != Keep::Nothing).then_some(Tape::Tensors(tape)),
    }
}

/// `W x + b` of every block, for all steps, with the recurrent biases that are folded into it.
fn inputs<B: Backend>(
    weights: &Weights<'_, B>,
    plans: &crate::tiles::Plans,
    x: &FloatTensor<B>,
) -> Vec<FloatTensor<B>> {
    let compiled = &weights.call.prepared.compiled;
    let h = weights.sizes.d_hidden;
    let all = B::float_matmul(x.clone(), weights.tensors[operand::W].clone());
    let folded = plans.folded(&compiled.hoisted);
    let blocks = 0..compiled.hoisted.step.inputs().len();
    let block = |g: usize| {
        let own = columns::<B>(all.clone(), g * h..(g + 1) * h);
        let more = folded.iter().filter(|f| f.0 == g);
        let biases = [weights.bias(operand::B, g)]
            .into_iter()
            .chain(more.map(|f| weights.bias(operand::D, f.1)));
        biases
            .flatten()
            .fold(own, |sum, bias| B::float_add(sum, bias))
    };
    blocks.map(block).collect()
}
