//! The planes of a part that outlive a chunk, or a call.

use crate::bind::{Plane, Scope};
use crate::layer::Keep;
use crate::memory::Arena;
use crate::schedule::Part;
use crate::simd::Real;
use alloc::vec::Vec;
use rekindle_program::plan::Loc;
use rekindle_program::plan::{Compiled, Plans};
use rekindle_program::{Node, Width};

/// The values of a part: all of them, or those of the chunk in hand.
#[derive(Debug)]
pub(super) struct Kept<E: Real> {
    _arena: Arena<E>,
    /// Whether a plane of all steps has room for one chunk only.
    pub windowed: bool,
    pub states: Vec<Plane<E>>,
    pub inputs: Vec<Plane<E>>,
    pub raw: Option<Plane<E>>,
    /// How far each state moves, where the program reads that.
    pub moves: Vec<Plane<E>>,
    /// What phases hand on to one another, where that is nothing else.
    planes: Vec<Option<Plane<E>>>,
    /// What everything that is handed on is: a phase, and the place as that knows it.
    homes: Vec<(usize, Loc)>,
    /// What is saved in each phase.
    saved: Vec<Vec<Plane<E>>>,
    /// The states before each chunk, where everything else is computed again.
    pub checkpoints: Vec<Plane<E>>,
}

/// What a place of a phase is, once it is followed to where it was computed.
fn origin(homes: &[(usize, Loc)], loc: Loc, phase: usize) -> (Loc, usize) {
    match loc {
        Loc::Plane(k) if homes[k].1 != loc => origin(homes, homes[k].1, homes[k].0),
        _ => (loc, phase),
    }
}

/// Which states nothing reads but the step after: neither the output nor another phase or a trace.
fn brief(compiled: &Compiled, plans: &Plans) -> Vec<bool> {
    let homes = compiled.homes(plans);
    let handed = homes.iter().map(|home| home.1);
    let traced = plans.iter().flat_map(|plan| &plan.traced);
    let read: Vec<Loc> = handed.chain(traced.map(|t| t.1.loc)).collect();
    let states = compiled.states().iter().enumerate();
    let brief = states.map(|(s, state)| {
        let elsewhere = read.contains(&Loc::State(s)) || read.contains(&Loc::Next(s));
        s > 0 && state.looped && !elsewhere
    });
    brief.collect()
}

/// The state that is a projected block one step later, if one is: then the block is written where the state is.
fn remembered(compiled: &Compiled, block: usize) -> Option<usize> {
    let program = compiled.program();
    let states = compiled.states().iter().enumerate();
    let mut at_once = states.filter(|(_, state)| !state.looped).map(|(s, _)| s);
    at_once.find(|&s| {
        let is_block = program.nodes()[program.next()[s]] == Node::Input(block);
        is_block && program.state_width(s) == Width::Hidden
    })
}

/// The plane of a state after the step, by that before it.
fn after<E: Copy>(state: Plane<E>) -> Plane<E> {
    Plane {
        scope: match state.scope {
            Scope::Ping => Scope::Pong,
            _ => Scope::Next,
        },
        ..state
    }
}

impl<E: Real> Kept<E> {
    /// The planes of a pass that keeps so much for the one back.
    pub(super) fn new(
        compiled: &Compiled,
        plans: &Plans,
        part: &Part,
        keep: Keep,
        pitch: &dyn Fn(Width) -> usize,
    ) -> Self {
        let brief = match keep {
            Keep::Values => vec![false; compiled.states().len()],
            Keep::Nothing | Keep::States => brief(compiled, plans),
        };
        Kept::lay(compiled, plans, part, keep, &brief, pitch)
    }

