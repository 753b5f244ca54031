//! A program, ready for the kernels: hoisted, differentiated and planned, once for all sizes.

use super::plan::{Loc, Plan, Source};
use crate::passes::{Deferred, Hoisted, defer, differentiate, fold, hoist, recompute, saved};
use crate::program::{Id, Node, Program};

/// Plans for what runs before the loop over time, for a chunk of steps at once, for each step, and for what runs
/// after the loop, again for a chunk at once.
#[derive(Debug)]
pub(crate) struct Plans {
    /// `None` where the hoisted values are input blocks and nothing more.
    pub before: Option<Plan>,
    pub step: Plan,
    /// `None` where the loop leaves nothing to be done.
    pub after: Option<Plan>,
}

/// The phases of a pass: what runs before the loop over time, in it, and after it.
pub(crate) mod phase {
    pub(crate) const BEFORE: usize = 0;
    pub(crate) const STEP: usize = 1;
    pub(crate) const AFTER: usize = 2;
}

/// How many phases a pass has.
pub(crate) const PHASES: usize = 3;

impl Plans {
    /// The plan of each phase.
    pub(crate) fn phases(&self) -> [Option<&Plan>; PHASES] {
        [self.before.as_ref(), Some(&self.step), self.after.as_ref()]
    }

    /// The recurrent biases that are added to the bias of an input block: (input block, recurrent block).
    pub(crate) fn folded(&self, hoisted: &Hoisted) -> Vec<(usize, usize)> {
        let all = self.phases().into_iter().flatten();
        let folded = all.flat_map(|p| &p.folded);
        let block = |loc: Loc| match loc {
            Loc::Input(g) => g,
            Loc::Plane(k) => hoisted.block(k).expect("only blocks are folded into"),
            other => unreachable!("{other:?} has no bias"),
        };
        folded.map(|&(loc, g)| (block(loc), g)).collect()
    }
}

/// What the kernels need to know of a program.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) hoisted: Hoisted,
    /// Whether units do not meet in the loop over time: no matrix product and no function of a whole row is
    /// left there.
    pub(crate) apart: bool,
    pub(crate) inference: Plans,
    pub(crate) forward: Plans,
    pub(crate) backward: Plans,
}

impl Compiled {
    pub(crate) fn new(program: &Program) -> Compiled {
        let Hoisted { before, step } = hoist(&fold(program));
        let (step, after) = match defer(&step) {
            Some(Deferred { step, after }) => (step, Some(after)),
            None => (step, None),
        };
        let hoisted = Hoisted { before, step };
        let Hoisted { before, step } = &hoisted;
        let back = |p: &Program| recompute(&differentiate(p), p);
        let programs = [Some(before), Some(step), after.as_ref()];
        let backs = programs.map(|p| p.map(back));
        let kept = |i: usize| match (programs[i], &backs[i]) {
            (Some(there), Some(back)) => saved(there, back),
            _ => Vec::new(),
        };
        let kept: [Vec<Id>; PHASES] = std::array::from_fn(kept);
        // A recurrent bias cannot be added to a block that something else is made of before the loop.
        let uses = before.uses();
        let is_block = |k: usize| hoisted.block(k).is_some() && uses[before.outs[k].1] == 1;
        let trivial = before.nodes.iter().all(|n| matches!(n, Node::Input(_)));
        let plan = |i: usize, program, saved: &[Id], forward| {
            Plan::new(&Source {
                program,
                saved,
                forward,
                states: if i == phase::STEP { step.next.len() } else { 0 },
                is_block: &|k| i != phase::AFTER && is_block(k),
            })
        };
        let plans = |saved: [&[Id]; PHASES]| Plans {
            before: (!trivial).then(|| plan(phase::BEFORE, before, saved[phase::BEFORE], None)),
            step: plan(phase::STEP, step, saved[phase::STEP], None),
            after: after
                .as_ref()
                .map(|p| plan(phase::AFTER, p, saved[phase::AFTER], None)),
        };
        let inference = plans([&[]; PHASES]);
        let forward = plans([&kept[0], &kept[1], &kept[2]]);
        let there = forward.phases();
        let back = |i: usize| {
            let (program, back) = (programs[i]?, backs[i].as_ref()?);
            Some(plan(i, back, &[], Some((program, there[i]?))))
        };
        let backward = Plans {
            before: back(phase::BEFORE),
            step: back(phase::STEP).expect("every program has steps"),
            after: back(phase::AFTER),
        };
        Compiled {
            apart: !step.nodes.iter().any(Node::ends_stage),
            inference,
            forward,
            backward,
            hoisted,
        }
    }

    /// Into how many shares the columns of a product are cut, for so many members.
    pub(crate) fn shares(&self, members: usize) -> usize {
        match self.apart {
            true => 1,
            false => members,
        }
    }

    /// The input block that a hoisted value is, if it is nothing more.
    pub(crate) fn plane_of(&self, block: usize) -> Option<usize> {
        let planes = 0..self.hoisted.before.outs.len();
        planes
            .into_iter()
            .find(|&k| self.hoisted.block(k) == Some(block))
    }
}
