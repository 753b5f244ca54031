//! The backward pass.

use super::Pointwise;
use super::forward::{alive, by_batch, by_time, choose, over_time, repeated_mask, times, zeros};
use super::machine::{Machine, PassOperands, beside, columns, rows, value_at};
use crate::backend::pointwise::Value;
use crate::backend::tape::{Computed, Gradients, Tape, Tensors, Values};
use crate::call::{Call, OPERANDS, Operands, operand};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;
use rekindle_program::plan::{Kind, Loc};
use rekindle_program::{Out, Width};

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
    let weights = PassOperands::<B>::new(operands, call, pointwise);
    let compiled = &call.prepared.compiled;
    let states = weights.sizes.states(compiled.program());
    let of = |&(start, width): &(usize, usize)| match &dlast {
        Some(all) => columns::<B>(all.clone(), start..start + width),
        None => zeros::<B>([weights.sizes.batch, width], &tape.x),
    };
    let mut past = Past {
        weights: &weights,
        tape: &tape,
        dy: dy.map(by_time::<B>),
        mask: repeated_mask(&weights),
        planes: vec![Vec::new(); compiled.phases().len()],
        totals: Vec::new(),
        entering: vec![None; states.len()],
        leaving: vec![None; states.len()],
        adjoint: states.iter().map(of).collect(),
    };
    for phase in (0..compiled.phases().len()).rev() {
        past.phase(phase);
    }
    past.gradients(wanted)
}

struct Past<'p, B: Backend> {
    weights: &'p PassOperands<'p, B>,
    tape: &'p Tensors<B>,
    dy: Option<FloatTensor<B>>,
    mask: Option<FloatTensor<B>>,
    /// The gradient planes of the phases that have been gone through.
    planes: Vec<Planes<B>>,
    /// The gradients of learned vectors that loops have added up, `[batch, width]`.
    totals: Vec<(usize, FloatTensor<B>)>,
    /// The gradients of new states, and of the states as each step found them, where those are known for all steps at
    /// once.
    entering: Vec<Option<FloatTensor<B>>>,
    leaving: Vec<Option<FloatTensor<B>>>,
    /// The gradients of the states behind the last step; in the end, of those before the first.
    adjoint: Vec<FloatTensor<B>>,
}

