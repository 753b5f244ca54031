//! What a pass leaves, and what the pass back makes of it.

use super::pointwise::Value;
use crate::call::OPERANDS;
use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;
use std::any::Any;
use std::sync::Arc;

/// What a forward pass leaves for the backward one.
#[derive(Clone, Debug)]
pub(crate) enum Tape<B: Backend> {
    /// Tensors, from the primitives.
    Tensors(Tensors<B>),
    /// The memory of a kernel.
    Kernel(Arc<dyn Any + Send + Sync>),
}

/// The tape of the primitives: what their plans kept.
#[derive(Clone, Debug)]
pub(crate) struct Tensors<B: Backend> {
    pub(super) phases: Vec<Computed<B>>,
    /// The input, step after step: `[time * batch, d_input]`.
    pub(super) x: FloatTensor<B>,
}

/// What a phase has computed.
#[derive(Clone, Debug)]
pub(crate) enum Computed<B: Backend> {
    /// For all steps at once.
    AtOnce(Values<B>),
    /// Step by step, in the order of reading: each time, and its values.
    Steps(Vec<(usize, Values<B>)>),
}

/// The values at the places of a phase's plan.
pub(super) type Values<B> = Vec<Option<Value<B>>>;

/// The gradients of the operands, for those that were wanted.
pub(crate) type Gradients<B> = [Option<FloatTensor<B>>; OPERANDS];
