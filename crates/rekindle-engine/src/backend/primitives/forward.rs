//! The forward pass.

use super::Pointwise;
use super::machine::{Machine, PassOperands, beside, columns, rows};
use crate::backend::pointwise::Value;
use crate::backend::tape::{Computed, Tape, Tensors, Values};
use crate::call::{Call, Operands, Ran, operand};
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, TensorMetadata, get_device_settings};
use burn::tensor::{Shape, TensorData};
use rekindle_kernels::Keep;
use rekindle_program::plan::{Loc, Plans};

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
pub(super) fn repeated_mask<B: Backend>(weights: &PassOperands<'_, B>) -> Option<FloatTensor<B>> {
    let mask = weights.get(operand::MASK)?.clone();
    let [batch, width] = [0, 1].map(|i| mask.shape()[i]);
    let time = weights.sizes.time;
    let mask = B::float_reshape(mask, Shape::new([1, batch, width]));
    let mask = B::float_expand(mask, Shape::new([time, batch, width]));
    Some(B::float_reshape(mask, Shape::new([time * batch, width])))
}

/// The times of a pass, in the order of reading.
pub(super) fn times(call: &Call, time: usize) -> Vec<usize> {
    match call.reverse {
        true => (0..time).rev().collect(),
        false => (0..time).collect(),
    }
}

/// Planes of each step, as they were read, one below the other in the order of time.
pub(super) fn over_time<B: Backend>(mut steps: Vec<(usize, FloatTensor<B>)>) -> FloatTensor<B> {
    steps.sort_by_key(|step| step.0);
    B::float_cat(steps.into_iter().map(|step| step.1).collect(), 0)
}

/// A pass over a sequence.
pub(in crate::backend) fn run<B: Backend>(
    operands: Operands<B>,
    call: &Call,
    keep: Keep,
    pointwise: Pointwise<B>,
) -> Ran<B, Tape<B>> {
    let weights = PassOperands::<B>::new(operands, call, pointwise);
    let compiled = &call.prepared.compiled;
    let plans = match keep {
        Keep::Nothing => compiled.inference(),
        Keep::Values | Keep::States => compiled.forward(),
    };
    let (batch, time) = (weights.sizes.batch, weights.sizes.time);
    let x = by_time::<B>(weights.tensors[operand::X].clone());
    let states = 0..compiled.states().len();
    let mut pass = Pass {
        weights: &weights,
        plans,
        inputs: inputs(&weights, plans, &x),
        mask: repeated_mask(&weights),
        moves: weights.get(operand::MOVES).cloned().map(by_time::<B>),
        planes: vec![None; compiled.handed().len()],
        before: vec![None; states.len()],
        last: states.map(|s| weights.initial(s)).collect(),
        output: None,
        x,
    };
    let phases = 0..plans.len();
    let computed: Vec<Computed<B>> = phases.map(|phase| pass.phase(phase, keep)).collect();
    let output = pass.output.expect("a phase computes the output");
    let x = pass.x;
    Ran {
        y: by_batch::<B>(output, batch, time),
        last: beside::<B>(pass.last),
        tape: (keep != Keep::Nothing).then_some(Tape::Tensors(Tensors {
            phases: computed,
            x,
        })),
    }
}

/// What is known so far.
struct Pass<'p, B: Backend> {
    weights: &'p PassOperands<'p, B>,
    plans: &'p Plans,
    /// The input, and its blocks, for all steps.
    x: FloatTensor<B>,
    inputs: Vec<FloatTensor<B>>,
    mask: Option<FloatTensor<B>>,
    /// How far states move, for all steps.
    moves: Option<FloatTensor<B>>,
    /// What phases have handed on, for all steps.
    planes: Vec<Option<FloatTensor<B>>>,
    /// The states before every step, where those are known for all steps at once.
    before: Vec<Option<FloatTensor<B>>>,
    /// The states behind the last step that was taken.
    last: Vec<FloatTensor<B>>,
    /// The output, for all steps.
    output: Option<FloatTensor<B>>,
}

