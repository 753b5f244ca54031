//! Where in memory each value lives that has to be there.

use super::{Fused, Loc, Plan, Source};
use crate::program::{Id, Node, Out, Width};

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
                Out::Trace(_) => plan.traced.push(plan.places[plan.home(id)]),
                Out::Handed(_) => plan.handed.push(plan.places[plan.home(id)]),
                _ => {}
            }
        }
        for &(id, g) in &self.fused.folded {
            let loc = plan.places[plan.home(id)].loc;
            plan.folded.push((loc, g));
        }
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
                // A hoisted value that is an input block is where the projection puts it.
                Out::Plane(_) if matches!(p.nodes[id], Node::Input(_)) => continue,
                Out::Plane(k) if self.source.forward.is_none() => Loc::Plane(k),
                Out::State(s) => Loc::StateGradient(s),
                // A value that others look at has to be somewhere, and may be there already.
                Out::Trace(_) | Out::Handed(_)
                    if p.nodes[id].is_leaf() || !wanted[id].is_empty() =>
                {
                    continue;
                }
                Out::Trace(_) | Out::Handed(_) => {
                    plan.saved.push(self.widths[id]);
                    Loc::Saved(plan.saved.len() - 1)
                }
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
            Node::Plane(k) => Loc::Plane(k),
            Node::State(s) => Loc::State(s),
            Node::Vector(v) => Loc::Vector(v),
            Node::Mask => Loc::Mask,
            Node::Adjoint(k) => Loc::Adjoint(k),
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

    /// A state or hoisted value that has no influence has a gradient all the same: zero.
    fn missing(&self, plan: &mut Plan) {
        let Some((forward, _)) = self.source.forward else {
            return;
        };
        let states = (0..self.source.states).map(Out::State);
        let planes = match forward.next.is_empty() {
            true => 0..0,
            false => 0..forward.names.planes.len(),
        };
        let expected: Vec<Out> = states.chain(planes.map(Out::Plane)).collect();
        for out in expected {
            if self.source.program.results().any(|(o, _)| o == out) {
                continue;
            }
            let width = match out {
                Out::State(s) => forward.state_width(s),
                _ => Width::Hidden,
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
