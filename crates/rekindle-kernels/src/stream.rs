//! A layer that takes one frame at a time. Everything is packed and bound once; a frame is one pass over
//! the weights and allocates nothing.

use crate::forward::{Forward, PartRun, Workspace};
use crate::kept::Kept;
use crate::layer::{Keep, Layer, Numbers, Sizes, count};
use crate::multiply::Multiplier;
use crate::operands::Operands;
use crate::packing::Packing;
use crate::schedule::Part;
use crate::simd::{Isa, Kernel, Real, Simd, amx};
use crate::team::Member;
use alloc::sync::Arc;
use alloc::vec::Vec;
use rekindle_program::plan::Compiled;

/// The weights of a layer and its state.
#[derive(Debug)]
pub struct Stream<E: Real> {
    compiled: Arc<Compiled>,
    isa: Isa,
    sizes: Sizes,
    packing: Packing<E>,
    part: Part,
    kept: Kept<E>,
    workspace: Workspace<E>,
    operands: Operands<E>,
}

// SAFETY: the addresses in it are those of its own memory.
unsafe impl<E: Real> Send for Stream<E> {}
// SAFETY: nothing is written through a shared reference.
unsafe impl<E: Real> Sync for Stream<E> {}

/// Packs the weights of a stream and lays out its memory.
pub(crate) struct Begin<'b, E> {
    pub isa: Isa,
    pub compiled: Arc<Compiled>,
    pub numbers: Numbers<'b, E>,
}

impl<E: Real> Kernel<E> for Begin<'_, E> {
    type Output = Stream<E>;

    fn run<S: Simd<E = E>>(self) -> Stream<E> {
        let compiled = &*self.compiled;
        let layer = &Layer::without_frames(compiled, self.numbers);
        let plans = compiled.inference();
        let packing = Packing::new::<S>(self.isa, plans, layer, 1);
        let rows = (0..layer.sizes.batch).collect();
        let part = Part::of(rows, vec![1; layer.sizes.batch], layer.sizes.batch);
        let run = Forward {
            plans,
            layer,
            weights: &packing,
        };
        let kept = run.kept(&part, Keep::Nothing);
        let workspace = run.workspace(&part, &kept);
        // SAFETY: nobody else knows of the planes.
        unsafe { run.begin(&part, &kept) };
        let Sizes {
            batch,
            d_input,
            d_hidden,
            d_projection,
            ..
        } = layer.sizes;
        let pairs = match packing.multiplier {
            Multiplier::Single => 0,
            multiplier => {
                let widest = d_input.max(d_hidden).max(d_projection);
                batch.next_multiple_of(amx::ROWS) * multiplier.elements(widest)
            }
        };
        Stream {
            isa: self.isa,
            sizes: layer.sizes,
            packing,
            part,
            kept,
            workspace,
            operands: Operands::for_step(plans, pairs),
            compiled: self.compiled.clone(),
        }
    }
}

/// Takes a frame.
pub(crate) struct Push<'p, E: Real> {
    pub stream: &'p mut Stream<E>,
    pub x: &'p [E],
    pub y: &'p mut [E],
}

impl<E: Real> Kernel<E> for Push<'_, E> {
    type Output = ();

    fn run<S: Simd<E = E>>(self) {
        let Push { stream, x, y } = self;
        count("an output", y, &[stream.sizes.batch, stream.widths()[1]]);
        let layer = Layer::of_frame(&stream.compiled, stream.sizes, x);
        let run = Forward {
            plans: stream.compiled.inference(),
            layer: &layer,
            weights: &stream.packing,
        };
        let at_work = PartRun {
            part: &stream.part,
            kept: &stream.kept,
            workspace: &stream.workspace,
            member: &Member::alone(),
        };
        let _ready = stream.packing.multiplier.begin();
        // SAFETY: the planes are this stream's, which nobody else uses now.
        unsafe {
            run.chunk::<S>(&at_work, &stream.part.chunks[0], &mut stream.operands);
            run.turn(&stream.part, &stream.kept, y);
        }
    }
}

impl<E: Real> Stream<E> {
    /// The instructions that it runs by.
    pub(crate) fn isa(&self) -> Isa {
        self.isa
    }

    /// Goes on from other states, side by side: `[batch, widths]`.
    ///
    /// # Panics
    ///
    /// If there are more or fewer numbers.
    pub fn set_state(&mut self, state: &[E]) {
        let layer = Layer::of_state(&self.compiled, self.sizes, state, self.total());
        let run = Forward {
            plans: self.compiled.inference(),
            layer: &layer,
            weights: &self.packing,
        };
        // SAFETY: the planes are this stream's, which nobody else uses now.
        unsafe { run.begin(&self.part, &self.kept) };
    }

    /// The states side by side: `[batch, widths]`.
    pub fn state(&self) -> Vec<E> {
        let total = self.total();
        let mut state = vec![E::default(); self.sizes.batch * total];
        for (plane, &(start, width)) in self.kept.states.iter().zip(&self.packing.states) {
            for r in 0..self.sizes.batch {
                // SAFETY: the first slot has every row.
                let from =
                    unsafe { core::slice::from_raw_parts(plane.at.plus(r * plane.pitch), width) };
                state[r * total + start..][..width].copy_from_slice(from);
            }
        }
        state
    }

    /// The width of a frame and of an output.
    pub fn widths(&self) -> [usize; 2] {
        [self.sizes.d_input, self.packing.states[0].1]
    }

    /// The width of all states side by side.
    fn total(&self) -> usize {
        self.packing.states.iter().map(|s| s.1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cells::CELLS;
    use rekindle_program::Program;
    use rekindle_program::plan::Precision;

    #[test]
    fn the_first_frame_finds_its_room_made() {
        for (name, cell) in CELLS {
            for precision in Precision::ALL {
                let program = Program::new(cell);
                let sizes = Sizes {
                    batch: 1,
                    time: 1,
                    d_input: 4,
                    d_hidden: 4,
                    d_projection: 4,
                };
                let zeros = |n: usize| vec![0.0_f32; n];
                let (g, k) = (program.inputs().len(), program.hiddens().len());
                let r = if program.has_projection() { 16 } else { 0 };
                let numbers = Numbers {
                    x: &[],
                    lengths: None,
                    reverse: false,
                    w: &zeros(16 * g),
                    b: &[],
                    u: &zeros(16 * k),
                    d: &[],
                    r: &zeros(r),
                    vectors: &zeros(4 * program.vectors().len()),
                    mask: &[],
                    moves: &[],
                    state: &zeros(4 * program.states().len()),
                    sizes,
                };
                let compiled = Compiled::for_inference(&program).with_precision(precision);
                let mut stream = Stream::new(Isa::current(), Arc::new(compiled), numbers);
                let room = |stream: &Stream<f32>| stream.operands.capacities();
                let made = room(&stream);
                stream.push(&zeros(4), &mut zeros(4));
                assert_eq!(room(&stream), made, "{name}");
            }
        }
    }
}
