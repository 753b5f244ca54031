//! Hoisting: what depends on the input alone needs no loop over time.

use crate::program::{Id, Node, Out, Program, Width};
use std::collections::HashMap;

/// A program in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hoisted {
    /// What depends on the input alone: its results are [`Out::Plane`]s.
    pub before: Program,
    /// What is left for each step, which reads them as [`Node::Plane`]s.
    pub step: Program,
}

impl Hoisted {
    /// The input block that a hoisted value is, if it is nothing more.
    pub fn block(&self, plane: usize) -> Option<usize> {
        let (_, id) = self.before.outs[plane];
        match self.before.nodes[id] {
            Node::Input(g) => Some(g),
            _ => None,
        }
    }

    /// The width of what the recurrent products of either part take.
    pub fn product_width(&self) -> Width {
        let products = |p: &Program| p.nodes.iter().any(|n| matches!(n, Node::Hidden(..)));
        match products(&self.step) {
            true => self.step.product_width(),
            false => self.before.product_width(),
        }
    }
}

/// Splits a program into what depends on the input alone and the rest.
pub fn hoist(program: &Program) -> Hoisted {
    let recurrent = program.reached_from(|n| matches!(n, Node::State(_)));
    let input = program.reached_from(|n| matches!(n, Node::Input(_) | Node::Raw));
    let hoistable = |id: Id| input[id] && !recurrent[id];
    // The hoisted values that something in the loop reads, or that are results themselves.
    let mut planes: Vec<Id> = Vec::new();
    let readers = program.nodes.iter().enumerate();
    let read = readers
        .filter(|&(id, _)| !hoistable(id))
        .flat_map(|(_, n)| n.operands());
    for id in read.chain(program.results().map(|(_, id)| id)) {
        if hoistable(id) && !planes.contains(&id) {
            planes.push(id);
        }
    }
    planes.sort_unstable();
    let place: HashMap<Id, usize> = planes.iter().enumerate().map(|(k, &id)| (id, k)).collect();

    let mut names = program.names.clone();
    let labels = program.labels();
    names.planes = planes
        .iter()
        .map(|&id| match (&labels[id], program.nodes[id]) {
            (_, Node::Input(g)) => format!("x_{}", program.inputs()[g]),
            (_, Node::Raw) => "x".to_string(),
            (Some(name), _) => name.clone(),
            (None, _) => format!("x_{id}"),
        })
        .collect();
    let nodes = program.nodes.iter().enumerate();
    let step: Vec<Node> = nodes
        .map(|(id, &node)| place.get(&id).map_or(node, |&k| Node::Plane(k)))
        .collect();
    let outs = planes.iter().enumerate();
    let outs: Vec<(Out, Id)> = outs.map(|(k, &id)| (Out::Plane(k), id)).collect();
    let next: Vec<(Out, Id)> = program.results().collect();
    Hoisted {
        before: Program::numbered(&program.nodes, &outs, names.clone()),
        step: Program::numbered(&step, &next, names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, sigmoid, tanh};

    #[test]
    fn only_the_projection_of_a_gru_is_hoisted() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
            let n = tanh(k.input("n") + r * k.hidden("n", h));
            k.next(n + z * (h - n))
        });
        let hoisted = hoist(&p);
        let blocks: Vec<_> = (0..3).map(|k| hoisted.block(k)).collect();
        assert_eq!(blocks.len(), hoisted.before.outs.len());
        assert!(blocks.iter().all(Option::is_some));
        assert_eq!(hoisted.before.nodes.len(), 3);
    }

    #[test]
    fn a_minimal_rnn_hoists_its_candidate_and_the_product_with_it() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let z = tanh(k.input("z"));
            let u = sigmoid(k.hidden("u", h) + k.hidden("v", z));
            k.next(u * h + (1.0 - u) * z)
        });
        let hoisted = hoist(&p);
        assert_eq!(hoisted.before.to_string().matches("U_v").count(), 1);
        assert!(!hoisted.step.to_string().contains("U_v"));
        assert_eq!(hoisted.before.outs.len(), 2, "z and U_v z");
    }
}
