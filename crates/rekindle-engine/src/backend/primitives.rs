//! The primitives executor: plans, run with a backend's own tensor operations.
//!
//! It takes every backend, and differentiates by the derived backward program: the graph has one node
//! whatever the length, and the gradient of a weight is one matrix product over all steps.

mod backward;
mod forward;
mod machine;

pub(super) use backward::reverse;
pub(super) use forward::run;
pub(super) use machine::{Group, one_by_one};

use super::pointwise::Value;
use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

/// What runs pointwise instructions: the operations of the backend, or kernels in their place.
pub(super) type Pointwise<B> = fn(&Group<'_, B>, &mut [Option<Value<B>>]);

/// The values of one step.
#[derive(Clone, Debug)]
pub(crate) struct Step<B: Backend> {
    pub(super) time: usize,
    /// The values at the places of the step's plan.
    pub(super) values: Vec<Option<Value<B>>>,
    /// Those of its output's plan, which other executors run after the loop.
    pub(super) after: Vec<Option<Value<B>>>,
}

/// The tape of a pass: what its plans kept, step by step.
#[derive(Clone, Debug)]
pub(crate) struct Tensors<B: Backend> {
    /// What ran before the loop: the values at the places of its plan.
    pub(super) before: Vec<Option<Value<B>>>,
    /// The hoisted values, `[time * batch, width]`.
    pub(super) planes: Vec<FloatTensor<B>>,
    /// The input, step after step: `[time * batch, d_input]`.
    pub(super) x: FloatTensor<B>,
    /// Each step, in the order of reading.
    pub(super) steps: Vec<Step<B>>,
}
