//! What the forward keeps for the backward, and what the backward computes again.

use super::rewriter::Rewriter;
use crate::program::{Across, Id, Node, Program};
use alloc::vec::Vec;

/// The backward program with cheap values computed again in place of being read: sums, differences,
/// products and quotients of values that are kept anyway. Functions and matrix products are kept.
///
/// Reading a value costs as much memory traffic as a multiplication costs time, and keeping it costs
/// memory for every step.
pub fn recompute(backward: &Program, forward: &Program) -> Program {
    let there = there(backward, forward);
    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(backward.nodes.len());
    let mut known = vec![None; forward.nodes.len()];
    for node in &backward.nodes {
        let id = match node.renamed(|id| place[id]) {
            Node::Forward(id) => value(&mut writer, forward, &there, &mut known, id),
            other => writer.write(other),
        };
        place.push(id);
    }
    backward.rewritten(&writer.nodes, |id| place[id])
}

/// A value of the forward program, written once: one that is read twice in every step of a long way would be
/// written as often as there are ways.
fn value(
    writer: &mut Rewriter,
    forward: &Program,
    there: &[bool],
    known: &mut [Option<Id>],
    id: Id,
) -> Id {
    if let Some(written) = known[id] {
        return written;
    }
    let written = match forward.nodes[id] {
        Node::Binary(op, a, b) if there[a] && there[b] && !is_compared(forward, id) => {
            let [a, b] = [a, b].map(|of| value(writer, forward, there, known, of));
            writer.binary(op, a, b)
        }
        leaf @ (Node::Constant(_) | Node::Vector(_) | Node::Mask(_)) => writer.push(leaf),
        _ => writer.push(Node::Forward(id)),
    };
    known[id] = Some(written);
    written
}

/// Whether a value is compared with the largest of its row: it must be the very same number then, and what is computed
/// in another order may differ in its last bit.
fn is_compared(forward: &Program, id: Id) -> bool {
    forward.nodes.contains(&Node::Across(Across::Amax, id))
}

/// Whether each value of the forward program costs the backward one no memory: it is a state, which is kept, or a
/// function, which is as good as any of it; it is kept for another reason; or it is made of such values by plain
/// arithmetic.
fn there(backward: &Program, forward: &Program) -> Vec<bool> {
    let mut there = vec![false; forward.nodes.len()];
    for id in saved(forward, backward) {
        there[id] = true;
    }
    for (id, node) in forward.nodes.iter().enumerate() {
        there[id] |= forward.is_next(id)
            || match *node {
                Node::State(_) | Node::Constant(_) | Node::Vector(_) | Node::Mask(_) => true,
                Node::Unary(..) => true,
                Node::Binary(_, a, b) => there[a] && there[b],
                _ => false,
            };
    }
    there
}

/// The values of the forward program that must be kept for the backward one: those that it reads, and
/// the operands of products, for the gradients of the weights. In order, each once.
pub fn saved(forward: &Program, backward: &Program) -> Vec<Id> {
    let read = backward.nodes.iter().filter_map(|n| match *n {
        Node::Forward(id) => Some(id),
        _ => None,
    });
    let operands = forward.nodes.iter().filter_map(|n| match *n {
        Node::Hidden(_, v) | Node::Project(v) => Some(v),
        _ => None,
    });
    let mut saved: Vec<Id> = read.chain(operands).collect();
    saved.sort_unstable();
    saved.dedup();
    saved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::differentiate;
    use crate::passes::phases::loop_of;
    use crate::program::Binary;
    use crate::{Step, amax, layer_norm, sigmoid, tanh};

    #[test]
    fn an_lstm_keeps_its_gates_and_states_and_nothing_else() {
        let p = Program::new(|k: &Step| {
            let [h, c] = k.state(["h", "c"]);
            let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
            let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
            k.next([sigmoid(o) * tanh(c), c])
        });
        let step = loop_of(&p);
        let backward = recompute(&differentiate(&step), &step);
        let kept = saved(&step, &backward);
        // h and c, four gates, tanh(c').
        assert_eq!(kept.len(), 7, "{step}\n{backward}");
        for id in kept {
            assert!(matches!(step.nodes[id], Node::Unary(..) | Node::State(_)));
        }
    }

    #[test]
    fn a_state_whose_parts_are_not_kept_is_read() {
        let p = Program::new(|k: &Step| {
            let [h, c] = k.state(["h", "c"]);
            let [a, f] = k.affine(["a", "f"], h);
            let c = 0.5 * c + sigmoid(f) * a;
            k.next([c * sigmoid(a), c])
        });
        let step = loop_of(&p);
        let backward = recompute(&differentiate(&step), &step);
        let product = |id: Id| matches!(step.nodes[id], Node::Binary(Binary::Mul, ..));
        assert!(
            !saved(&step, &backward).into_iter().any(product),
            "{backward}"
        );
    }

    #[test]
    fn a_quotient_of_what_is_kept_for_another_reason_is_computed_again() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [a, g] = k.affine(["a", "g"], h);
            k.next(tanh(layer_norm(a, 1e-5) * sigmoid(g)))
        });
        let step = loop_of(&p);
        let backward = recompute(&differentiate(&step), &step);
        let quotient = |id: Id| matches!(step.nodes[id], Node::Binary(Binary::Div, ..));
        assert!(
            step.nodes
                .iter()
                .any(|node| matches!(node, Node::Binary(Binary::Div, ..)))
        );
        let kept = saved(&step, &backward);
        assert!(!kept.into_iter().any(quotient), "{step}\n{backward}");
    }

    #[test]
    fn what_is_read_twice_again_and_again_is_written_once() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let power = (0..64).fold(h, |power, _| power * power);
            k.next(tanh(k.input("a") + power))
        });
        let step = loop_of(&p);
        let backward = recompute(&differentiate(&step), &step);
        assert!(backward.nodes.len() < 10 * step.nodes.len(), "{backward}");
    }

    #[test]
    fn what_the_largest_is_compared_with_is_kept() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let v = k.vector("a") * h + tanh(k.hidden("u", h));
            k.next(tanh(v) * amax(v))
        });
        let step = loop_of(&p);
        let compared = |id: Id| is_compared(&step, id);
        let backward = recompute(&differentiate(&step), &step);
        let kept = saved(&step, &backward);
        assert!(kept.into_iter().any(compared), "{step}\n{backward}");
    }

    #[test]
    fn a_difference_of_kept_values_is_computed_again() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [z, n] = k.affine(["z", "n"], h).map(tanh);
            k.next(n + z * (h - n))
        });
        let step = loop_of(&p);
        let backward = recompute(&differentiate(&step), &step);
        for id in saved(&step, &backward) {
            assert!(!matches!(step.nodes[id], Node::Binary(..)), "{backward}");
        }
    }
}
