//! A plan, interpreted with tensors.

use super::Pointwise;
use crate::backend::pointwise::{Operations, Value, across};
use crate::call::{Call, OPERANDS, Operands, operand};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::{Shape, Slice};
use rekindle_kernels::Sizes;
use rekindle_program::Width;
use rekindle_program::plan::{Code, Kind, Loc, Op, Plan, Product, compute};
use std::marker::PhantomData;
use std::ops::Range;

/// The operands of a pass with their sizes, and how it runs pointwise instructions.
pub(super) struct PassOperands<'c, B: Backend> {
    pub call: &'c Call,
    pub tensors: Operands<B>,
    pub sizes: Sizes,
    pointwise: Pointwise<B>,
}

impl<'c, B: Backend> PassOperands<'c, B> {
    pub(super) fn new(tensors: Operands<B>, call: &'c Call, pointwise: Pointwise<B>) -> Self {
        let sizes = call.sizes::<B>(&tensors);
        PassOperands {
            call,
            tensors,
            sizes,
            pointwise,
        }
    }

    pub(super) fn get(&self, i: usize) -> Option<&FloatTensor<B>> {
        debug_assert!(i < OPERANDS);
        self.call.present[i].then_some(&self.tensors[i])
    }

    /// A state before the first step: `[batch, width]`.
    pub(super) fn initial(&self, state: usize) -> FloatTensor<B> {
        let (start, width) = self.sizes.states(self.call.prepared.compiled.program())[state];
        columns::<B>(self.tensors[operand::STATE].clone(), start..start + width)
    }

    /// Block `g` of a bias: `[1, H]`.
    pub(super) fn bias(&self, i: usize, g: usize) -> Option<FloatTensor<B>> {
        let h = self.sizes.d_hidden;
        let bias = self.get(i)?.clone();
        let row = B::float_slice(bias, &[Slice::from(g * h..(g + 1) * h)]);
        Some(B::float_reshape(row, Shape::new([1, h])))
    }

    /// Blocks of `U` side by side: `[P, n * H]`.
    pub(super) fn blocks(&self, blocks: impl Iterator<Item = usize>) -> FloatTensor<B> {
        let h = self.sizes.d_hidden;
        let u = self
            .get(operand::U)
            .expect("a recurrent product has weights");
        // Neighbours are one slice.
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for g in blocks {
            match ranges.last_mut() {
                Some(last) if last.end == g * h => last.end += h,
                _ => ranges.push(g * h..(g + 1) * h),
            }
        }
        let columns = ranges.into_iter().map(|r| columns::<B>(u.clone(), r));
        beside::<B>(columns.collect())
    }

    /// A learned vector as a row.
    pub(super) fn vector(&self, v: usize) -> FloatTensor<B> {
        let vectors = self
            .get(operand::VECTORS)
            .expect("a learned vector")
            .clone();
        B::float_slice(vectors, &[Slice::from(v..v + 1), Slice::full()])
    }

    /// A matrix for every product of a plan, ready to be multiplied with.
    pub(super) fn matrices(&self, plan: &Plan) -> Vec<Vec<FloatTensor<B>>> {
        let r = || {
            self.get(operand::R)
                .expect("a projection has weights")
                .clone()
        };
        let matrix = |product: &Product| match product.kind {
            Kind::Hidden => self.blocks(product.results.iter().map(|r| r.0)),
            Kind::HiddenT => B::float_transpose(self.blocks(product.operands.iter().map(|o| o.0))),
            Kind::Project => r(),
            Kind::ProjectT => B::float_transpose(r()),
        };
        let stages = plan.stages.iter();
        stages
            .map(|s| s.products.iter().map(matrix).collect())
            .collect()
    }
}

/// Columns of a matrix.
pub(super) fn columns<B: Backend>(x: FloatTensor<B>, range: Range<usize>) -> FloatTensor<B> {
    match range == (0..x.shape()[1]) {
        true => x,
        false => B::float_slice(x, &[Slice::full(), Slice::from(range)]),
    }
}

/// Rows of a matrix.
pub(super) fn rows<B: Backend>(x: FloatTensor<B>, range: Range<usize>) -> FloatTensor<B> {
    B::float_slice(x, &[Slice::from(range), Slice::full()])
}

/// Matrices side by side.
pub(super) fn beside<B: Backend>(mut parts: Vec<FloatTensor<B>>) -> FloatTensor<B> {
    match parts.len() {
        1 => parts.remove(0),
        _ => B::float_cat(parts, 1),
    }
}

/// The value that a plan had at a place.
pub(super) fn value_at<B: Backend>(
    plan: &Plan,
    values: &[Option<Value<B>>],
    loc: Loc,
) -> Option<Value<B>> {
    let place = plan.places.iter().position(|p| p.loc == loc)?;
    values[place].clone()
}

/// Pointwise instructions on rows of one width, in their order.
#[cfg_attr(
    not(feature = "cube"),
    allow(
        dead_code,
        reason = "only kernels need to know more than the instructions"
    )
)]
pub(in crate::backend) struct Group<'g, B: Backend> {
    pub plan: &'g Plan,
    pub ops: &'g [Op],
    /// Rows and columns of every value, but for those that are one row for all.
    pub shape: [usize; 2],
    /// A tensor with the type and the device of all.
    pub like: &'g FloatTensor<B>,
}

