//! A pass as one node of Burn's autodiff graph.
//!
//! A node of Burn has one output, and a pass has two: the output over time and the final states. So the
//! node's own output is a token of one number, of no consequence, and what the pass gives are two children of
//! it. Going back, each child leaves its gradient in a slot and passes a zero on to the token, which
//! sees to it that the pass comes after both.
//!
//! A second kind of node is a function with its own derivative.

use super::tape::{Gradients, Tape};
use super::{Recur, Run};
use crate::call::{Call, OPERANDS, Operands};
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients as Grads;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, TensorMetadata};
use burn::tensor::Shape;
use std::sync::{Arc, Mutex, PoisonError};

/// The gradients of what a pass gave: of the output, of the final states.
type Slots<B> = Arc<Mutex<[Option<FloatTensor<B>>; 2]>>;

#[derive(Debug)]
struct Pass;

#[derive(Clone, Debug)]
struct Past<B: Backend> {
    operands: Operands<B>,
    call: Arc<Call>,
    tape: Tape<B>,
    slots: Slots<B>,
}

impl<B: Run> Backward<B, OPERANDS> for Pass {
    type State = Past<B>;

    fn backward(self, ops: Ops<Past<B>, OPERANDS>, grads: &mut Grads, _: &mut Checkpointer) {
        grads.consume::<B>(&ops.node);
        let past = ops.state;
        let [dy, dlast] = {
            let mut slots = past.slots.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *slots)
        };
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let gradients: Gradients<B> =
            B::reverse(past.operands, &past.call, past.tape, dy, dlast, wanted);
        for (node, gradient) in ops.parents.into_iter().zip(gradients) {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

/// What a pass gave: its place among the slots.
#[derive(Debug)]
struct Given(usize);

impl<B: Backend> Backward<B, 1> for Given {
    type State = (FloatTensor<B>, Slots<B>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Grads, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (token, slots) = ops.state;
        slots.lock().unwrap_or_else(PoisonError::into_inner)[self.0] = Some(gradient);
        if let [Some(node)] = ops.parents {
            grads.register::<B>(node.id, token);
        }
    }
}

/// A value, and what it depends on with a known derivative.
#[derive(Debug)]
struct Through;

impl<B: Backend> Backward<B, 2> for Through {
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Grads, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let [value, of] = ops.parents;
        if let Some(node) = of {
            grads.register::<B>(node.id, B::float_mul(gradient.clone(), ops.state));
        }
        if let Some(node) = value {
            grads.register::<B>(node.id, gradient);
        }
    }
}

impl<B: Run + Recur, C: CheckpointStrategy> Recur for Autodiff<B, C> {
    fn recur(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        u: FloatTensor<Self>,
        d: FloatTensor<Self>,
        r: FloatTensor<Self>,
        vectors: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        moves: FloatTensor<Self>,
        state: FloatTensor<Self>,
        call: Arc<Call>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let tensors = [x, w, b, u, d, r, vectors, mask, moves, state];
        let nodes = tensors.each_ref().map(|t| t.node());
        let operands: Operands<B> = tensors.map(|t| t.into_primitive());
        match Backward::<B, OPERANDS>::prepare::<C>(Pass, nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::UnTracked(_) => {
                let ran = B::run(operands, &call, rekindle_kernels::Keep::Nothing);
                (Self::from_inner(ran.y), Self::from_inner(ran.last))
            }
            OpsKind::Tracked(pass) => {
                let ran = B::run(operands.clone(), &call, call.keep);
                let (device, dtype) = (ran.y.device(), ran.y.dtype());
                let zero = B::float_zeros(Shape::new([1]), &device, dtype.into());
                let slots = Slots::<B>::default();
                let past = Past {
                    operands,
                    call,
                    tape: ran
                        .tape
                        .expect("a pass that is differentiated keeps a tape"),
                    slots: slots.clone(),
                };
                let token: FloatTensor<Self> = pass.finish(past, zero.clone());
                let given = |place: usize, value: FloatTensor<B>| -> FloatTensor<Self> {
                    match Backward::<B, 1>::prepare::<C>(Given(place), [token.node()])
                        .compute_bound()
                        .stateful()
                    {
                        OpsKind::Tracked(child) => {
                            child.finish((zero.clone(), slots.clone()), value)
                        }
                        OpsKind::UnTracked(child) => child.finish(value),
                    }
                };
                (given(0, ran.y), given(1, ran.last))
            }
        }
    }

    fn through(
        value: FloatTensor<Self>,
        of: FloatTensor<Self>,
        slope: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [value.node(), of.node()];
        let value = value.into_primitive();
        match Backward::<B, 2>::prepare::<C>(Through, nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(node) => node.finish(slope.into_primitive(), value),
            OpsKind::UnTracked(node) => node.finish(value),
        }
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use crate::backend::NODES;
    use crate::call::{Form, Recurrence};
    use crate::choose::Executor;
    use crate::{Step, tanh};
    use burn::backend::Flex;
    use burn::backend::ops::FloatTensorOps;
    use burn::tensor::DType;
    use rekindle_kernels::Keep;
    use rekindle_program::Program;

    type Graph = Autodiff<Flex>;

    fn tensor(shape: &[usize]) -> FloatTensor<Graph> {
        let shape = Shape::from(shape.to_vec());
        Graph::from_inner(Flex::float_ones(
            shape,
            &Default::default(),
            DType::F32.into(),
        ))
    }

    /// How many nodes the graph gains by a pass over so many steps. Nodes are numbered as they are made.
    fn nodes(executor: Executor, time: usize) -> u64 {
        let program = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.affine("h", h)))
        });
        let recurrence = Recurrence::new(program);
        let absent = || tensor(&[1]);
        let w = Graph::float_set_require_grad(tensor(&[3, 4]), true);
        let (x, u, state) = (tensor(&[2, time, 3]), tensor(&[4, 4]), tensor(&[2, 4]));
        let operands = [(); 6].map(|()| absent());
        let [b, d, r, vectors, mask, moves] = operands;
        let mut present = [false; OPERANDS];
        for i in [crate::call::operand::X, crate::call::operand::W] {
            present[i] = true;
        }
        for i in [crate::call::operand::U, crate::call::operand::STATE] {
            present[i] = true;
        }
        let call = Call {
            prepared: recurrence.prepared(Form::default()).clone(),
            executor,
            keep: Keep::Values,
            lengths: None,
            reverse: false,
            present,
        };
        let before = absent().node().id().value;
        let given = Graph::recur(
            x,
            w,
            b,
            u,
            d,
            r,
            vectors,
            mask,
            moves,
            state,
            Arc::new(call),
        );
        let after = absent().node().id().value;
        drop(given);
        after - before
    }

    #[test]
    fn the_graph_does_not_grow_with_the_length() {
        let _alone = NODES.write();
        for executor in [Executor::Tiles, Executor::Primitives] {
            assert_eq!(nodes(executor, 2), nodes(executor, 200), "{executor}");
            assert!(
                nodes(executor, 2) <= 4,
                "a pass, what it gives, and the mark behind them"
            );
        }
    }
}
