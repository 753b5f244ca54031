//! One pass over a sequence, as every executor is asked for it.

use crate::choose::Executor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use rekindle_kernels::{Keep, Sizes};
use rekindle_program::passes::{
    Invariant, Way, diagonal, fold, invariant, low_rank, mask, trace, zoneout,
};
use rekindle_program::plan::{Compiled, Precision};
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
/// | `U` | `[P, K * H]`; of low rank `[rank, K * H]` |
/// | `D` | `[K * H]` |
/// | `R` | `[H, P]`; of low rank `[H, rank]` |
/// | `VECTORS` | `[V, H]` |
/// | `MASK` | `[batch, P]`; of low rank `[batch, H]` |
/// | `MOVES` | `[batch, time, widths]`: how far the states, side by side, move |
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
    fn new(program: Program, precision: Precision) -> Self {
        let (once, program) = match invariant(&program) {
            Some(Invariant { once, rest }) => (Some(once), rest),
            None => (None, program),
        };
        Prepared {
            compiled: Arc::new(Compiled::new(&program).with_precision(precision)),
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

/// What is given beside the parameters, or wished, and so is a part of what is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// A mask for variational dropout.
    pub masked: bool,
    /// How far states move, for zoneout.
    pub moved: bool,
    /// Recurrent matrices in two factors.
    pub low_rank: bool,
    /// How exact the products are.
    pub precision: Precision,
}

/// A program with all that is derived from it, once for each form: with a mask for variational dropout or without, and so on.
#[derive(Debug)]
pub struct Recurrence {
    program: Program,
    /// The equations with vectors in place of recurrent matrices, where those are diagonal.
    diagonal: Option<Program>,
    forms: [OnceLock<Arc<Prepared>>; 16],
    /// The last one that shows values.
    traced: Mutex<Option<Shown>>,
}

/// A form that shows the values of some nodes.
#[derive(Debug)]
struct Shown {
    form: Form,
    values: Vec<Id>,
    prepared: Arc<Prepared>,
}

impl Recurrence {
    /// A program to be run. What is derived from it is derived when it is first needed.
    ///
    /// # Panics
    ///
    /// If it is no cell's, but what a [pass](crate::passes) has made of one for an executor.
    pub fn new(program: Program) -> Self {
        Recurrence::with(program, false)
    }

    /// The same where every recurrent matrix is diagonal: each has its numbers among the vectors, as
    /// [`diagonal`](crate::passes::diagonal) says, and there is no `U` and no `d`.
    ///
    /// # Panics
    ///
    /// As [`Recurrence::new`].
    pub fn diagonal(program: Program) -> Self {
        Recurrence::with(program, true)
    }

    fn with(program: Program, is_diagonal: bool) -> Self {
        assert!(
            program.is_of_equations(),
            "this program is what a pass made for an executor, and no cell:\n{program}"
        );
        Recurrence {
            diagonal: is_diagonal.then(|| diagonal(&program)),
            program,
            forms: Default::default(),
            traced: Mutex::new(None),
        }
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Whether every recurrent matrix is diagonal.
    pub fn is_diagonal(&self) -> bool {
        self.diagonal.is_some()
    }

    /// The program whose parameters a pass takes.
    pub(crate) fn taken(&self) -> &Program {
        self.diagonal.as_ref().unwrap_or(&self.program)
    }

    /// The program, or another of the same blocks, as it is run in a form.
    ///
    /// # Panics
    ///
    /// If recurrent matrices are in two factors, and the equations project.
    fn formed(&self, program: &Program, form: Form) -> Program {
        let mut formed = program.clone();
        if form.masked {
            formed = mask(&formed);
        }
        if self.is_diagonal() {
            formed = diagonal(&formed);
        }
        if form.moved {
            formed = zoneout(&formed, Way::Given);
        }
        if form.low_rank {
            formed = low_rank(&formed).expect("the equations project nothing");
        }
        formed
    }

    /// The program as it is run in a form, with nothing else changed.
    ///
    /// # Panics
    ///
    /// If recurrent matrices are in two factors, and the equations project.
    pub(crate) fn plain(&self, form: Form) -> Program {
        self.formed(&self.program, form)
    }

    /// The program as it is run in a form, with the values of some nodes as results beside the states.
    pub(crate) fn shown(&self, form: Form, values: &[Id]) -> Program {
        self.formed(&trace(&self.program, values), form)
    }

    pub(crate) fn prepared(&self, form: Form) -> &Arc<Prepared> {
        let rounded = form.precision == Precision::Bf16;
        let bits = [form.masked, form.moved, form.low_rank, rounded];
        let index = bits
            .iter()
            .rev()
            .fold(0, |index, &bit| 2 * index + usize::from(bit));
        self.forms[index].get_or_init(|| {
            let program = self.formed(&fold(&self.program), form);
            Arc::new(Prepared::new(program, form.precision))
        })
    }

    /// A form, with the values of some nodes shown beside the output.
    pub(crate) fn traced(&self, form: Form, values: &[Id]) -> Arc<Prepared> {
        let mut last = self.traced.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(known) if known.form == form && known.values == values => known.prepared.clone(),
            _ => {
                let program = fold(&self.shown(form, values));
                let prepared = Arc::new(Prepared::new(program, form.precision));
                *last = Some(Shown {
                    form,
                    values: values.to_vec(),
                    prepared: prepared.clone(),
                });
                prepared
            }
        }
    }
}
