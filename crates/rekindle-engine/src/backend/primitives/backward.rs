//! The backward pass.

use super::forward::{alive, by_batch, by_time, choose, repeated_mask, zeros};
use super::machine::{Machine, Weights, beside, columns, rows, value_at};
use super::{Pointwise, Step, Tensors};
use crate::backend::pointwise::Value;
use crate::backend::{Gradients, Tape};
use crate::call::{Call, OPERANDS, Operands, operand};
use crate::program::{Out, Width};
use crate::tiles::{Kind, Loc, PHASES, Plan, Plans, phase};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;

/// The gradient planes of a plan, `[time * batch, width]` each.
type Planes<B> = Vec<FloatTensor<B>>;

/// The gradients of a pass.
pub(in crate::backend) fn reverse<B: Backend>(
    operands: Operands<B>,
    call: &Call,
    tape: Tape<B>,
    [dy, dlast]: [Option<FloatTensor<B>>; 2],
    wanted: [bool; OPERANDS],
    pointwise: Pointwise<B>,
) -> Gradients<B> {
    let Tape::Tensors(tape) = tape else {
        unreachable!("the tape is that of the primitives")
    };
    let weights = Weights::<B>::new(operands, call, pointwise);
    let past = Past {
        weights: &weights,
        tape: &tape,
    };
    let ([step, after], state) = past.steps(dy, dlast);
    let before = past.before(&step);
    past.gradients([before, step, after], state, wanted)
}

struct Past<'p, B: Backend> {
    weights: &'p Weights<'p, B>,
    tape: &'p Tensors<B>,
}

