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

/// The values at the places of a phase's plan.
type Values<B> = Vec<Option<Value<B>>>;

/// What a phase has computed.
#[derive(Clone, Debug)]
pub(crate) enum Computed<B: Backend> {
    /// For all steps at once.
    AtOnce(Values<B>),
    /// Step by step, in the order of reading: each time, and its values.
    Steps(Vec<(usize, Values<B>)>),
}

/// The tape of a pass: what its plans kept.
#[derive(Clone, Debug)]
pub(crate) struct Tensors<B: Backend> {
    pub(super) phases: Vec<Computed<B>>,
    /// The input, step after step: `[time * batch, d_input]`.
    pub(super) x: FloatTensor<B>,
}
