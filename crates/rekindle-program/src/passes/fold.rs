//! Constants and identities.

use super::rewriter::Rewriter;
use crate::program::{Id, Node, Program};
use alloc::vec::Vec;

/// The same equations with numbers computed, `x + 0` and `1 x` replaced by `x`, negations taken into
/// sums, and equal expressions written once.
pub fn fold(program: &Program) -> Program {
    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let node: Node = node.renamed(|id| place[id]);
        place.push(writer.write(node));
    }
    program.rewritten(&writer.nodes, |id| place[id])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, tanh};
    use alloc::string::ToString;

    #[test]
    fn numbers_are_computed_and_identities_vanish() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let a = k.affine("a", h);
            let two = k.constant(6.0) / 3.0;
            k.next((a * 1.0 + 0.0) * two + (-h) + tanh(k.constant(0.0)))
        });
        let folded = fold(&p).to_string();
        assert!(
            folded.ends_with("h' = (W_a x + b_a + U_a h + d_a) * 2.0 - h\n"),
            "{folded}"
        );
    }

    #[test]
    fn the_order_of_factors_makes_no_second_node() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let a = k.affine("a", h);
            k.next(tanh(a * h) - tanh(h * a))
        });
        assert!(p.nodes().len() > fold(&p).nodes().len());
    }
}
