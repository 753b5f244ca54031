//! Where in memory each value lives that has to be there.

use super::fuse::Fused;
use super::place::Loc;
use super::source::Source;
use super::stages::Plan;
use crate::program::{Id, Node, Out, Width};
use alloc::vec::Vec;

pub(super) struct Homes<'s> {
    source: &'s Source<'s>,
    widths: &'s [Width],
    fused: &'s Fused,
}

impl<'s> Homes<'s> {
    pub(super) fn new(source: &'s Source<'s>, widths: &'s [Width], fused: &'s Fused) -> Self {
        Homes {
            source,
            widths,
            fused,
        }
    }

    pub(super) fn assign(&self, plan: &mut Plan) {
        let p = self.source.program;
        let mut wanted = self.wanted(plan);
        let in_memory = self.read_elsewhere();
        plan.home = vec![None; p.nodes.len()];
        for id in 0..p.nodes.len() {
            let width = self.widths[id];
            let rows = self.fused.reads_rows(id);
            let emitted = self.fused.ops[id].is_some() || rows;
            let home = match self.leaf(plan, id) {
                Some(loc) => Some(loc),
                None if !wanted[id].is_empty() => Some(wanted[id].remove(0)),
                None if emitted && (in_memory[id] || rows) => {
                    plan.scratch.push(width);
                    Some(Loc::Scratch(plan.scratch.len() - 1))
                }
                None => None,
            };
            plan.home[id] = home.map(|loc| plan.place(loc, width));
        }
        for (out, id) in p.results() {
            match out {
                Out::Trace(k) => plan.traced.push((k, plan.places[plan.home(id)])),
                Out::Plane(k) if self.source.forward.is_none() => {
                    plan.handed.push((k, plan.places[plan.home(id)]));
                }
                _ => {}
            }
        }
        plan.folded.clone_from(&self.fused.folded);
        // What else a value is wanted for is a copy, at the end of its stage.
        for (id, more) in wanted.into_iter().enumerate() {
            for loc in more {
                let to = plan.place(loc, self.widths[id]);
                plan.copies.push((id, to));
            }
        }
        self.missing(plan);
    }

    /// The results and kept values that each node is wanted for.
    fn wanted(&self, plan: &mut Plan) -> Vec<Vec<Loc>> {
        let p = self.source.program;
        let mut wanted: Vec<Vec<Loc>> = vec![Vec::new(); p.nodes.len()];
        for (out, id) in p.results() {
            let loc = match out {
                Out::Next(s) => Loc::Next(s),
                Out::State(s) => Loc::StateGradient(s),
                Out::Vector(v) if p.nodes.contains(&Node::Total(v)) => {
                    plan.totals.push(v);
                    Loc::Total(v)
                }
                // A value that others look at has to be somewhere, and may be there already.
                Out::Trace(_) | Out::Plane(_)
                    if self.source.forward.is_none()
                        && (p.nodes[id].is_leaf() || !wanted[id].is_empty()) =>
                {
                    continue;
                }
                Out::Trace(_) => {
                    plan.saved.push(self.widths[id]);
                    Loc::Saved(plan.saved.len() - 1)
                }
                Out::Plane(k) if self.source.forward.is_none() => Loc::Plane(k),
                out => {
                    // Several results may be one gradient.
                    let known = wanted[id].iter().find_map(|loc| match loc {
                        Loc::Gradient(g) => Some(*g),
                        _ => None,
                    });
                    let g = known.unwrap_or_else(|| {
                        plan.gradients.push(self.widths[id]);
                        plan.gradients.len() - 1
                    });
                    plan.results.push((out, g));
                    Loc::Gradient(g)
                }
            };
            if !wanted[id].contains(&loc) {
                wanted[id].push(loc);
            }
        }
        for &id in self.source.saved {
            match p.nodes[id] {
                Node::State(_) => {}
                Node::Input(g) => plan.kept.push(Loc::Input(g)),
                Node::Raw => plan.kept.push(Loc::Raw),
                Node::Moves(s) => plan.kept.push(Loc::Moves(s)),
                Node::Plane(k) => plan.kept.push(Loc::Plane(k)),
                _ => {
                    let kept = wanted[id].iter().find_map(|loc| match loc {
                        Loc::Next(_) | Loc::Plane(_) | Loc::Saved(_) => Some(*loc),
                        _ => None,
                    });
                    match kept {
                        Some(loc @ Loc::Plane(_)) => plan.kept.push(loc),
                        Some(_) => {}
                        None => {
                            plan.saved.push(self.widths[id]);
                            wanted[id].insert(0, Loc::Saved(plan.saved.len() - 1));
                        }
                    }
                }
            }
        }
        wanted
    }

    /// Whether a node's value is read by what needs whole rows, or in a later stage.
    fn read_elsewhere(&self) -> Vec<bool> {
        let n = self.source.program.nodes.len();
        let mut elsewhere = vec![false; n];
        for id in 0..n {
            let rows = self.fused.reads_rows(id);
            for of in self.fused.reads(self.source, id) {
                elsewhere[of] |= rows || self.fused.stage[of] != self.fused.stage[id];
            }
        }
        elsewhere
    }

    fn leaf(&self, plan: &mut Plan, id: Id) -> Option<Loc> {
        Some(match self.source.program.nodes[id] {
            Node::Input(g) => Loc::Input(g),
            Node::Raw => Loc::Raw,
            Node::Moves(s) => Loc::Moves(s),
            Node::Plane(k) => Loc::Plane(k),
            Node::State(s) => Loc::State(s),
            Node::Vector(v) => Loc::Vector(v),
            Node::Mask(_) => Loc::Mask,
            Node::Adjoint(of) => Loc::Adjoint(of),
            Node::Total(v) => Loc::Total(v),
            Node::Constant(bits) => {
                plan.numbers.push(f64::from_bits(bits));
                Loc::Number(plan.numbers.len() - 1)
            }
            Node::Forward(of) => {
                let (_, forward) = self
                    .source
                    .forward
                    .expect("a backward program has a forward one");
                forward.places[forward.home(of)].loc
            }
            _ => return None,
        })
    }

    /// A state or a value of another phase that has no influence has a gradient all the same: zero.
    fn missing(&self, plan: &mut Plan) {
        let Some((forward, _)) = self.source.forward else {
            return;
        };
        let states = self.source.states.iter().map(|&s| Out::State(s));
        let planes = forward.nodes.iter().filter_map(|node| match *node {
            Node::Plane(k) => Some(Out::Plane(k)),
            _ => None,
        });
        let expected: Vec<Out> = states.chain(planes).collect();
        for out in expected {
            if self.source.program.results().any(|(o, _)| o == out) {
                continue;
            }
            let width = match out {
                Out::State(s) => forward.state_width(s),
                Out::Plane(k) => forward.names.plane_widths[k],
                other => unreachable!("{other:?} is not waited for"),
            };
            let loc = match out {
                Out::State(s) => Loc::StateGradient(s),
                out => {
                    plan.gradients.push(width);
                    plan.results.push((out, plan.gradients.len() - 1));
                    Loc::Gradient(plan.gradients.len() - 1)
                }
            };
            let to = plan.place(loc, width);
            plan.numbers.push(0.0);
            let zero = plan.place(Loc::Number(plan.numbers.len() - 1), width);
            plan.zeros.push((zero, to));
        }
    }
}
