//! Adding up the gradients of learned vectors from step to step.

use super::rewriter::Rewriter;
use crate::program::{Binary, Node, Out, Program};
use alloc::vec::Vec;

/// The backward program of a loop with the gradient of each learned vector added to that of the steps after
/// ([`Node::Total`]), so that it needs neither a plane of all steps nor a walk over one.
pub fn total(backward: &Program) -> Program {
    let mut writer = Rewriter::default();
    writer.nodes.clone_from(&backward.nodes);
    let results = backward.results().map(|(out, id)| match out {
        Out::Vector(v) => {
            let so_far = writer.push(Node::Total(v));
            (out, writer.push(Node::Binary(Binary::Add, so_far, id)))
        }
        _ => (out, id),
    });
    let results: Vec<_> = results.collect();
    Program::numbered(&writer.nodes, &results, backward.names.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::differentiate;
    use crate::passes::phases::loop_of;
    use crate::{Step, tanh};
    use alloc::string::ToString;

    #[test]
    fn the_gradient_of_a_vector_goes_on_from_step_to_step() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.input("a") + k.vector("u") * h))
        });
        let text = total(&differentiate(&loop_of(&p))).to_string();
        assert!(text.contains("du = du.so_far + dx_a * h"), "{text}");
    }
}
