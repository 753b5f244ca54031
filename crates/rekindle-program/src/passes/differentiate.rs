//! Reverse mode, symbolically: the backward step of a program, itself a program.

use super::rewriter::Rewriter;
use super::stages::stages;
use crate::program::{Across, Binary, Id, Node, Out, Program, Subject, Unary};
use alloc::vec::Vec;

/// The program that computes, from the gradients of a program's results ([`Node::Adjoint`]) and the
/// values it had ([`Node::Forward`]), the gradients of all that it reads.
pub fn differentiate(forward: &Program) -> Program {
    let mut reverse = Reverse {
        forward,
        writer: Rewriter::default(),
        terms: vec![Vec::new(); forward.nodes.len()],
        outs: Vec::new(),
    };
    for (out, id) in forward.results() {
        if let Out::Next(_) | Out::Plane(_) = out {
            let adjoint = reverse.writer.push(Node::Adjoint(out));
            reverse.terms[id].push(adjoint);
        }
    }
    for id in (0..forward.nodes.len()).rev() {
        if let Some(gradient) = reverse.sum(id) {
            reverse.through(id, gradient);
        }
    }
    let mut names = forward.names.clone();
    names.forward = forward.texts();
    let mut outs = reverse.outs;
    outs.sort_by_key(|&(_, id)| id);
    Program::numbered(&reverse.writer.nodes, &outs, names)
}

struct Reverse<'p> {
    forward: &'p Program,
    writer: Rewriter,
    /// What contributes to the gradient of each node.
    terms: Vec<Vec<Id>>,
    outs: Vec<(Out, Id)>,
}