impl<B: Backend> Past<'_, B> {
    fn width(&self, width: Width) -> usize {
        self.weights.sizes.width(width)
    }

    /// The loop from the last step to the first: the gradient planes of the step and of what comes after it, and
    /// the gradients of the states.
    fn steps(
        &self,
        dy: Option<FloatTensor<B>>,
        dlast: Option<FloatTensor<B>>,
    ) -> ([Planes<B>; 2], Vec<FloatTensor<B>>) {
        let call = self.weights.call;
        let compiled = &call.prepared.compiled;
        let (there, back) = (&compiled.forward.step, &compiled.backward.step);
        let after = compiled.backward.after.as_ref();
        let matrices_after = after.map(|plan| self.weights.matrices(plan));
        let (batch, time) = (self.weights.sizes.batch, self.weights.sizes.time);
        let states = self.weights.sizes.states(&compiled.hoisted.step);
        let matrices = self.weights.matrices(back);
        let dy = dy.map(by_time::<B>);
        let like = &self.tape.x;
        let of = |&(start, width): &(usize, usize)| match &dlast {
            Some(all) => columns::<B>(all.clone(), start..start + width),
            None => zeros::<B>([batch, width], like),
        };
        let mut adjoint: Vec<FloatTensor<B>> = states.iter().map(of).collect();
        let plans = [Some(back), after];
        let mut planes: [Vec<Vec<Option<FloatTensor<B>>>>; 2] =
            plans.map(|p| vec![vec![None; time]; p.map_or(0, |p| p.gradients.len())]);
        for step in self.tape.steps.iter().rev() {
            let (t, values) = (&step.time, &step.values);
            let now = |x: &FloatTensor<B>| rows::<B>(x.clone(), t * batch..(t + 1) * batch);
            let alive = alive::<B>(call, *t, like);
            // Rows that have no such step pass their gradients by.
            let entering: Vec<FloatTensor<B>> = adjoint
                .iter()
                .enumerate()
                .map(|(s, a)| {
                    let a = match (s, &dy) {
                        (0, Some(dy)) => B::float_add(a.clone(), now(dy)),
                        _ => a.clone(),
                    };
                    let nothing = zeros::<B>([batch, states[s].1], like);
                    choose::<B>(alive.as_ref(), a, nothing)
                })
                .collect();
            let late = after.zip(matrices_after.as_ref());
            let late =
                late.map(|(plan, matrices)| self.output(plan, matrices, step, entering[0].clone()));
            let machine = Machine {
                plan: back,
                weights: self.weights,
                matrices: &matrices,
                values: vec![None; back.places.len()],
                like: entering[0].clone(),
            };
            let result = machine.run(|loc| match loc {
                Loc::Adjoint(k) if k >= states.len() => {
                    let i = after?.gradient(Out::Plane(k - states.len()))?;
                    value_at(after?, late.as_ref()?, Loc::Gradient(i))
                }
                Loc::Adjoint(s) => Some(Value::Rows(entering[s].clone())),
                Loc::Mask => self.weights.get(operand::MASK).cloned().map(Value::Rows),
                Loc::Plane(k) => Some(Value::Rows(now(&self.tape.planes[k]))),
                Loc::Raw => Some(Value::Rows(now(&self.tape.x))),
                loc => value_at(there, values, loc),
            });
            let leaving = states.iter().enumerate().map(|(s, &(_, width))| {
                let loc = Loc::StateGradient(s);
                Machine::take(&result, back, loc, [batch, width], like)
            });
            let leaving: Vec<FloatTensor<B>> = leaving.collect();
            adjoint = leaving
                .into_iter()
                .zip(adjoint)
                .map(|(new, old)| choose::<B>(alive.as_ref(), new, old))
                .collect();
            let results = [Some(result), late];
            for ((planes, plan), result) in planes.iter_mut().zip(plans).zip(&results) {
                let (Some(plan), Some(result)) = (plan, result) else {
                    continue;
                };
                for (i, &width) in plan.gradients.iter().enumerate() {
                    let shape = [batch, self.width(width)];
                    let plane = Machine::take(result, plan, Loc::Gradient(i), shape, like);
                    planes[i][*t] = Some(plane);
                }
            }
        }
        let over_time = |steps: Vec<Option<FloatTensor<B>>>| {
            let steps: Vec<FloatTensor<B>> = steps.into_iter().flatten().collect();
            B::float_cat(steps, 0)
        };
        let planes = planes.map(|planes| planes.into_iter().map(over_time).collect());
        (planes, adjoint)
    }

    /// The backward of a step's output, where that has a plan of its own.
    fn output(
        &self,
        plan: &Plan,
        matrices: &[Vec<FloatTensor<B>>],
        step: &Step<B>,
        dy: FloatTensor<B>,
    ) -> Vec<Option<Value<B>>> {
        let forward = &self.weights.call.prepared.compiled.forward;
        let machine = Machine {
            plan,
            weights: self.weights,
            matrices,
            values: vec![None; plan.places.len()],
            like: dy.clone(),
        };
        machine.run(|loc| match loc {
            Loc::Adjoint(_) => Some(Value::Rows(dy.clone())),
            Loc::Mask => self.weights.get(operand::MASK).cloned().map(Value::Rows),
            Loc::Plane(j) => value_at(&forward.step, &step.values, forward.step.handed[j].loc),
            loc => value_at(forward.after.as_ref()?, &step.after, loc),
        })
    }

    /// The gradient planes of what ran before the loop.
    fn before(&self, step: &[FloatTensor<B>]) -> Planes<B> {
        let compiled = &self.weights.call.prepared.compiled;
        let (Some(there), Some(back)) = (&compiled.forward.before, &compiled.backward.before)
        else {
            return Vec::new();
        };
        let mask = repeated_mask(self.weights);
        let machine = Machine {
            plan: back,
            weights: self.weights,
            matrices: &self.weights.matrices(back),
            values: vec![None; back.places.len()],
            like: self.tape.x.clone(),
        };
        let result = machine.run(|loc| match loc {
            Loc::Adjoint(k) => {
                let i = compiled.backward.step.gradient(Out::Plane(k))?;
                Some(Value::Rows(step[i].clone()))
            }
            Loc::Plane(k) => Some(Value::Rows(self.tape.planes[k].clone())),
            Loc::Mask => mask.clone().map(Value::Rows),
            loc => value_at(there, &self.tape.before, loc),
        });
        let rows = self.tape.x.shape()[0];
        let planes = back.gradients.iter().enumerate().map(|(i, &width)| {
            let shape = [rows, self.width(width)];
            Machine::take(&result, back, Loc::Gradient(i), shape, &self.tape.x)
        });
        planes.collect()
    }

    /// The value of a forward plan's place, over all steps.
    fn over_time(&self, phase: usize, loc: Loc) -> FloatTensor<B> {
        let compiled = &self.weights.call.prepared.compiled;
        let rows = |value: Option<Value<B>>| match value {
            Some(Value::Rows(rows)) => rows,
            _ => unreachable!("the operand of a product is kept as rows"),
        };
        match (phase, loc) {
            (phase::AFTER, Loc::Plane(j)) => {
                self.over_time(phase::STEP, compiled.forward.step.handed[j].loc)
            }
            (_, Loc::Plane(k)) => self.tape.planes[k].clone(),
            (_, Loc::Raw) => self.tape.x.clone(),
            (phase::BEFORE, loc) => {
                let plan = compiled
                    .forward
                    .before
                    .as_ref()
                    .expect("a plan before the loop");
                rows(value_at(plan, &self.tape.before, loc))
            }
            (phase, loc) => {
                let mut steps: Vec<&Step<B>> = self.tape.steps.iter().collect();
                steps.sort_by_key(|s| s.time);
                let plan = compiled.forward.phases()[phase].expect("a plan of the phase");
                let values = steps.iter().map(|step| {
                    let values = match phase {
                        phase::AFTER => &step.after,
                        _ => &step.values,
                    };
                    rows(value_at(plan, values, loc))
                });
                B::float_cat(values.collect(), 0)
            }
        }
    }

    fn gradients(
        &self,
        planes: [Planes<B>; PHASES],
        state: Vec<FloatTensor<B>>,
        wanted: [bool; OPERANDS],
    ) -> Gradients<B> {
        let weights = self.weights;
        let compiled = &weights.call.prepared.compiled;
        let h = weights.sizes.d_hidden;
        let [theres, backs] = [&compiled.forward, &compiled.backward].map(Plans::phases);
        let like = &self.tape.x;
        let area = like.shape()[0];
        let plane = |phase: usize, out: Out| -> Option<FloatTensor<B>> {
            let i = backs[phase].and_then(|b| b.gradient(out))?;
            Some(planes[phase][i].clone())
        };
        let sum = |x: FloatTensor<B>| {
            let width = x.shape()[1];
            B::float_reshape(B::float_sum_dim(x, 0), Shape::new([width]))
        };
        let mut gradients: Gradients<B> = Default::default();
        gradients[operand::STATE] = Some(beside::<B>(state));

        // Every block of the input, one with no influence as zero.
        let blocks = (0..compiled.hoisted.step.inputs().len()).map(|g| {
            let direct = || plane(1, Out::Plane(compiled.plane_of(g)?));
            let found = plane(0, Out::Input(g)).or_else(direct);
            found.unwrap_or_else(|| zeros::<B>([area, h], like))
        });
        let inputs = beside::<B>(blocks.collect());
        if wanted[operand::X] {
            let w = weights.tensors[operand::W].clone();
            let mut dx = B::float_matmul(inputs.clone(), B::float_transpose(w));
            for raw in [plane(0, Out::Raw), plane(1, Out::Raw)]
                .into_iter()
                .flatten()
            {
                dx = B::float_add(dx, raw);
            }
            let (batch, time) = (weights.sizes.batch, weights.sizes.time);
            gradients[operand::X] = Some(by_batch::<B>(dx, batch, time));
        }
        if wanted[operand::W] {
            let x = B::float_transpose(like.clone());
            gradients[operand::W] = Some(B::float_matmul(x, inputs.clone()));
        }
        if wanted[operand::B] {
            gradients[operand::B] = Some(sum(inputs));
        }

        let hiddens = compiled.hoisted.step.hiddens().len();
        let depth = weights.sizes.width(compiled.hoisted.product_width());
        let mut du: Vec<Option<FloatTensor<B>>> = vec![None; hiddens];
        let mut dd: Vec<Option<FloatTensor<B>>> = vec![None; hiddens];
        for (phase, there) in theres.into_iter().enumerate() {
            let products = there.into_iter().flat_map(|p| &p.stages);
            for product in products.flat_map(|s| &s.products) {
                let loc = there.expect("a plan").places[product.operands[0].1].loc;
                if product.kind == Kind::Project {
                    if let Some(d) = plane(phase, Out::Project).filter(|_| wanted[operand::R]) {
                        let v = B::float_transpose(self.over_time(phase, loc));
                        gradients[operand::R] = Some(B::float_matmul(v, d));
                    }
                    continue;
                }
                let results = product.results.iter();
                let of = results.filter_map(|r| Some((r.0, plane(phase, Out::Hidden(r.0))?)));
                let of: Vec<(usize, FloatTensor<B>)> = of.collect();
                if of.is_empty() || !(wanted[operand::U] || wanted[operand::D]) {
                    continue;
                }
                let d = beside::<B>(of.iter().map(|o| o.1.clone()).collect());
                let v = B::float_transpose(self.over_time(phase, loc));
                let all = B::float_matmul(v, d);
                for (i, (g, d)) in of.into_iter().enumerate() {
                    du[g] = Some(columns::<B>(all.clone(), i * h..(i + 1) * h));
                    dd[g] = Some(sum(d));
                }
            }
        }
        if wanted[operand::U] {
            let blocks = du
                .into_iter()
                .map(|d| d.unwrap_or_else(|| zeros::<B>([depth, h], like)));
            gradients[operand::U] = Some(beside::<B>(blocks.collect()));
        }
        if wanted[operand::D] {
            let nothing = || B::float_reshape(zeros::<B>([1, h], like), Shape::new([h]));
            let blocks = dd.into_iter().map(|d| d.unwrap_or_else(nothing));
            gradients[operand::D] = Some(B::float_cat(blocks.collect(), 0));
        }
        if wanted[operand::VECTORS] {
            let vectors = 0..compiled.hoisted.step.vectors().len();
            let rows = vectors.map(|v| {
                let all = [phase::BEFORE, phase::STEP, phase::AFTER];
                let all = all.map(|phase| plane(phase, Out::Vector(v)));
                let sums = all.into_iter().flatten().map(|d| B::float_sum_dim(d, 0));
                let total = sums.reduce(|a, b| B::float_add(a, b));
                total.unwrap_or_else(|| zeros::<B>([1, h], like))
            });
            gradients[operand::VECTORS] = Some(B::float_cat(rows.collect(), 0));
        }
        for (gradient, wanted) in gradients.iter_mut().zip(wanted) {
            if !wanted {
                *gradient = None;
            }
        }
        gradients
    }
}
