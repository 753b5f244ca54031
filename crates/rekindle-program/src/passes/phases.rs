//! Phases: what is computed for all steps at once, and what has to go step by step.
//!
//! A state that is needed to compute its own next value, directly or through others, closes a loop, and a loop
//! has to go step by step. Everything else is computed for all steps at once, before the loops that
//! read it and after those that it reads. So is what reads a state that merely remembers an
//! earlier value: that is known for all steps as soon as the value is.

mod levels;

use crate::program::{Blocks, Id, Node, Out, Program, Width};
use alloc::string::String;
use alloc::vec::Vec;
use levels::Levels;

/// A part of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What it computes, of what earlier phases have ([`Node::Plane`]): new states, and values for later
    /// phases ([`Out::Plane`]).
    pub program: Program,
    /// Whether it goes step by step.
    pub looped: bool,
}

impl Phase {
    /// Whether units do not meet in it: there is no matrix product and no function of a whole row.
    pub fn is_apart(&self) -> bool {
        !self.program.nodes.iter().any(Node::ends_stage)
    }
}

/// Where the values of a state are made and used, by the numbers of phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The phase that computes the new state.
    pub computed: usize,
    /// The phase that reads the state as the step before has left it, if any does.
    pub read: Option<usize>,
    /// Whether both is done step by step in one phase.
    pub looped: bool,
}

/// A program in parts, in the order in which they run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phases {
    /// The parts, at least one.
    pub phases: Vec<Phase>,
    /// Every state.
    pub states: Vec<Carried>,
    /// Every value that is handed on: from which phase to which. No other phase reads it; that which does hands
    /// it on under another number.
    pub handed: Vec<[usize; 2]>,
}

/// Splits a program into phases.
pub fn phases(program: &Program) -> Phases {
    let split = Split::new(program);
    let names = split.names();
    let phases = 0..split.used.len();
    let phases: Vec<Phase> = phases.map(|phase| split.phase(phase, &names)).collect();
    let states = 0..program.next.len();
    Phases {
        states: states.map(|s| split.carried(s, &phases)).collect(),
        phases,
        handed: split.handed,
    }
}

/// Where everything is computed and read.
struct Split<'p> {
    program: &'p Program,
    /// The level of each phase.
    used: Vec<usize>,
    /// The results, and the phases that give them.
    results: Vec<(Out, Id, usize)>,
    /// The phase that has each value: the one that computes it, or the first that reads it.
    home: Vec<usize>,
    /// Of each value: the other phases that read it, and the number under which each has it.
    reads: Vec<Vec<(usize, usize)>>,
    handed: Vec<[usize; 2]>,
}

impl<'p> Split<'p> {
    fn new(program: &'p Program) -> Self {
        let levels = Levels::new(program);
        let mut used: Vec<usize> = levels.computed(program).collect();
        used.sort_unstable();
        used.dedup();
        let phase = |level: usize| {
            let found = used.binary_search(&level);
            found.expect("what is computed has a phase")
        };
        let results = program.results();
        let results = results.map(|(out, id)| (out, id, phase(levels.result(program, id))));
        let results: Vec<(Out, Id, usize)> = results.collect();
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); program.nodes.len()];
        for (id, node) in program.nodes.iter().enumerate() {
            let operands = node.operands();
            operands.for_each(|of| readers[of].push(phase(levels.of[id])));
        }
        for &(_, id, phase) in &results {
            readers[id].push(phase);
        }

        let mut home = Vec::new();
        let mut handed = Vec::new();
        let mut reads = Vec::new();
        for (id, (node, mut readers)) in program.nodes.iter().zip(readers).enumerate() {
            readers.sort_unstable();
            readers.dedup();
            home.push(match node.is_leaf() {
                true => readers.first().copied().unwrap_or(0),
                false => phase(levels.of[id]),
            });
            let mut from = home[id];
            // What every phase has need not be handed on.
            let given = matches!(node, Node::Raw | Node::Moves(_));
            let everywhere = levels.is_free[id] || given;
            let others = readers
                .into_iter()
                .filter(|&to| !everywhere && to != home[id]);
            let others = others.map(|to| {
                handed.push([core::mem::replace(&mut from, to), to]);
                (to, handed.len() - 1)
            });
            reads.push(others.collect());
        }
        Split {
            program,
            used,
            results,
            home,
            reads,
            handed,
        }
    }

    /// The values that are handed on: each, and its number.
    fn planes(&self) -> impl Iterator<Item = (Id, usize)> + '_ {
        let reads = self.reads.iter().enumerate();
        reads.flat_map(|(id, reads)| reads.iter().map(move |&(_, plane)| (id, plane)))
    }

    fn names(&self) -> Blocks {
        let program = self.program;
        let states = 0..program.next.len();
        let mut names = Blocks {
            planes: vec![String::new(); self.handed.len()],
            plane_widths: vec![Width::Hidden; self.handed.len()],
            state_widths: states.map(|s| program.state_width(s)).collect(),
            ..program.names.clone()
        };
        let labels = program.labels();
        for (id, plane) in self.planes() {
            names.plane_widths[plane] = program.width(id);
            names.planes[plane] = match (&labels[id], program.nodes[id]) {
                (_, Node::Input(g)) => format!("x_{}", program.inputs()[g]),
                (_, Node::State(s)) => program.states()[s].clone(),
                (Some(name), _) => name.clone(),
                (None, _) => match program.next.iter().position(|&next| next == id) {
                    Some(s) => format!("{}'", program.states()[s]),
                    None => format!("x_{id}"),
                },
            };
        }
        names
    }

    fn phase(&self, phase: usize, names: &Blocks) -> Phase {
        let nodes = self.program.nodes.iter().zip(&self.reads);
        let nodes = nodes.map(|(&node, reads)| {
            let read = reads.iter().find(|read| read.0 == phase);
            read.map_or(node, |&(_, plane)| Node::Plane(plane))
        });
        let nodes: Vec<Node> = nodes.collect();
        let own = self.results.iter().filter(|r| r.2 == phase);
        let own = own.map(|&(out, id, _)| (out, id));
        let planes = self
            .planes()
            .filter(|&(_, plane)| self.handed[plane][0] == phase);
        let planes = planes.map(|(id, plane)| (Out::Plane(plane), id));
        let results: Vec<(Out, Id)> = own.chain(planes).collect();
        Phase {
            program: self.program.part(&nodes, &results, names.clone()),
            looped: levels::is_loop(self.used[phase]),
        }
    }

    fn carried(&self, state: usize, phases: &[Phase]) -> Carried {
        let computed = self.results.iter().find(|r| r.0 == Out::Next(state));
        let computed = computed.expect("every state has a new value").2;
        let mut nodes = self.program.nodes.iter();
        let read = nodes
            .position(|n| *n == Node::State(state))
            .map(|id| self.home[id]);
        Carried {
            computed,
            read,
            looped: phases[computed].looped && read.is_none_or(|read| read == computed),
        }
    }
}

/// The only loop of a program, for tests of other passes.
#[cfg(test)]
pub(super) fn loop_of(program: &Program) -> Program {
    let mut loops = phases(program).phases.into_iter().filter(|p| p.looped);
    match (loops.next(), loops.next()) {
        (Some(only), None) => only.program,
        _ => panic!("not one loop: {program}"),
    }
}

#[cfg(test)]
mod tests;
