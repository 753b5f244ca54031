//! What depends on the parameters alone is computed once a pass, and not for every step and row.

use crate::program::{Id, Node, Out, Program};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A program in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// What depends on the learned vectors alone: its results are [`Out::Plane`]s.
    pub once: Program,
    /// What is left, which reads them as further vectors, behind the learned ones.
    pub rest: Program,
}

/// Splits a program into what depends on its learned vectors alone and the rest; `None` where there is no
/// such value but the vectors themselves.
pub fn invariant(program: &Program) -> Option<Invariant> {
    let varies = program.reached_from(|n| !is_fixed(n));
    let learned = program.reached_from(|n| matches!(n, Node::Vector(_)));
    let computed = |id: Id| learned[id] && !varies[id] && !program.nodes[id].is_leaf();
    let readers = program.nodes.iter().zip(&varies).filter(|(_, v)| **v);
    let read = readers.flat_map(|(n, _)| n.operands());
    let mut values: Vec<Id> = read.chain(program.results().map(|(_, id)| id)).collect();
    values.retain(|&id| computed(id));
    values.sort_unstable();
    values.dedup();
    if values.is_empty() {
        return None;
    }

    let labels = program.labels();
    let mut names = program.names.clone();
    let first = names.vectors.len();
    for &id in &values {
        let name = labels[id].clone();
        names
            .vectors
            .push(name.unwrap_or_else(|| format!("v_{id}")));
        names.scalars.push(false);
    }
    let mut once = program.names.clone();
    once.planes = names.vectors[first..].to_vec();

    let place: BTreeMap<Id, usize> = values.iter().copied().zip(first..).collect();
    let nodes = program.nodes.iter().enumerate();
    let rest: Vec<Node> = nodes
        .map(|(id, &node)| place.get(&id).map_or(node, |&v| Node::Vector(v)))
        .collect();
    let outs = values.iter().enumerate();
    let outs: Vec<(Out, Id)> = outs.map(|(k, &id)| (Out::Plane(k), id)).collect();
    let results: Vec<(Out, Id)> = program.results().collect();
    Some(Invariant {
        once: program.part(&program.nodes, &outs, once),
        rest: program.part(&rest, &results, names),
    })
}

/// Whether a node is the same for every step and row where its operands are, and a function of each unit by itself.
fn is_fixed(node: &Node) -> bool {
    use Node::{Binary, Constant, Unary, Vector};
    matches!(node, Vector(_) | Constant(_) | Unary(..) | Binary(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, exp, sigmoid, tanh};
    use alloc::string::ToString;

    #[test]
    fn a_decay_that_is_learned_is_computed_once() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let a = exp(-exp(k.vector("nu")));
            k.next(a * h + (1.0 - a) * (k.vector("d") * k.input("u")))
        });
        let Invariant { once, rest } = invariant(&p).expect("two values");
        assert_eq!(once.outs.len(), 2, "a and 1 - a");
        assert_eq!(rest.vectors().len(), 4);
        assert_eq!(rest.vectors()[..2], p.vectors()[..2]);
        let functions = |p: &Program| p.to_string().matches("exp").count();
        assert_eq!((functions(&once), functions(&rest)), (2, 0));
        // `nu` itself is read no more.
        assert!(!rest.nodes.contains(&Node::Vector(0)));
        assert_eq!(invariant(&rest), None);
    }

    #[test]
    fn vectors_as_they_are_and_numbers_stay() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.vector("u") * h + sigmoid(k.input("a")) - 0.5))
        });
        assert_eq!(invariant(&p), None);
    }

    #[test]
    fn a_product_with_a_vector_is_left_where_it_is() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.input("a") + k.hidden("a", exp(k.vector("u"))) * h))
        });
        let Invariant { once, rest } = invariant(&p).expect("the operand");
        assert_eq!(once.outs.len(), 1);
        assert!(rest.nodes.iter().any(Node::is_product));
    }
}
