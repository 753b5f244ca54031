//! Deferring: an output that no step reads needs no loop over time either.

use crate::program::{Id, Node, Out, Program};
use std::collections::HashMap;

/// A step in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// What the other states need. Its output is zero; the values that `after` reads are [`Out::Handed`].
    pub step: Program,
    /// The output, for all steps at once, of the values that it reads as [`Node::Plane`]s.
    pub after: Program,
}

/// Splits a step into what its states need of one another and its output; `None` where a step reads the
/// output of the last one, or the output costs no more than a few instructions on tiles.
pub fn defer(step: &Program) -> Option<Deferred> {
    if step.reads(0) || step.has_projection() || !step.outs.is_empty() {
        return None;
    }
    let output = *step.next.first()?;
    let needed = ancestors(step, step.next[1..].iter().copied());
    let late = ancestors(step, [output]);
    let late = |id: Id| late[id] && !needed[id] && !step.nodes[id].is_leaf();
    let costs = |id: Id| late(id) && step.nodes[id].ends_stage();
    if !(0..step.nodes.len()).any(costs) {
        return None;
    }
    // What stays where it is for every step and row needs no handing on.
    let anywhere = |id: Id| {
        let node = step.nodes[id];
        matches!(node, Node::Constant(_) | Node::Vector(_) | Node::Mask)
    };
    let read = (0..step.nodes.len()).filter(|&id| late(id));
    let read = read.flat_map(|id| step.nodes[id].operands());
    let mut handed: Vec<Id> = read.filter(|&id| !late(id) && !anywhere(id)).collect();
    handed.sort_unstable();
    handed.dedup();

    let mut nodes = step.nodes.clone();
    nodes.push(Node::Constant(0.0_f64.to_bits()));
    let zero = nodes.len() - 1;
    let results = step.results().map(|(out, id)| match out {
        Out::Next(0) => (out, zero),
        _ => (out, id),
    });
    let more = handed.iter().enumerate();
    let more = more.map(|(j, &id)| (Out::Handed(j), id));
    let results: Vec<(Out, Id)> = results.chain(more).collect();

    let texts = step.texts();
    let mut names = step.names.clone();
    names.planes = handed.iter().map(|&id| texts[id].clone()).collect();
    let place: HashMap<Id, usize> = handed.iter().enumerate().map(|(j, &id)| (id, j)).collect();
    let after = step.nodes.iter().enumerate();
    let after: Vec<Node> = after
        .map(|(id, &node)| place.get(&id).map_or(node, |&j| Node::Plane(j)))
        .collect();
    Some(Deferred {
        step: Program::numbered(&nodes, &results, step.names.clone()),
        after: Program::numbered(&after, &[(Out::Next(0), output)], names),
    })
}

/// Whether each node is one of these, or is read on the way to one.
fn ancestors(program: &Program, of: impl IntoIterator<Item = Id>) -> Vec<bool> {
    let mut found = vec![false; program.nodes.len()];
    for id in of {
        found[id] = true;
    }
    for id in (0..found.len()).rev() {
        if found[id] {
            for operand in program.nodes[id].operands() {
                found[operand] = true;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::{differentiate, hoist};
    use crate::{Step, tanh};

    fn readout(k: &Step) -> crate::Next {
        let [_, h] = k.state(["y", "h"]);
        let h = k.vector("a") * h + k.input("b");
        k.next([tanh(k.hidden("c", h)) + k.vector("d") * k.input("e"), h])
    }

    #[test]
    fn an_output_with_a_product_comes_after_the_loop() {
        let step = hoist(&Program::new(readout)).step;
        let Deferred { step, after } = defer(&step).expect("a product");
        assert!(!step.nodes.iter().any(Node::ends_stage), "{step}");
        assert_eq!(
            step.outs.len(),
            2,
            "the new h and the input block e: {step}"
        );
        assert!(after.nodes.iter().any(Node::is_product), "{after}");
        let back = differentiate(&after);
        let planes = back.outs.iter().filter(|o| matches!(o.0, Out::Plane(_)));
        assert_eq!(planes.count(), 2, "{back}");
        // What comes back for a value that was handed on goes through the loop.
        let back = differentiate(&step);
        assert!(back.nodes.contains(&Node::Adjoint(3)), "{back}");
    }

    #[test]
    fn an_output_that_is_read_or_costs_little_stays() {
        let elman = |k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.affine("h", h)))
        };
        assert_eq!(defer(&hoist(&Program::new(elman)).step), None);
        let cheap = |k: &Step| {
            let [_, h] = k.state(["y", "h"]);
            let h = k.vector("a") * h + k.input("b");
            k.next([tanh(h), h])
        };
        assert_eq!(defer(&hoist(&Program::new(cheap)).step), None);
    }
}
