//! Levels: how many times the way of a value goes from all steps at once to a loop and back. Even ones
//! are for all steps at once, odd ones are loops.

mod loops;

use crate::program::{Id, Node, Program};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

pub(super) fn is_loop(level: usize) -> bool {
    level % 2 == 1
}

/// Whether a node is the same for every step, and so in every phase.
fn is_free(node: &Node) -> bool {
    matches!(node, Node::Constant(_) | Node::Vector(_) | Node::Mask(_))
}

/// Raises all members of a loop to the highest level that one of them has; says whether any was raised.
fn level_out(levels: &mut [usize], loops: &[Option<usize>]) -> bool {
    let mut highest: BTreeMap<usize, usize> = BTreeMap::new();
    for (&level, found) in levels.iter().zip(loops) {
        if let Some(found) = found {
            let highest = highest.entry(*found).or_default();
            *highest = level.max(*highest);
        }
    }
    let mut raised = false;
    for (level, found) in levels.iter_mut().zip(loops) {
        let highest = found.map_or(*level, |found| highest[&found]);
        raised |= *level < highest;
        *level = highest;
    }
    raised
}

pub(super) struct Levels {
    /// The level of every node. That of a state which is in no loop is the level of the value that it remembers.
    pub of: Vec<usize>,
    /// Whether each node is the same for every step, and so in every phase.
    pub is_free: Vec<bool>,
    looped: Vec<bool>,
}

impl Levels {
    pub(super) fn new(program: &Program) -> Levels {
        let n = program.nodes.len();
        let loops = loops::groups(program);
        let mut levels = Levels {
            of: loops.iter().map(|l| usize::from(l.is_some())).collect(),
            is_free: program.nodes.iter().map(is_free).collect(),
            looped: loops.iter().map(Option::is_some).collect(),
        };
        let mut settled = false;
        while !settled {
            settled = true;
            for id in 0..n {
                let level = match program.nodes[id] {
                    Node::State(s) if !levels.looped[id] => levels.result(program, program.next[s]),
                    node => {
                        let operands = node.operands().filter(|&of| !levels.is_free[of]);
                        let ready = operands.map(|of| levels.ready(program, of, levels.looped[id]));
                        ready.max().unwrap_or(0)
                    }
                };
                if level > levels.of[id] {
                    levels.of[id] = level;
                    settled = false;
                }
            }
            settled &= !level_out(&mut levels.of, &loops);
        }
        levels.join_tails(program);
        levels.wait(program);
        levels
    }

    /// The first level of a kind at which a value can be read.
    fn ready(&self, program: &Program, of: Id, looped: bool) -> usize {
        let level = self.of[of];
        let remembered = matches!(program.nodes[of], Node::State(_)) && !self.looped[of];
        match (looped, is_loop(level)) {
            (true, true) => level,
            // Computed for all steps at once, and read one step later: all of it comes first.
            (false, false) if remembered => level + 2,
            (false, false) => level,
            _ => level + 1,
        }
    }

    /// What follows a loop stays with it, step by step, if it is but instructions on values that are in the nearest
    /// cache then.
    fn join_tails(&mut self, program: &Program) {
        let last = self.of.iter().copied().max().unwrap_or(0);
        for level in (1..=last).step_by(2) {
            let all = 0..program.nodes.len();
            let tail = all.filter(|&id| self.of[id] == level + 1 && !program.nodes[id].is_leaf());
            let tail: Vec<Id> = tail.collect();
            let looped = self.of.iter().zip(&self.looped);
            let is_loop = looped
                .into_iter()
                .any(|(&of, &looped)| looped && of == level);
            if is_loop && !tail.iter().any(|&id| program.nodes[id].ends_stage()) {
                tail.into_iter().for_each(|id| self.of[id] = level);
                self.join_blocks(program, level);
            }
        }
    }

    /// What a loop and its tail read of one projected block alone stays with them as well: the block is a plane already, and
    /// what is made of it would be another.
    fn join_blocks(&mut self, program: &Program, level: usize) {
        let uses = program.uses();
        for id in (0..program.nodes.len()).rev() {
            if self.of[id] != level {
                continue;
            }
            for of in program.nodes[id].operands() {
                let once = self.of[of] + 1 == level && uses[of] == 1;
                if once && loops::is_of_a_block(program, &uses, of) {
                    self.of[of] = level;
                }
            }
        }
    }

    /// What is computed for all steps at once, and is read only later, is computed where it is first read: so less is
    /// handed on.
    fn wait(&mut self, program: &Program) {
        let n = program.nodes.len();
        let mut latest = vec![usize::MAX; n];
        for (_, id) in program.results() {
            latest[id] = 0;
        }
        for id in (0..n).rev() {
            let node = program.nodes[id];
            if !is_loop(self.of[id]) && !node.is_leaf() {
                self.of[id] = self.of[id].max(latest[id]);
            }
            let level = self.of[id];
            for of in node.operands() {
                let before = if is_loop(level) { level - 1 } else { level };
                latest[of] = latest[of].min(before);
            }
        }
    }

    /// The level at which a node is given as a result.
    pub(super) fn result(&self, program: &Program, id: Id) -> usize {
        match program.nodes[id].is_leaf() {
            true => self.ready(program, id, self.looped[id]),
            false => self.of[id],
        }
    }

    /// The levels at which anything is computed or given.
    pub(super) fn computed<'l>(&'l self, program: &'l Program) -> impl Iterator<Item = usize> + 'l {
        let nodes = program.nodes.iter().enumerate();
        let nodes = nodes
            .filter(|(_, node)| !node.is_leaf())
            .map(|(id, _)| self.of[id]);
        nodes.chain(program.results().map(|(_, id)| self.result(program, id)))
    }
}