    /// The same where some states are two slots that change places with every step.
    fn lay(
        compiled: &Compiled,
        plans: &Plans,
        part: &Part,
        keep: Keep,
        brief: &[bool],
        pitch: &dyn Fn(Width) -> usize,
    ) -> Self {
        let windowed = keep != Keep::Values;
        let (all, slots) = match windowed {
            true => (part.widest(), part.widest_slots()),
            false => (part.area(), part.slots()),
        };
        let homes = compiled.homes(plans);
        let kept = plans.iter().enumerate();
        let kept = kept.flat_map(|(phase, plan)| plan.kept.iter().map(move |&loc| (loc, phase)));
        let kept: Vec<Loc> = kept
            .map(|(loc, phase)| origin(&homes, loc, phase).0)
            .collect();
        // Each plane: rows, pitch, scope.
        let mut wanted: Vec<(usize, usize, Scope)> = Vec::new();
        let area = |loc| match kept.contains(&loc) {
            true => (all, Scope::All),
            false => (part.widest(), Scope::Chunk),
        };
        let program = compiled.program();
        let states = 0..program.next().len();
        let widths: Vec<usize> = states.map(|s| pitch(program.state_width(s))).collect();
        wanted.extend(widths.iter().zip(brief).map(|(&p, brief)| match brief {
            true => (2 * part.rows.len(), p, Scope::Ping),
            false => (slots, p, Scope::Slot),
        }));
        let blocks = 0..program.inputs().len();
        let remembered: Vec<Option<usize>> = blocks.map(|g| remembered(compiled, g)).collect();
        let forgotten = |g: &usize| remembered[*g].is_none();
        for g in (0..remembered.len()).filter(forgotten) {
            let (rows, scope) = area(Loc::Input(g));
            wanted.push((rows, pitch(Width::Hidden), scope));
        }
        let has_raw = compiled.has_raw();
        if has_raw {
            let (rows, scope) = area(Loc::Raw);
            wanted.push((rows, pitch(Width::Hidden), scope));
        }
        let moves = match program.has_moves() {
            true => widths.len(),
            false => 0,
        };
        for (s, &width) in widths.iter().enumerate().take(moves) {
            let (rows, scope) = area(Loc::Moves(s));
            wanted.push((rows, width, scope));
        }
        let own: Vec<bool> = homes
            .iter()
            .enumerate()
            .map(|(k, home)| home.1 == Loc::Plane(k))
            .collect();
        for k in (0..compiled.handed().len()).filter(|&k| own[k]) {
            let (rows, scope) = area(Loc::Plane(k));
            let width = compiled.handed_width(k);
            wanted.push((rows, pitch(width), scope));
        }
        for &width in plans.iter().flat_map(|p| &p.saved) {
            wanted.push((all, pitch(width), Scope::All));
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
        let inputs = remembered.into_iter().map(|state| match state {
            Some(s) => after(states[s]),
            None => take(1)[0],
        });
        let inputs = inputs.collect();
        let raw = take(usize::from(has_raw)).pop();
        let moves = take(moves);
        let handed = own
            .into_iter()
            .map(|own| take(usize::from(own)).pop())
            .collect();
        let saved = plans.iter().map(|p| take(p.saved.len())).collect();
        let checkpoints = take(widths.len());
        drop(planes);
        Kept {
            _arena: arena,
            windowed,
            states,
            inputs,
            raw,
            moves,
            planes: handed,
            homes,
            saved,
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
        let all = vec![false; self.states.len()];
        let mut window = Kept::lay(compiled, plans, part, Keep::Nothing, &all, pitch);
        window.checkpoints.clone_from(&self.checkpoints);
        window
    }

    /// The plane of a place that is kept, as a phase knows it.
    pub(super) fn place(&self, loc: Loc, phase: usize) -> Plane<E> {
        match origin(&self.homes, loc, phase) {
            (Loc::Input(g), _) => self.inputs[g],
            (Loc::Raw, _) => self.raw.expect("the input is kept where it is read"),
            (Loc::Moves(s), _) => self.moves[s],
            (Loc::Plane(k), _) => self.planes[k].expect("it is a plane of its own"),
            (Loc::State(s), _) => self.states[s],
            (Loc::Next(s), _) => after(self.states[s]),
            (Loc::Saved(i), phase) => self.saved[phase][i],
            (other, _) => unreachable!("{other:?} is not kept"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekindle_program::{Next, Program, Step, tanh};

    fn brief_states(cell: fn(&Step) -> Next) -> Vec<bool> {
        let compiled = Compiled::new(&Program::new(cell));
        brief(&compiled, compiled.inference())
    }

    #[test]
    fn a_memory_that_is_not_shown_is_brief() {
        let brief = brief_states(|k: &Step| {
            let [_h, c] = k.state(["h", "c"]);
            let c = k.vector("a") * c + k.input("x");
            k.next([tanh(c), c])
        });
        assert_eq!(brief, [false, true]);
    }

    #[test]
    fn a_block_is_where_a_state_remembers_it() {
        let compiled = Compiled::new(&Program::new(|k: &Step| {
            let [h, p] = k.state(["h", "p"]);
            let [x, z] = k.input(["x", "z"]);
            k.next([z * h + x + p, x])
        }));
        let of = |g| remembered(&compiled, g);
        assert_eq!([of(0), of(1)], [Some(1), None]);
    }

    #[test]
    fn what_is_read_after_the_loop_is_not() {
        let brief = brief_states(|k: &Step| {
            let [_h, c] = k.state(["h", "c"]);
            let c = k.vector("a") * c + k.input("x");
            k.next([k.plain_hidden("o", c), c])
        });
        assert_eq!(brief, [false, false]);
    }
}
