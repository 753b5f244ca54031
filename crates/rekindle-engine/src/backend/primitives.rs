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

/// What runs pointwise instructions: the operations of the backend, or kernels in their place.
pub(super) type Pointwise<B> = fn(&Group<'_, B>, &mut [Option<Value<B>>]);