impl<B: Backend> Pass<'_, B> {
    /// What a phase reads, for all steps.
    fn leaf(&self, loc: Loc) -> Option<FloatTensor<B>> {
        match loc {
            Loc::Input(g) => Some(self.inputs[g].clone()),
            Loc::Raw => Some(self.x.clone()),
            Loc::Moves(s) => {
                let program = self.weights.call.prepared.compiled.program();
                let (start, width) = self.weights.sizes.states(program)[s];
                let moves = self.moves.clone()?;
                Some(columns::<B>(moves, start..start + width))
            }
            Loc::Plane(k) => self.planes[k].clone(),
            Loc::State(s) => self.before[s].clone(),
            Loc::Mask => self.mask.clone(),
            _ => None,
        }
    }

    fn phase(&mut self, phase: usize, keep: Keep) -> Computed<B> {
        let call = self.weights.call;
        let compiled = &call.prepared.compiled;
        let (batch, time) = (self.weights.sizes.batch, self.weights.sizes.time);
        let plan = &self.plans[phase];
        let matrices = self.weights.matrices(plan);
        let widths = self.weights.sizes.states(compiled.program());
        let here = |s: &usize| compiled.states()[*s].computed == phase;
        let states: Vec<usize> = (0..widths.len()).filter(here).collect();
        let handed = &plan.handed;
        let machine = |like: &FloatTensor<B>| Machine {
            plan,
            weights: self.weights,
            matrices: &matrices,
            values: vec![None; plan.places.len()],
            like: like.clone(),
        };
        // The new states that others read for all steps at once, and what is handed on.
        let mut fresh: Vec<Vec<(usize, FloatTensor<B>)>> = vec![Vec::new(); states.len()];
        let mut planes: Vec<Vec<(usize, FloatTensor<B>)>> = vec![Vec::new(); handed.len()];
        let now = |plane: FloatTensor<B>, t: usize| rows::<B>(plane, t * batch..(t + 1) * batch);
        let order = times(call, time);
        let computed = if compiled.phases()[phase].looped {
            let mut state = self.last.clone();
            let mut steps = Vec::new();
            for &t in &order {
                let values: Values<B> = machine(&self.last[0]).run(|loc| {
                    Some(Value::Rows(match loc {
                        Loc::State(s) if compiled.states()[s].looped => state[s].clone(),
                        Loc::Mask => self.weights.get(operand::MASK)?.clone(),
                        loc => now(self.leaf(loc)?, t),
                    }))
                });
                let take = |loc, width| Machine::take(&values, plan, loc, [batch, width], &self.x);
                let alive = alive::<B>(call, t, &self.x);
                for (&s, fresh) in states.iter().zip(&mut fresh) {
                    let new = take(Loc::Next(s), widths[s].1);
                    state[s] = choose::<B>(alive.as_ref(), new.clone(), state[s].clone());
                    if s == 0 || !compiled.states()[s].looped {
                        fresh.push((t, new));
                    }
                }
                for ((_, place), plane) in handed.iter().zip(&mut planes) {
                    plane.push((t, take(place.loc, self.weights.sizes.width(place.width))));
                }
                if keep != Keep::Nothing {
                    steps.push((t, values));
                }
            }
            self.last = state;
            Computed::Steps(steps)
        } else {
            let values: Values<B> = machine(&self.x).run(|loc| self.leaf(loc).map(Value::Rows));
            let take = |loc, width| {
                let all = Machine::take(&values, plan, loc, [time * batch, width], &self.x);
                order.iter().map(|&t| (t, now(all.clone(), t))).collect()
            };
            for (&s, fresh) in states.iter().zip(&mut fresh) {
                *fresh = take(Loc::Next(s), widths[s].1);
            }
            for ((_, place), plane) in handed.iter().zip(&mut planes) {
                *plane = take(place.loc, self.weights.sizes.width(place.width));
            }
            Computed::AtOnce(values)
        };
        for (&(k, _), plane) in handed.iter().zip(planes) {
            self.planes[k] = Some(over_time::<B>(plane));
        }
        for (s, fresh) in states.into_iter().zip(fresh) {
            self.carry(s, fresh, compiled.phases()[phase].looped);
        }
        computed
    }

    /// Makes the output and the states before each step of a state's new values; in loops, its last value is known.
    fn carry(&mut self, s: usize, fresh: Vec<(usize, FloatTensor<B>)>, looped: bool) {
        let call = self.weights.call;
        let state = call.prepared.compiled.states()[s];
        let [batch, width] = [0, 1].map(|i| self.last[s].shape()[i]);
        let mut before = Vec::new();
        let mut held = self.weights.initial(s);
        let mut output = Vec::new();
        for (t, new) in fresh {
            let alive = alive::<B>(call, t, &self.x);
            if s == 0 {
                let nothing = zeros::<B>([batch, width], &self.x);
                output.push((t, choose::<B>(alive.as_ref(), new.clone(), nothing)));
            }
            let then = choose::<B>(alive.as_ref(), new, held.clone());
            before.push((t, std::mem::replace(&mut held, then)));
        }
        if s == 0 {
            self.output = Some(over_time::<B>(output));
        }
        if !state.looped && state.read.is_some() {
            self.before[s] = Some(over_time::<B>(before));
        }
        if !looped {
            self.last[s] = held;
        }
    }
}

/// `W x + b` of every block, for all steps, with the recurrent biases that are folded into it.
fn inputs<B: Backend>(
    weights: &PassOperands<'_, B>,
    plans: &Plans,
    x: &FloatTensor<B>,
) -> Vec<FloatTensor<B>> {
    let compiled = &weights.call.prepared.compiled;
    let h = weights.sizes.d_hidden;
    let all = B::float_matmul(x.clone(), weights.tensors[operand::W].clone());
    let folded: Vec<(usize, usize)> = plans.iter().flat_map(|p| p.folded.clone()).collect();
    let blocks = 0..compiled.program().inputs().len();
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
