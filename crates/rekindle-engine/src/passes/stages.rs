//! Stages: a matrix product ends one, because it needs whole rows of its operand.

use crate::program::{Node, Program};

/// The stage of every node: how many matrix products stand, one after the other, before its value.
pub fn stages(program: &Program) -> Vec<usize> {
    let mut stages: Vec<usize> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let before = node.operands().map(|id| stages[id]).max().unwrap_or(0);
        stages.push(before + usize::from(Node::is_product(node)));
    }
    stages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, sigmoid, tanh};

    #[test]
    fn a_gru_that_resets_before_its_product_has_two() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
            let n = tanh(k.affine("n", r * h));
            k.next((1.0 - z) * n + z * h)
        });
        assert_eq!(stages(&p).into_iter().max(), Some(2));
    }
}
