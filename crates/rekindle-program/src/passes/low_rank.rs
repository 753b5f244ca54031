//! Recurrent products of matrices of low rank.

use super::rewriter::Rewriter;
use crate::program::{Id, Node, Program};
use alloc::vec::Vec;

/// The same equations for recurrent matrices that are products of two: `U_g v + d_g` is `U_g (R v) + d_g`, with a projection
/// that all blocks share and whose width is the rank (Kusupati et al. 2018, <https://arxiv.org/abs/1901.02358>). `None` where
/// the equations project already, for there is one `R`.
pub fn low_rank(program: &Program) -> Option<Program> {
    if program.has_projection() {
        return None;
    }
    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(program.nodes.len());
    for node in &program.nodes {
        let mut node = node.renamed(|id| place[id]);
        if let Node::Hidden(g, v) = node {
            node = Node::Hidden(g, writer.push(Node::Project(v)));
        }
        place.push(writer.push(node));
    }
    Some(program.rewritten(&writer.nodes, |id| place[id]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::mask;
    use crate::program::Width;
    use crate::{Step, tanh};

    #[test]
    fn every_product_takes_what_is_projected() {
        let plain = Program::new(|k: &Step| {
            let h = k.state("h");
            let [a, b] = k.affine(["a", "b"], h).map(tanh);
            k.next(tanh(k.affine("c", a * h)) * b)
        });
        let written = Program::new(|k: &Step| {
            let h = k.state("h");
            let low = k.project(h);
            let [a, b] = k.affine(["a", "b"], low).map(tanh);
            k.next(tanh(k.affine("c", k.project(a * h))) * b)
        });
        assert_eq!(low_rank(&plain), Some(written));
    }

    #[test]
    fn a_mask_is_as_wide_as_what_it_multiplies() {
        let plain = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.affine("a", h)))
        });
        let low = low_rank(&mask(&plain)).expect("nothing is projected");
        assert_eq!(low.mask_width(), Some(Width::Hidden));
        assert_eq!(low.product_width(), Width::Projection);
    }

    #[test]
    fn equations_with_a_projection_have_no_other() {
        let plain = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(k.project(tanh(k.affine("n", h))))
        });
        assert_eq!(low_rank(&plain), None);
    }
}
