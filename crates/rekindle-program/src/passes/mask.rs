//! Variational dropout of the recurrence.

use super::rewriter::Rewriter;
use crate::program::{Binary, Id, Node, Program};
use alloc::vec::Vec;

/// The same equations with the operand of every recurrent product multiplied by a mask, the same
/// one at every step (Gal & Ghahramani 2016).
pub fn mask(program: &Program) -> Program {
    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(program.nodes.len());
    let width = program.product_width();
    for node in &program.nodes {
        let mut node = node.renamed(|id| place[id]);
        if let Node::Hidden(g, v) = node {
            let mask = writer.push(Node::Mask(width));
            node = Node::Hidden(g, writer.push(Node::Binary(Binary::Mul, v, mask)));
        }
        place.push(writer.push(node));
    }
    program.rewritten(&writer.nodes, |id| place[id])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, tanh};

    #[test]
    fn every_recurrent_product_is_masked() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [a, b] = k.affine(["a", "b"], h).map(tanh);
            k.next(a * b)
        });
        let masked = mask(&p);
        for node in masked.nodes() {
            if let Node::Hidden(_, v) = *node {
                assert!(matches!(masked.nodes()[v], Node::Binary(Binary::Mul, ..)));
            }
        }
    }
}
