//! Recurrent products of diagonal matrices.

use super::rewriter::Rewriter;
use crate::program::{Binary, Id, Node, Program};
use alloc::vec::Vec;

/// The same equations for recurrent matrices that are diagonal: a product `U_g v + d_g` is `u_g * v + d_g`, with two more
/// vectors for the matrix and the bias (IndRNN, Li et al. 2018). Behind those that the equations have come first the `u` of
/// every recurrent block, then the `d` of those that have one.
pub fn diagonal(program: &Program) -> Program {
    let mut names = program.names.clone();
    let blocks = core::mem::take(&mut names.hiddens);
    let biased = core::mem::take(&mut names.hidden_biases);
    let mut vector = |name| {
        names.vectors.push(name);
        names.scalars.push(false);
        names.vectors.len() - 1
    };
    let matrices: Vec<usize> = blocks.iter().map(|g| vector(format!("U_{g}"))).collect();
    let biases = blocks.iter().zip(biased);
    let biases = biases.map(|(g, biased)| biased.then(|| vector(format!("d_{g}"))));
    let biases: Vec<Option<usize>> = biases.collect();

    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let mut id = match node.renamed(|id| place[id]) {
            Node::Hidden(g, v) => {
                let matrix = writer.push(Node::Vector(matrices[g]));
                writer.push(Node::Binary(Binary::Mul, matrix, v))
            }
            other => writer.push(other),
        };
        if let Node::Hidden(g, _) = *node
            && let Some(bias) = biases[g]
        {
            let bias = writer.push(Node::Vector(bias));
            id = writer.push(Node::Binary(Binary::Add, id, bias));
        }
        place.push(id);
    }
    let results: Vec<_> = program.results().map(|(o, id)| (o, place[id])).collect();
    Program::numbered(&writer.nodes, &results, names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::phases;
    use crate::{Step, tanh};

    #[test]
    fn a_unit_reads_itself_alone() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.affine("a", h) + k.plain_hidden("b", h)))
        });
        let diagonal = diagonal(&p);
        assert_eq!(diagonal.vectors(), ["U_a", "U_b", "d_a"]);
        assert!(diagonal.hiddens().is_empty());
        let written = Program::new(|k: &Step| {
            let h = k.state("h");
            let [a, b, d] = ["U_a", "U_b", "d_a"].map(|name| k.vector(name));
            k.next(tanh(k.input("a") + (a * h + d) + b * h))
        });
        let nodes = |p: &Program| p.nodes().len();
        assert_eq!(nodes(&diagonal), nodes(&written));
        assert!(phases(&diagonal).phases.iter().all(|p| p.is_apart()));
    }
}