impl<B: Backend> Past<'_, B> {
    fn width(&self, width: Width) -> usize {
        self.weights.sizes.width(width)
    }

    /// Rows of a time.
    fn now(&self, plane: &FloatTensor<B>, t: usize) -> FloatTensor<B> {
        let batch = self.weights.sizes.batch;
        rows::<B>(plane.clone(), t * batch..(t + 1) * batch)
    }

    /// What enters a new state at a time, of the gradient that came to it: with that of the output, and nothing where
    /// the row has no such step.
    fn enter(&self, s: usize, t: usize) -> FloatTensor<B> {
        let gradient = match (s, &self.dy) {
            (0, Some(dy)) => B::float_add(self.adjoint[s].clone(), self.now(dy, t)),
            _ => self.adjoint[s].clone(),
        };
        let [batch, width] = [0, 1].map(|i| gradient.shape()[i]);
        let nothing = zeros::<B>([batch, width], &self.tape.x);
        choose::<B>(self.alive(t).as_ref(), gradient, nothing)
    }

    fn alive(&self, t: usize) -> Option<burn::backend::tensor::BoolTensor<B>> {
        alive::<B>(self.weights.call, t, &self.tape.x)
    }

    /// The gradients of a state's new values for all steps, from those of the values that steps found.
    fn meet(&mut self, s: usize) {
        let call = self.weights.call;
        let mut entering = Vec::new();
        for t in times(call, self.weights.sizes.time).into_iter().rev() {
            entering.push((t, self.enter(s, t)));
            let [batch, width] = [0, 1].map(|i| self.adjoint[s].shape()[i]);
            let found = match &self.leaving[s] {
                Some(found) => self.now(found, t),
                None => zeros::<B>([batch, width], &self.tape.x),
            };
            // Rows that have no such step pass their gradients by.
            self.adjoint[s] = choose::<B>(self.alive(t).as_ref(), found, self.adjoint[s].clone());
        }
        self.entering[s] = Some(over_time::<B>(entering));
    }

    /// The gradient of a value that was handed on, from the phase that read it.
    fn handed(&self, k: usize) -> Option<FloatTensor<B>> {
        let compiled = &self.weights.call.prepared.compiled;
        let reader = compiled.handed()[k][1];
        let i = compiled.backward()[reader].gradient(Out::Plane(k))?;
        Some(self.planes[reader][i].clone())
    }

    fn phase(&mut self, phase: usize) {
        let compiled = &self.weights.call.prepared.compiled;
        let states: Vec<usize> = (0..compiled.states().len()).collect();
        let of =
            |s: &&usize| compiled.states()[**s].computed == phase && !compiled.states()[**s].looped;
        states.iter().filter(of).for_each(|&s| self.meet(s));
        let own =
            |s: &&usize| compiled.states()[**s].computed == phase && compiled.states()[**s].looped;
        let own: Vec<usize> = states.iter().filter(own).copied().collect();
        let read = |s: &&usize| {
            compiled.states()[**s].read == Some(phase) && !compiled.states()[**s].looped
        };
        let read: Vec<usize> = states.iter().filter(read).copied().collect();
        let (there, back) = (&compiled.forward()[phase], &compiled.backward()[phase]);
        let widths = self.weights.sizes.states(compiled.program());
        let matrices = self.weights.matrices(back);
        let machine = |like: &FloatTensor<B>| Machine {
            plan: back,
            weights: self.weights,
            matrices: &matrices,
            values: vec![None; back.places.len()],
            like: like.clone(),
        };
        let like = &self.tape.x;
        let tape = self.tape;
        let steps = match &tape.phases[phase] {
            Computed::AtOnce(values) => {
                let result = machine(like).run(|loc| match loc {
                    Loc::Adjoint(Out::Next(s)) => self.entering[s].clone().map(Value::Rows),
                    Loc::Adjoint(Out::Plane(k)) => self.handed(k).map(Value::Rows),
                    Loc::Mask => self.mask.clone().map(Value::Rows),
                    loc => value_at(there, values, loc),
                });
                let height = like.shape()[0];
                let take = |loc, width| Machine::take(&result, back, loc, [height, width], like);
                let planes = back.gradients.iter().enumerate();
                let planes = planes.map(|(i, &w)| take(Loc::Gradient(i), self.width(w)));
                let planes = planes.collect();
                let leaving = read
                    .iter()
                    .map(|&s| take(Loc::StateGradient(s), widths[s].1));
                let leaving: Vec<FloatTensor<B>> = leaving.collect();
                self.planes[phase] = planes;
                for (s, plane) in read.into_iter().zip(leaving) {
                    self.leaving[s] = Some(plane);
                }
                return;
            }
            Computed::Steps(steps) => steps,
        };
        let mut planes: Vec<Vec<(usize, FloatTensor<B>)>> = vec![Vec::new(); back.gradients.len()];
        let mut leaving: Vec<Vec<(usize, FloatTensor<B>)>> = vec![Vec::new(); read.len()];
        let nothing = [self.weights.sizes.batch, self.weights.sizes.d_hidden];
        let mut totals: Vec<(usize, FloatTensor<B>)> = back
            .totals
            .iter()
            .map(|&v| (v, zeros::<B>(nothing, like)))
            .collect();
        for (t, values) in steps.iter().rev() {
            let entering: Vec<(usize, FloatTensor<B>)> =
                own.iter().map(|&s| (s, self.enter(s, *t))).collect();
            let height = self.weights.sizes.batch;
            let result = machine(&self.adjoint[0]).run(|loc| match loc {
                Loc::Adjoint(Out::Next(s)) => {
                    let own = entering.iter().find(|e| e.0 == s).map(|e| e.1.clone());
                    let known = || Some(self.now(self.entering[s].as_ref()?, *t));
                    own.or_else(known).map(Value::Rows)
                }
                Loc::Adjoint(Out::Plane(k)) => Some(Value::Rows(self.now(&self.handed(k)?, *t))),
                Loc::Total(v) => {
                    let total = totals.iter().find(|total| total.0 == v)?;
                    Some(Value::Rows(total.1.clone()))
                }
                Loc::Mask => self.weights.get(operand::MASK).cloned().map(Value::Rows),
                loc => value_at(there, values, loc),
            });
            let take = |loc, width| Machine::take(&result, back, loc, [height, width], like);
            let alive = self.alive(*t);
            for &s in &own {
                let new = take(Loc::StateGradient(s), widths[s].1);
                self.adjoint[s] = choose::<B>(alive.as_ref(), new, self.adjoint[s].clone());
            }
            for (&s, plane) in read.iter().zip(&mut leaving) {
                plane.push((*t, take(Loc::StateGradient(s), widths[s].1)));
            }
            for (v, total) in &mut totals {
                *total = take(Loc::Total(*v), nothing[1]);
            }
            for (i, (plane, &width)) in planes.iter_mut().zip(&back.gradients).enumerate() {
                plane.push((*t, take(Loc::Gradient(i), self.width(width))));
            }
        }
        self.totals.extend(totals);
        self.planes[phase] = planes.into_iter().map(over_time::<B>).collect();
        for (s, plane) in read.into_iter().zip(leaving) {
            self.leaving[s] = Some(over_time::<B>(plane));
        }
    }

    /// The value of a forward plan's place, over all steps.
    fn over_time(&self, phase: usize, loc: Loc) -> FloatTensor<B> {
        if let Loc::Vector(v) = loc {
            let vector = self.weights.vector(v);
            let rows = self.tape.x.shape()[0];
            return B::float_expand(vector.clone(), Shape::new([rows, vector.shape()[1]]));
        }
        let plan = &self.weights.call.prepared.compiled.forward()[phase];
        let rows = |values: &Values<B>| match value_at(plan, values, loc) {
            Some(Value::Rows(rows)) => rows,
            _ => unreachable!("the operand of a product is kept as rows"),
        };
        match &self.tape.phases[phase] {
            Computed::AtOnce(values) => rows(values),
            Computed::Steps(steps) => {
                over_time::<B>(steps.iter().map(|(t, values)| (*t, rows(values))).collect())
            }
        }
    }

    fn gradients(self, wanted: [bool; OPERANDS]) -> Gradients<B> {
        let weights = self.weights;
        let compiled = &weights.call.prepared.compiled;
        let h = weights.sizes.d_hidden;
        let like = &self.tape.x;
        let area = like.shape()[0];
        let plane = |phase: usize, out: Out| -> Option<FloatTensor<B>> {
            let i = compiled.backward()[phase].gradient(out)?;
            Some(self.planes[phase][i].clone())
        };
        let everywhere = |out: Out| (0..compiled.phases().len()).filter_map(move |p| plane(p, out));
        let sum = |x: FloatTensor<B>| {
            let width = x.shape()[1];
            B::float_reshape(B::float_sum_dim(x, 0), Shape::new([width]))
        };
        let mut gradients: Gradients<B> = Default::default();
        gradients[operand::STATE] = Some(beside::<B>(self.adjoint.clone()));

        // Every block of the input, one with no influence as zero.
        let blocks = (0..compiled.program().inputs().len()).map(|g| {
            let found = everywhere(Out::Input(g)).next();
            found.unwrap_or_else(|| zeros::<B>([area, h], like))
        });
        let inputs = beside::<B>(blocks.collect());
        if wanted[operand::X] {
            let w = weights.tensors[operand::W].clone();
            let mut dx = B::float_matmul(inputs.clone(), B::float_transpose(w));
            for raw in everywhere(Out::Raw) {
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

        let hiddens = compiled.program().hiddens().len();
        let depth = weights.sizes.width(compiled.program().product_width());
        let mut du: Vec<Option<FloatTensor<B>>> = vec![None; hiddens];
        let mut dd: Vec<Option<FloatTensor<B>>> = vec![None; hiddens];
        for (phase, there) in compiled.forward().iter().enumerate() {
            for product in there.stages.iter().flat_map(|s| &s.products) {
                let loc = there.places[product.operands[0].1].loc;
                if product.kind == Kind::Project {
                    let number = Out::Project(product.results[0].0);
                    if let Some(d) = plane(phase, number).filter(|_| wanted[operand::R]) {
                        let v = B::float_transpose(self.over_time(phase, loc));
                        let own = B::float_matmul(v, d);
                        gradients[operand::R] = Some(match gradients[operand::R].take() {
                            Some(others) => B::float_add(others, own),
                            None => own,
                        });
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
            let vectors = 0..compiled.program().vectors().len();
            let rows = vectors.map(|v| {
                let totals = self.totals.iter().filter(|total| total.0 == v);
                let all = everywhere(Out::Vector(v)).chain(totals.map(|total| total.1.clone()));
                let sums = all.map(|d| B::float_sum_dim(d, 0));
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
