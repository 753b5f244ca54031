//! One pass over a sequence, as every executor is asked for it.

use crate::choose::Executor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use rekindle_kernels::{Keep, Sizes};
use rekindle_program::passes::{Invariant, Way, fold, invariant, mask, trace, zoneout};
use rekindle_program::plan::Compiled;
use rekindle_program::{Id, Program};
use std::any::Any;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How many tensors a pass computes from.
pub(crate) const OPERANDS: usize = 10;

/// The tensors of a pass, by their place in a list of operands.
///
/// | | shape |
/// |---|---|
/// | `X` | `[batch, time, d_input]` |
/// | `W` | `[d_input, G * H]` |
/// | `B` | `[G * H]` |
/// | `U` | `[P, K * H]` |
/// | `D` | `[K * H]` |
/// | `R` | `[H, P]` |
/// | `VECTORS` | `[V, H]` |
/// | `MASK` | `[batch, P]` |
/// | `MOVES` | `[batch, time, S * H]`: how far each state moves |
/// | `STATE` | `[batch, widths]`: the states side by side |
pub(crate) mod operand {
    pub(crate) const X: usize = 0;
    pub(crate) const W: usize = 1;
    pub(crate) const B: usize = 2;
    pub(crate) const U: usize = 3;
    pub(crate) const D: usize = 4;
    pub(crate) const R: usize = 5;
    pub(crate) const VECTORS: usize = 6;
    pub(crate) const MASK: usize = 7;
    pub(crate) const MOVES: usize = 8;
    pub(crate) const STATE: usize = 9;
}

/// The tensors of a pass on one backend. An absent one is a single zero: see [`Call::present`].
pub(crate) type Operands<B> = [FloatTensor<B>; OPERANDS];

/// Everything about a pass but its tensors.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) executor: Executor,
    /// What a forward pass keeps that is differentiated.
    pub(crate) keep: Keep,
    pub(crate) lengths: Option<Vec<usize>>,
    pub(crate) reverse: bool,
    pub(crate) present: [bool; OPERANDS],
}

impl Call {
    /// The sizes of the operands.
    pub(crate) fn sizes<B: Backend>(&self, operands: &Operands<B>) -> Sizes {
        let shape = |i: usize| operands[i].shape();
        let x = shape(operand::X);
        let d_hidden = shape(operand::W)[1] / self.prepared.program.inputs().len();
        Sizes {
            batch: x[0],
            time: x[1],
            d_input: x[2],
            d_hidden,
            d_projection: match self.present[operand::R] {
                true => shape(operand::R)[1],
                false => d_hidden,
            },
        }
    }
}

/// What a pass gives: the output `[batch, time, width]`, the final states side by side
/// `[batch, widths]`, and what the backward needs.
pub(crate) struct Ran<B: Backend, T> {
    pub y: FloatTensor<B>,
    pub last: FloatTensor<B>,
    pub tape: Option<T>,
}

/// A program, ready for the executors that need to know it in advance.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub program: Program,
    /// What makes further vectors for it of the learned ones, once a pass.
    pub once: Option<Program>,
    pub compiled: Arc<Compiled>,
    /// The packed weights of the last inference.
    pub packed: Mutex<Option<PackedWeights>>,
}

impl Prepared {
    fn new(program: Program) -> Self {
        let (once, program) = match invariant(&program) {
            Some(Invariant { once, rest }) => (Some(once), rest),
            None => (None, program),
        };
        Prepared {
            compiled: Arc::new(Compiled::new(&program)),
            program,
            once,
            packed: Mutex::new(None),
        }
    }
}

/// Packed weights, and what tells the tensors that they were packed from.
#[derive(Debug)]
pub(crate) struct PackedWeights {
    /// The contents of the weights, as a backend tells them: shapes, layouts and numbers.
    pub of: Box<dyn Any + Send + Sync>,
    pub packing: Arc<dyn Any + Send + Sync>,
}

/// What is given beside the parameters, and so is a part of the program that is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// A mask for variational dropout.
    pub masked: bool,
    /// How far states move, for zoneout.
    pub moved: bool,
}

impl Form {
    /// A program in this form.
    ///
    /// # Panics
    ///
    /// If states are to move a part of their way and one is projected.
    pub(crate) fn of(self, program: &Program) -> Program {
        let masked = match self.masked {
            true => mask(program),
            false => program.clone(),
        };
        match self.moved {
            true => zoneout(&masked, Way::Given).expect("no state is projected"),
            false => masked,
        }
    }
}

/// A program with all that is derived from it, once: plain, with a mask for variational dropout, with what zoneout draws, or both.
#[derive(Debug)]
pub struct Recurrence {
    program: Program,
    forms: [OnceLock<Arc<Prepared>>; 4],
    /// The last one that shows values, and which.
    traced: Mutex<Option<(Vec<Id>, Arc<Prepared>)>>,
}

impl Recurrence {
    /// A program to be run. What is derived from it is derived when it is first needed.
    ///
    /// # Panics
    ///
    /// If it is no cell's, but what a [pass](crate::passes) has made of one for an executor.
    pub fn new(program: Program) -> Self {
        assert!(
            program.is_of_equations(),
            "this program is what a pass made for an executor, and no cell:\n{program}"
        );
        Recurrence {
            program,
            forms: Default::default(),
            traced: Mutex::new(None),
        }
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    pub(crate) fn prepared(&self, form: Form) -> &Arc<Prepared> {
        let known = &self.forms[2 * usize::from(form.moved) + usize::from(form.masked)];
        known.get_or_init(|| Arc::new(Prepared::new(form.of(&fold(&self.program)))))
    }

    /// The plain form, with the values of some nodes shown beside the output.
    pub(crate) fn traced(&self, values: &[Id]) -> Arc<Prepared> {
        let mut last = self.traced.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, prepared)) if known == values => prepared.clone(),
            _ => {
                let program = fold(&trace(&self.program, values));
                let prepared = Arc::new(Prepared::new(program));
                *last = Some((values.to_vec(), prepared.clone()));
                prepared
            }
        }
    }
}
