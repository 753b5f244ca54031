//! The planes of a part that outlive a chunk, or a call.

use super::bind::{Plane, Scope};
use super::compiled::{Compiled, PHASES, Plans, phase};
use super::layer::Keep;
use super::memory::Arena;
use super::plan::{Loc, Plan};
use super::schedule::Part;
use crate::program::Width;
use crate::simd::Real;

/// The values of a part: all of them, or those of the chunk in hand.
#[derive(Debug)]
pub(super) struct Kept<E: Real> {
    _arena: Arena<E>,
    /// Whether a plane of all steps has room for one chunk only.
    pub windowed: bool,
    pub states: Vec<Plane<E>>,
    pub planes: Vec<Plane<E>>,
    pub inputs: Vec<Plane<E>>,
    pub raw: Option<Plane<E>>,
    /// What is saved in each phase.
    pub saved: [Vec<Plane<E>>; PHASES],
    /// Where the values are that what comes after the loop reads.
    handed: Vec<Loc>,
    /// The states before each chunk, where everything else is computed again.
    pub checkpoints: Vec<Plane<E>>,
}

/// What a place of a plan is, of all that is kept.
fn uses(plan: Option<&Plan>, loc: Loc) -> bool {
    plan.is_some_and(|p| p.places.iter().any(|place| place.loc == loc))
}

impl<E: Real> Kept<E> {
    pub(super) fn new(
        compiled: &Compiled,
        plans: &Plans,
        part: &Part,
        keep: Keep,
        pitch: &dyn Fn(Width) -> usize,
    ) -> Self {
        let windowed = keep != Keep::Values;
        let (all, slots) = match windowed {
            true => (part.widest(), part.widest_slots()),
            false => (part.area(), part.slots()),
        };
        let step = &compiled.hoisted.step;
        let handed: Vec<Loc> = plans.step.handed.iter().map(|p| p.loc).collect();
        let kept = |loc: Loc| {
            let before = plans.before.iter().flat_map(|p| &p.kept);
            let after = plans.after.iter().flat_map(|p| &p.kept);
            let mut here = before.chain(&plans.step.kept).copied();
            let mut after = after.map(|&k| match k {
                Loc::Plane(j) => handed[j],
                other => unreachable!("{other:?} is not handed on"),
            });
            here.any(|k| k == loc) || after.any(|k| k == loc)
        };
        // Each plane: rows, pitch, scope.
        let mut wanted: Vec<(usize, usize, Scope)> = Vec::new();
        let area = |loc| match kept(loc) {
            true => (all, Scope::All),
            false => (part.widest(), Scope::Chunk),
        };
        let states = 0..step.next.len();
        let widths: Vec<usize> = states.map(|s| pitch(step.state_width(s))).collect();
        wanted.extend(widths.iter().map(|&p| (slots, p, Scope::Slot)));
        let before = &compiled.hoisted.before;
        for (k, &(_, id)) in before.outs.iter().enumerate() {
            let (rows, scope) = match compiled.hoisted.block(k) {
                Some(g) if kept(Loc::Input(g)) => area(Loc::Input(g)),
                _ => area(Loc::Plane(k)),
            };
            wanted.push((rows, pitch(before.width(id)), scope));
        }
        let blocks = 0..before.names.inputs.len();
        let own: Vec<usize> = blocks
            .clone()
            .filter(|&g| compiled.plane_of(g).is_none())
            .collect();
        for &g in &own {
            let (rows, scope) = area(Loc::Input(g));
            wanted.push((rows, pitch(Width::Hidden), scope));
        }
        let raw = uses(plans.before.as_ref(), Loc::Raw) || uses(Some(&plans.step), Loc::Raw);
        if raw {
            let (rows, scope) = area(Loc::Raw);
            wanted.push((rows, pitch(Width::Hidden), scope));
        }
        let saved = plans
            .phases()
            .map(|plan| plan.map_or(&[][..], |p| &p.saved));
        for width in saved.into_iter().flatten() {
            wanted.push((all, pitch(*width), Scope::All));
        }
        let starts: usize = part.chunks.iter().map(|c| c.rows).sum();
        if keep == Keep::States {
            wanted.extend(widths.iter().map(|&p| (starts, p, Scope::Fixed)));
        }

        let sizes: Vec<usize> = wanted
            .iter()
            .map(|&(rows, pitch, _)| rows * pitch)
            .collect();
        let mut arena = Arena::new(&sizes);
        let mut planes = wanted.into_iter().map(|(rows, pitch, scope)| Plane {
            at: arena.plane(rows * pitch),
            pitch,
            scope,
        });
        let mut take = |n: usize| -> Vec<Plane<E>> { planes.by_ref().take(n).collect() };
        let states = take(widths.len());
        let hoisted = take(before.outs.len());
        let own_planes = take(own.len());
        let raw = take(usize::from(raw)).pop();
        let saved = saved.map(|s| take(s.len()));
        let checkpoints = take(widths.len());
        let inputs = blocks.map(|g| match compiled.plane_of(g) {
            Some(k) => hoisted[k],
            None => own_planes[own.iter().position(|&o| o == g).expect("listed")],
        });
        let inputs = inputs.collect();
        drop(planes);
        Kept {
            _arena: arena,
            windowed,
            states,
            planes: hoisted,
            inputs,
            raw,
            saved,
            handed,
            checkpoints,
        }
    }

    /// The same planes for `plans`, of one chunk at a time, to compute its values again from the states
    /// that were kept.
    pub(super) fn window(
        &self,
        compiled: &Compiled,
        plans: &Plans,
        part: &Part,
        pitch: &dyn Fn(Width) -> usize,
    ) -> Self {
        let mut window = Kept::new(compiled, plans, part, Keep::Nothing, pitch);
        window.checkpoints.clone_from(&self.checkpoints);
        window
    }

    /// The plane of a place that is kept, as a phase knows it.
    pub(super) fn place(&self, loc: Loc, phase: usize) -> Plane<E> {
        match loc {
            Loc::Plane(j) if phase == phase::AFTER => self.place(self.handed[j], phase::STEP),
            Loc::Input(g) => self.inputs[g],
            Loc::Raw => self.raw.expect("the input is kept where it is read"),
            Loc::Plane(k) => self.planes[k],
            Loc::State(s) => self.states[s],
            Loc::Next(s) => Plane {
                scope: Scope::Next,
                ..self.states[s]
            },
            Loc::Saved(i) => self.saved[phase][i],
            other => unreachable!("{other:?} is not kept"),
        }
    }
}
