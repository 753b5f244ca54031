//! Stages: a matrix product ends one, and so does a function of a whole row.

use crate::program::Program;
use alloc::vec::Vec;

/// The stage of every node: how many matrix products and functions of whole rows stand, one after the
/// other, before its value.
pub fn stages(program: &Program) -> Vec<usize> {
    let mut stages: Vec<usize> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let before = node.operands().map(|id| stages[id]).max().unwrap_or(0);
        stages.push(before + usize::from(node.ends_stage()));
    }
    stages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, layer_norm, sigmoid, tanh};

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

    #[test]
    fn a_normalised_product_has_three() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(layer_norm(k.affine("a", h), 1e-5))
        });
        assert_eq!(stages(&p).into_iter().max(), Some(3));
    }
}
