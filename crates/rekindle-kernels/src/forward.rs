//! A layer on its way forward: its packed weights, and the memory that a part of the batch takes.

use crate::bind::{Binder, Planes};
use crate::kept::Kept;
use crate::layer::{Keep, Layer};
use crate::memory::{Arena, Pointer, pitch};
use crate::packing::Packing;
use crate::schedule::{Part, few};
use crate::script::Script;
use crate::simd::Real;
use crate::team::Member;
use alloc::vec::Vec;
use rekindle_program::Width;
use rekindle_program::plan::{Compiled, Loc, Plans};

/// A layer with its weights packed for the forward pass.
#[derive(Debug)]
pub(super) struct Forward<'a, E: Real> {
    pub plans: &'a Plans,
    pub layer: &'a Layer<'a, E>,
    pub weights: &'a Packing<E>,
}

/// What a part needs while a chunk is worked on.
#[derive(Debug)]
pub(super) struct Workspace<E: Real> {
    _arena: Arena<E>,
    /// The input of the chunk's steps.
    pub x: Pointer<E>,
    /// The places of each phase.
    pub phases: Vec<Planes<E>>,
}

/// A part of the batch at work: its rows and chunks, its memory, and the member of the team that does the work.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartRun<'p, E: Real> {
    pub part: &'p Part,
    pub kept: &'p Kept<E>,
    pub workspace: &'p Workspace<E>,
    pub member: &'p Member<'p>,
}

impl<'a, E: Real> Forward<'a, E> {
    /// The program, planned.
    pub(super) fn compiled(&self) -> &'a Compiled {
        self.layer.compiled()
    }

    /// The numbers of a vector.
    pub(super) fn n(&self) -> usize {
        self.weights.n
    }

    pub(super) fn members(&self) -> usize {
        self.weights.members
    }

    /// Whether members of a team share out steps, and not only columns.
    pub(super) fn apart(&self) -> bool {
        self.compiled().is_apart() && few(self.layer.sizes.batch)
    }

    /// Where each state begins among the states side by side, and its width.
    pub(super) fn states(&self) -> &'a [(usize, usize)] {
        &self.weights.states
    }

    /// What is written of every step, side by side: the output, and the values that are shown beside it. Places, the
    /// phases that know them, and widths.
    pub(super) fn shown(&self) -> Vec<(Loc, usize, usize)> {
        let phases = self.plans.iter().enumerate();
        let traced = phases.flat_map(|(phase, plan)| plan.traced.iter().map(move |t| (t, phase)));
        let mut traced: Vec<_> = traced.collect();
        traced.sort_by_key(|&(&(number, _), _)| number);
        let traced = traced
            .into_iter()
            .map(|(&(_, place), phase)| (place.loc, phase, self.layer.sizes.width(place.width)));
        let output = (Loc::Next(0), 0, self.states()[0].1);
        core::iter::once(output).chain(traced).collect()
    }

    /// The numbers that are written of every step.
    pub(super) fn row(&self) -> usize {
        self.shown().iter().map(|shown| shown.2).sum()
    }

    /// The plan of a phase with its weights.
    pub(super) fn script(&self, phase: usize) -> Script<'a, E> {
        Script {
            plan: &self.plans[phase],
            packed: &self.weights.packed[phase],
            bias: &self.weights.bias,
            widths: self.widths(),
        }
    }

    /// The width of a row in memory.
    pub(super) fn pitch(&self, width: Width) -> usize {
        pitch::<E>(self.layer.sizes.width(width), self.n())
    }

    /// The same for the input.
    pub(super) fn input_pitch(&self) -> usize {
        pitch::<E>(self.layer.sizes.d_input, self.n())
    }

    pub(super) fn widths(&self) -> [[usize; 2]; 2] {
        [Width::Hidden, Width::Projection].map(|w| [self.layer.sizes.width(w), self.pitch(w)])
    }

    pub(super) fn kept(&self, part: &Part, keep: Keep) -> Kept<E> {
        Kept::new(self.compiled(), self.plans, part, keep, &|w| self.pitch(w))
    }

    /// Planes in which the values of a chunk are computed again.
    pub(super) fn window(&self, part: &Part, kept: &Kept<E>) -> Kept<E> {
        kept.window(self.compiled(), self.plans, part, &|w| self.pitch(w))
    }

    /// A learned vector or the mask, repeated over rows: the same row again, or the rows of the part in
    /// their order, as often as there is room.
    pub(super) fn repeat(&self, part: &Part, vector: Option<usize>, width: Width, to: &mut [E]) {
        let [size, pitch] = self.widths()[usize::from(width == Width::Projection)];
        for (r, to) in to.chunks_exact_mut(pitch).enumerate() {
            let from = match vector {
                Some(v) => &self.layer.vectors[v * size..][..size],
                None => &self.layer.mask[part.rows[r % part.rows.len()] * size..][..size],
            };
            to[..size].copy_from_slice(from);
            to[size..].fill(E::default());
        }
    }

    /// The planes of a part that are of no use after it.
    pub(super) fn workspace(&self, part: &Part, kept: &Kept<E>) -> Workspace<E> {
        let pitch = |w| self.pitch(w);
        let repeated = |v: Option<usize>, w: Width, to: &mut [E]| self.repeat(part, v, w, to);
        let others = (0..self.plans.len()).map(|phase| move |loc, _: Width| kept.place(loc, phase));
        let others: Vec<_> = others.collect();
        let binders = self.plans.iter().enumerate().map(|(phase, plan)| Binder {
            plan,
            rows: self.height(part, phase),
            pitch: &pitch,
            repeated: &repeated,
            other: &others[phase],
            members: self.members(),
        });
        let binders: Vec<Binder<'_, '_, E>> = binders.collect();
        let x = part.widest() * self.input_pitch();
        let mut sizes = vec![x];
        sizes.extend(binders.iter().flat_map(Binder::sizes));
        let mut arena = Arena::new(&sizes);
        Workspace {
            x: arena.plane(x),
            phases: binders.iter().map(|b| b.bind(&mut arena)).collect(),
            _arena: arena,
        }
    }

    /// The rows that a phase runs over at once.
    pub(super) fn height(&self, part: &Part, phase: usize) -> usize {
        match self.compiled().phases()[phase].looped {
            true => part.rows.len(),
            false => part.widest(),
        }
    }
}
