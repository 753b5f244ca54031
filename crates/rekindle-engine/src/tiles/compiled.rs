//! A program, ready for the kernels: hoisted, differentiated and planned, once for all sizes.

use super::plan::{Loc, Plan, Source};
use crate::passes::{Hoisted, differentiate, fold, hoist, recompute, saved};
use crate::program::{Id, Node, Program};

/// Plans for what runs before the loop over time, for a chunk of steps at once, and for each step.
#[derive(Debug)]
pub(crate) struct Plans {
    /// `None` where the hoisted values are input blocks and nothing more.
    pub before: Option<Plan>,
    pub step: Plan,
}

impl Plans {
    /// The recurrent biases that are added to the bias of an input block: (input block, recurrent block).
    pub(crate) fn folded(&self, hoisted: &Hoisted) -> Vec<(usize, usize)> {
        let both = self.before.iter().chain([&self.step]);
        let folded = both.flat_map(|p| &p.folded);
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
        let hoisted = hoist(&fold(program));
        let Hoisted { before, step } = &hoisted;
        let back = |p: &Program| recompute(&differentiate(p), p);
        let (before_back, step_back) = (back(before), back(step));
        let kept = (saved(before, &before_back), saved(step, &step_back));
        // A recurrent bias cannot be added to a block that something else is made of before the loop.
        let uses = before.uses();
        let is_block = |k: usize| hoisted.block(k).is_some() && uses[before.outs[k].1] == 1;
        let trivial = before.nodes.iter().all(|n| matches!(n, Node::Input(_)));
        let plan = |program, saved: &[Id], forward| {
            Plan::new(&Source {
                program,
                saved,
                forward,
                is_block: &is_block,
            })
        };
        let plans = |(saved_before, saved_step): (&[Id], &[Id])| Plans {
            before: (!trivial).then(|| plan(before, saved_before, None)),
            step: plan(step, saved_step, None),
        };
        let inference = plans((&[], &[]));
        let forward = plans((&kept.0, &kept.1));
        let backward = Plans {
            before: forward
                .before
                .as_ref()
                .map(|p| plan(&before_back, &[], Some((before, p)))),
            step: plan(&step_back, &[], Some((step, &forward.step))),
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
