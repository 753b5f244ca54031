//! Zoneout: states that go a part of their way.

use super::rewriter::Rewriter;
use crate::program::{Binary, Id, Node, Out, Program};
use alloc::vec::Vec;

/// How far every state goes from what it was to what it would be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// By a share, the same for all units and steps.
    Share(f64),
    /// By what is given for each unit and step: [`Node::Moves`].
    Given,
}

/// The same equations, behind whose step every state has gone a part of its way only. Zoneout (Krueger et al. 2017) is a share
/// at inference, and all or nothing in training. The output is the first state, as ever.
pub fn zoneout(program: &Program, way: Way) -> Program {
    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        place.push(writer.push(node.renamed(|id| place[id])));
    }
    let mut held = |s: usize, new: Id| {
        let old = writer.push(Node::State(s));
        let moved = match way {
            Way::Share(share) => writer.number(share),
            Way::Given => writer.push(Node::Moves(s)),
        };
        let whole = writer.push(Node::Binary(Binary::Sub, new, old));
        let part = writer.push(Node::Binary(Binary::Mul, moved, whole));
        writer.push(Node::Binary(Binary::Add, old, part))
    };
    let next = program.next.iter().enumerate();
    let next: Vec<Id> = next.map(|(s, &id)| held(s, place[id])).collect();
    let results = program.results().map(|(out, id)| match out {
        Out::Next(s) => (out, next[s]),
        _ => (out, place[id]),
    });
    Program::numbered(
        &writer.nodes,
        &results.collect::<Vec<_>>(),
        program.names.clone(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, Width, tanh};

    #[test]
    fn every_state_goes_a_part_of_its_way() {
        let plain = Program::new(|k: &Step| {
            let [h, c] = k.state(["h", "c"]);
            let c = tanh(k.affine("n", h)) + c;
            k.next([tanh(c), c])
        });
        let held = Program::new(|k: &Step| {
            let [h, c] = k.state(["h", "c"]);
            let new = tanh(k.affine("n", h)) + c;
            k.next([h + 0.75 * (tanh(new) - h), c + 0.75 * (new - c)])
        });
        assert_eq!(zoneout(&plain, Way::Share(0.75)), held);
    }

    #[test]
    fn a_projected_state_and_what_it_moves_by_keep_its_width() {
        let plain = Program::new(|k: &Step| {
            let [h, c] = k.state(["h", "c"]);
            let n = tanh(k.affine("n", h)) + c;
            k.next([k.project(n), n])
        });
        let held = zoneout(&plain, Way::Given);
        let widths = [Width::Projection, Width::Hidden];
        assert_eq!([0, 1].map(|s| held.state_width(s)), widths);
        let moves = held.nodes.iter().enumerate();
        let moves = moves.filter(|(_, node)| matches!(node, Node::Moves(_)));
        let moves: Vec<Width> = moves.map(|(id, _)| held.width(id)).collect();
        assert_eq!(moves, widths);
    }
}