impl Reverse<'_> {
    /// The gradient of a node, if it has any. Terms of later stages come last, and products after
    /// all others, so that a product can be accumulated onto what is already there.
    fn sum(&mut self, id: Id) -> Option<Id> {
        let mut terms = core::mem::take(&mut self.terms[id]);
        let program = Program {
            nodes: core::mem::take(&mut self.writer.nodes),
            ..Program::default()
        };
        let stage = stages(&program);
        self.writer.nodes = program.nodes;
        terms.sort_by_key(|&t| (stage[t], self.writer.nodes[t].is_product()));
        let mut terms = terms.into_iter();
        let first = terms.next()?;
        Some(terms.fold(first, |sum, t| self.writer.binary(Binary::Add, sum, t)))
    }

    fn value(&mut self, id: Id) -> Id {
        match self.forward.nodes[id] {
            leaf @ (Node::Constant(_) | Node::Vector(_) | Node::Mask(_)) => self.writer.push(leaf),
            _ => self.writer.push(Node::Forward(id)),
        }
    }

    /// Passes the gradient `g` of a node on to its operands.
    fn through(&mut self, id: Id, g: Id) {
        use Binary::{Add, Div, Max, Min, Mul, Sub};
        match self.forward.nodes[id] {
            Node::Input(k) => self.outs.push((Out::Input(k), g)),
            Node::Raw => self.outs.push((Out::Raw, g)),
            Node::Plane(k) => self.outs.push((Out::Plane(k), g)),
            Node::State(k) => self.outs.push((Out::State(k), g)),
            Node::Vector(k) => self.outs.push((Out::Vector(k), g)),
            Node::Hidden(k, v) => {
                self.outs.push((Out::Hidden(k), g));
                let back = self.writer.push(Node::HiddenT(k, g));
                self.terms[v].push(back);
            }
            Node::Project(v) => {
                let number = self.forward.projection(id);
                self.outs.push((Out::Project(number), g));
                let back = self.writer.push(Node::ProjectT(g));
                self.terms[v].push(back);
            }
            Node::Across(op, v) => {
                let back = match op.adjoint() {
                    Some(adjoint) => self.writer.push(Node::Across(adjoint, g)),
                    None => self.for_the_largest(id, v, g),
                };
                self.terms[v].push(back);
            }
            Node::Unary(op, _) if op.is_flat() => {}
            Node::Unary(op, a) => {
                let slope = self.slope(op, a, id);
                let term = self.writer.binary(Mul, g, slope);
                self.terms[a].push(term);
            }
            Node::Binary(Add, a, b) => {
                self.terms[a].push(g);
                self.terms[b].push(g);
            }
            Node::Binary(Sub, a, b) => {
                self.terms[a].push(g);
                let term = self.writer.negate(g);
                self.terms[b].push(term);
            }
            Node::Binary(Mul, a, b) => {
                for (to, other) in [(a, b), (b, a)] {
                    let other = self.value(other);
                    let term = self.writer.binary(Mul, g, other);
                    self.terms[to].push(term);
                }
            }
            Node::Binary(Div, a, b) => {
                // y = a / b: dy/da = 1 / b, dy/db = -y / b
                let (y, below) = (self.value(id), self.value(b));
                let term = self.writer.binary(Div, g, below);
                self.terms[a].push(term);
                let term = self.writer.binary(Mul, term, y);
                let term = self.writer.negate(term);
                self.terms[b].push(term);
            }
            Node::Binary(op @ (Max | Min), a, b) => {
                // The derivative of relu is 1 above 0 and 0 elsewhere: of `b - a`, where `b` is larger.
                let (x, y) = (self.value(a), self.value(b));
                let beyond = match op {
                    Max => self.writer.binary(Sub, y, x),
                    _ => self.writer.binary(Sub, x, y),
                };
                let chosen = self.writer.push(Node::Slope(Unary::Relu, beyond));
                let term = self.writer.binary(Mul, g, chosen);
                self.terms[b].push(term);
                let term = self.writer.binary(Sub, g, term);
                self.terms[a].push(term);
            }
            Node::Constant(_) | Node::Mask(_) | Node::Moves(_) => {}
            Node::Slope(..)
            | Node::Forward(_)
            | Node::Adjoint(_)
            | Node::Total(_)
            | Node::HiddenT(..)
            | Node::ProjectT(_) => {
                unreachable!("a backward program is not differentiated again")
            }
        }
    }

    /// The gradient of the largest of a row, in equal parts to those that are as large.
    fn for_the_largest(&mut self, largest: Id, of: Id, g: Id) -> Id {
        use Binary::{Div, Mul, Sub};
        let (largest, of) = (self.value(largest), self.value(of));
        // The derivative of relu is 0 also of the difference of two infinities, which is NaN.
        let below = self.writer.binary(Sub, largest, of);
        let below = self.writer.push(Node::Slope(Unary::Relu, below));
        let one = self.writer.number(1.0);
        let chosen = self.writer.binary(Sub, one, below);
        let [all, count] = [g, chosen].map(|v| self.writer.push(Node::Across(Across::Sum, v)));
        let part = self.writer.binary(Div, all, count);
        self.writer.binary(Mul, part, chosen)
    }

    fn slope(&mut self, op: Unary, argument: Id, value: Id) -> Id {
        let subject = match op.subject() {
            Subject::Value => value,
            Subject::Argument => argument,
        };
        let subject = self.value(subject);
        self.writer.push(Node::Slope(op, subject))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::phases::loop_of;
    use crate::{Step, amax, cumsum, floor, mean, sigmoid, tanh};
    use alloc::string::ToString;

    #[test]
    fn the_gradient_of_an_elman_network_reads_as_in_a_textbook() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.affine("h", h)))
        });
        let backward = differentiate(&loop_of(&p)).to_string();
        assert_eq!(
            backward,
            "dU_h = dx_h = dh' * (1 - h' * h')\n\
             dh = U_h^T dU_h\n"
        );
    }

    #[test]
    fn a_sum_over_the_units_before_goes_back_over_those_behind() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(cumsum(k.input("a") + h) + mean(h))
        });
        let backward = differentiate(&loop_of(&p)).to_string();
        assert!(backward.contains("dx_a = revcumsum(dh')"), "{backward}");
        assert!(backward.contains("mean(dh')"), "{backward}");
    }

    #[test]
    fn nothing_goes_back_through_what_is_flat() {
        let p = Program::new(|k: &Step| {
            let [h, t] = k.state(["h", "t"]);
            let open = floor(t / k.vector("period"));
            k.next([tanh(open * k.input("a") + h), t + 1.0])
        });
        let backward = differentiate(&loop_of(&p)).to_string();
        assert!(backward.contains("dt = dt'\n"), "{backward}");
        assert!(!backward.contains("dperiod"), "{backward}");
    }

    #[test]
    fn the_gradient_of_the_largest_goes_where_it_is() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(amax(k.input("a") + h))
        });
        let backward = differentiate(&loop_of(&p)).to_string();
        assert!(backward.contains("sum(dh')"), "{backward}");
        assert!(backward.contains("relu'(h' - "), "{backward}");
    }

    #[test]
    fn numbers_get_no_gradient() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let z = sigmoid(k.affine("z", h));
            k.next(2.0 * z / (3.0 - z))
        });
        let backward = differentiate(&loop_of(&p));
        assert_eq!(backward.outs.len(), 3, "{backward}");
    }
}