/// One operation of the backend after the other.
pub(in crate::backend) fn one_by_one<B: Backend>(
    group: &Group<'_, B>,
    values: &mut [Option<Value<B>>],
) {
    for op in group.ops {
        let value = |i: usize| values[op.of[i]].clone().expect("computed before");
        let result = compute(&mut Operations(PhantomData), op.code, value);
        values[op.to] = Some(result);
    }
}

/// A plan on its way through one step, or through all steps at once.
pub(super) struct Machine<'m, B: Backend> {
    pub plan: &'m Plan,
    pub weights: &'m PassOperands<'m, B>,
    pub matrices: &'m [Vec<FloatTensor<B>>],
    /// The values at the plan's places.
    pub values: Vec<Option<Value<B>>>,
    /// A tensor with the rows that the plan runs over.
    pub like: FloatTensor<B>,
}

impl<B: Backend> Machine<'_, B> {
    /// Runs every stage. `leaf` knows the values that are there before.
    pub(super) fn run(mut self, leaf: impl Fn(Loc) -> Option<Value<B>>) -> Vec<Option<Value<B>>> {
        for (value, place) in self.values.iter_mut().zip(&self.plan.places) {
            *value = match place.loc {
                Loc::Number(i) => Some(Value::Number(self.plan.numbers[i])),
                Loc::Vector(v) => Some(Value::Rows(self.weights.vector(v))),
                loc => leaf(loc),
            };
        }
        for (stage, matrices) in self.plan.stages.iter().zip(self.matrices) {
            let products = stage.products.iter().zip(matrices);
            let sums = products.flat_map(|(product, matrix)| self.product(product, matrix));
            let sums: Vec<Op> = sums.collect();
            for &(op, of, to) in &stage.across {
                self.values[to] = Some(Value::Rows(across::<B>(op, self.rows(of))));
            }
            let widths = [
                (Width::Hidden, &stage.hidden),
                (Width::Projection, &stage.projection),
            ];
            for (width, ops) in widths {
                let here = |op: &&Op| self.plan.places[op.to].width == width;
                let ops: Vec<Op> = sums.iter().filter(here).chain(ops).copied().collect();
                if ops.is_empty() {
                    continue;
                }
                let group = Group {
                    plan: self.plan,
                    ops: &ops,
                    shape: [self.like.shape()[0], self.width(width)],
                    like: &self.like,
                };
                (self.weights.pointwise)(&group, &mut self.values);
            }
        }
        self.values.truncate(self.plan.places.len());
        self.values
    }

    fn width(&self, width: Width) -> usize {
        self.weights.sizes.width(width)
    }

    fn rows(&self, place: usize) -> FloatTensor<B> {
        let width = self.width(self.plan.places[place].width);
        let shape = Shape::new([self.like.shape()[0], width]);
        let value = self.values[place]
            .as_ref()
            .expect("values are there before they are read");
        let rows = match value {
            Value::Rows(rows) => rows.clone(),
            number => {
                let like =
                    B::float_zeros(shape.clone(), &self.like.device(), self.like.dtype().into());
                number.rows(&like)
            }
        };
        match rows.shape() == shape {
            true => rows,
            false => B::float_expand(rows, shape),
        }
    }

    /// A product, and the instructions that add what its sums start from.
    fn product(&mut self, product: &Product, matrix: &FloatTensor<B>) -> Vec<Op> {
        let operands = product.operands.iter().map(|o| self.rows(o.1));
        let product_of_all = B::float_matmul(beside::<B>(operands.collect()), matrix.clone());
        let width = match product.kind {
            Kind::Hidden => self.weights.sizes.d_hidden,
            _ => product_of_all.shape()[1],
        };
        let mut sums = Vec::new();
        for (i, &(block, from, to)) in product.results.iter().enumerate() {
            let own = columns::<B>(product_of_all.clone(), i * width..(i + 1) * width);
            self.values[to] = Some(Value::Rows(own));
            let from = match product.kind {
                Kind::Hidden => from.or_else(|| self.bias(block)),
                _ => from,
            };
            sums.extend(from.map(|from| Op {
                code: Code::Add,
                to,
                of: [from, to, to],
                links: 0,
            }));
        }
        sums
    }

    /// The bias of a recurrent block as a value, at a place behind those of the plan.
    fn bias(&mut self, block: usize) -> Option<usize> {
        let bias = self.weights.bias(operand::D, block)?;
        let place = self.plan.places.len() + block;
        if self.values.len() <= place {
            self.values.resize(place + 1, None);
        }
        self.values[place] = Some(Value::Rows(bias));
        Some(place)
    }

    /// The value at a place, over all rows.
    pub(super) fn take(
        values: &[Option<Value<B>>],
        plan: &Plan,
        loc: Loc,
        shape: [usize; 2],
        like: &FloatTensor<B>,
    ) -> FloatTensor<B> {
        let place = plan.places.iter().position(|p| p.loc == loc);
        let value = place
            .and_then(|p| values[p].as_ref())
            .expect("a result was computed");
        let shape = Shape::new(shape);
        match value {
            Value::Rows(rows) if rows.shape() == shape => rows.clone(),
            Value::Rows(rows) => B::float_expand(rows.clone(), shape),
            Value::Number(n) => {
                B::float_full(shape, (*n).into(), &like.device(), like.dtype().into())
            }
        }
    }
}
