//! A layer that takes one frame at a time. Everything is packed and bound once; a frame is one pass over
//! the weights and allocates nothing.

use super::compiled::Compiled;
use super::forward::{Bench, Forward};
use super::kept::Kept;
use super::layer::{Keep, Layer, Numbers, Sizes, count};
use super::packing::Packing;
use super::schedule::Part;
use super::team::Member;
use super::walks::Walks;
use crate::simd::{Isa, Kernel, Real, Simd, Vectors};

/// The weights of a layer and its state.
#[derive(Debug)]
pub(crate) struct Stream<E: Real> {
    isa: Isa,
    sizes: Sizes,
    packing: Packing<E>,
    part: Part,
    kept: Kept<E>,
    bench: Bench<E>,
    walks: Walks<E>,
}

// SAFETY: the addresses in it are those of its own memory.
unsafe impl<E: Real> Send for Stream<E> {}
// SAFETY: nothing is written through a shared reference.
unsafe impl<E: Real> Sync for Stream<E> {}

impl<E: Vectors> Stream<E> {
    /// A stream that begins with the states of a layer, whose time is one step.
    ///
    /// # Panics
    ///
    /// As [`Layer::without_frames`].
    pub(crate) fn new(isa: Isa, compiled: &Compiled, numbers: Numbers<'_, E>) -> Self {
        struct Begin<'b, E>(Isa, &'b Compiled, &'b Layer<'b, E>);
        impl<E: Real> Kernel<E> for Begin<'_, E> {
            type Output = Stream<E>;
            fn run<S: Simd<E = E>>(self) -> Stream<E> {
                let Begin(isa, compiled, layer) = self;
                let plans = &compiled.inference;
                let packing = Packing::new::<S>(compiled, plans, layer, 1);
                let rows = (0..layer.sizes.batch).collect();
                let part = Part::of(rows, vec![1; layer.sizes.batch], layer.sizes.batch);
                let run = Forward {
                    compiled,
                    plans,
                    layer,
                    weights: &packing,
                };
                let kept = run.kept(&part, Keep::Nothing);
                let bench = run.bench(&part, &kept);
                // SAFETY: nobody else knows of the planes.
                unsafe { run.begin(&part, &kept) };
                Stream {
                    isa,
                    sizes: layer.sizes,
                    packing,
                    part,
                    kept,
                    bench,
                    walks: Walks::default(),
                }
            }
        }
        let layer = Layer::without_frames(&compiled.program, numbers);
        E::with(isa, Begin(isa, compiled, &layer))
    }

    /// Takes a frame, `[batch, d_input]`; writes its output, `[batch, d_output]`.
    pub(crate) fn push(&mut self, compiled: &Compiled, x: &[E], y: &mut [E]) {
        struct Push<'p, E: Real>(&'p mut Stream<E>, &'p Compiled, &'p [E], &'p mut [E]);
        impl<E: Real> Kernel<E> for Push<'_, E> {
            type Output = ();
            fn run<S: Simd<E = E>>(self) {
                let Push(stream, compiled, x, y) = self;
                let layer = Layer::of_frame(stream.sizes, x);
                let run = Forward {
                    compiled,
                    plans: &compiled.inference,
                    layer: &layer,
                    weights: &stream.packing,
                };
                let (part, kept) = (&stream.part, &stream.kept);
                let chunk = &part.chunks[0];
                // SAFETY: the planes are this stream's, which nobody else uses now.
                unsafe {
                    let alone = Member::alone();
                    run.chunk::<S>(part, chunk, kept, &stream.bench, &mut stream.walks, &alone);
                    run.turn(part, kept, y);
                }
            }
        }
        count("an output", y, &[self.sizes.batch, self.widths()[1]]);
        let isa = self.isa;
        E::with(isa, Push(self, compiled, x, y));
    }

    /// Goes on from other states, side by side: `[batch, widths]`.
    pub(crate) fn set_state(&mut self, compiled: &Compiled, state: &[E]) {
        let layer = Layer::of_state(self.sizes, state, self.total());
        let run = Forward {
            compiled,
            plans: &compiled.inference,
            layer: &layer,
            weights: &self.packing,
        };
        // SAFETY: the planes are this stream's, which nobody else uses now.
        unsafe { run.begin(&self.part, &self.kept) };
    }

    /// The states side by side: `[batch, widths]`.
    pub(crate) fn state(&self) -> Vec<E> {
        let total = self.total();
        let mut state = vec![E::default(); self.sizes.batch * total];
        for (plane, &(start, width)) in self.kept.states.iter().zip(&self.packing.states) {
            for r in 0..self.sizes.batch {
                // SAFETY: the first slot has every row.
                let from =
                    unsafe { std::slice::from_raw_parts(plane.at.plus(r * plane.pitch), width) };
                state[r * total + start..][..width].copy_from_slice(from);
            }
        }
        state
    }
}

impl<E: Real> Stream<E> {
    /// The width of a frame and of an output.
    pub(crate) fn widths(&self) -> [usize; 2] {
        [self.sizes.d_input, self.packing.states[0].1]
    }

    /// The width of all states side by side.
    fn total(&self) -> usize {
        self.packing.states.iter().map(|s| s.1).sum()
    }
}
