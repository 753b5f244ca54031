//! The kernels for each number type. They are compiled here, for every set of instructions, and not in whatever crate
//! calls them.

use crate::layer::{Given, Gradients, Keep, Layer, Numbers, Wanted};
use crate::packing::Packing;
use crate::run::{BackwardPass, ForwardPass, Output, Tape};
use crate::simd::{Isa, Vectors};
use crate::stream::{Begin, Push, Stream};
use alloc::sync::Arc;
use rekindle_program::plan::Compiled;

/// A number type that the kernels are compiled for: f32 and f64.
pub trait Number: Vectors {
    /// Runs a layer, with weights that are packed already if they are given and fit.
    ///
    /// # Panics
    ///
    /// If the machine does not have the instructions, or products are to be rounded to bf16 and the numbers are f64.
    fn forward(
        isa: Isa,
        layer: &Layer<'_, Self>,
        keep: Keep,
        packing: Option<Arc<Packing<Self>>>,
    ) -> Output<Self>;

    /// The gradients of a forward pass whose tape was kept, from those of its output and of its final states.
    ///
    /// # Panics
    ///
    /// If the tape is that of another program, of other sizes or of instructions with wider or narrower vectors, a gradient has not the shape of what it is of, or the machine
    /// does not have the instructions.
    fn backward(
        isa: Isa,
        layer: &Layer<'_, Self>,
        tape: &Tape<Self>,
        given: Given<'_, Self>,
        wanted: Wanted,
    ) -> Gradients<Self>;

    /// See [`Stream::new`].
    #[doc(hidden)]
    fn begin(isa: Isa, compiled: Arc<Compiled>, numbers: Numbers<'_, Self>) -> Stream<Self>;

    /// See [`Stream::push`].
    #[doc(hidden)]
    fn push(stream: &mut Stream<Self>, x: &[Self], y: &mut [Self]);
}

macro_rules! number {
    ($($E:ty)*) => { $(
        impl Number for $E {
            fn forward(
                isa: Isa,
                layer: &Layer<'_, $E>,
                keep: Keep,
                packing: Option<Arc<Packing<$E>>>,
            ) -> Output<$E> {
                <$E as Vectors>::with(isa, ForwardPass { layer, keep, packing, isa })
            }

            fn backward(
                isa: Isa,
                layer: &Layer<'_, $E>,
                tape: &Tape<$E>,
                given: Given<'_, $E>,
                wanted: Wanted,
            ) -> Gradients<$E> {
                <$E as Vectors>::with(isa, BackwardPass { layer, tape, given, wanted, isa })
            }

            fn begin(isa: Isa, compiled: Arc<Compiled>, numbers: Numbers<'_, $E>) -> Stream<$E> {
                <$E as Vectors>::with(isa, Begin { isa, compiled, numbers })
            }

            fn push(stream: &mut Stream<$E>, x: &[$E], y: &mut [$E]) {
                <$E as Vectors>::with(stream.isa(), Push { stream, x, y });
            }
        }
    )* };
}
number!(f32 f64);

impl<E: Number> Stream<E> {
    /// A stream that begins with the states of a layer, whose time is one step and which has no `x`.
    ///
    /// # Panics
    ///
    /// As [`Layer::new`], where there are several steps, or if the machine does not have the instructions.
    pub fn new(isa: Isa, compiled: Arc<Compiled>, numbers: Numbers<'_, E>) -> Self {
        E::begin(isa, compiled, numbers)
    }

    /// Takes a frame, `[batch, d_input]`; writes its output, `[batch, d_output]`. Nothing is allocated.
    ///
    /// # Panics
    ///
    /// If either has another size.
    pub fn push(&mut self, x: &[E], y: &mut [E]) {
        E::push(self, x, y);
    }
}
