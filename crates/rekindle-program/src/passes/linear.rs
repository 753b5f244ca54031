//! Recognising recurrences that are linear in their state: `s' = a s + b`, with `a` and `b` known for
//! all steps at once.

use super::rewriter::Rewriter;
use crate::program::{Binary, Id, Node, Out, Program};
use alloc::vec::Vec;

/// A program whose states can be computed for all steps at once, by a scan.
///
/// In `before`, plane `2 k` is `a` and plane `2 k + 1` is `b` of state `k` of `states`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linear {
    /// The states that the scan computes. The others are read by no recurrence.
    pub states: Vec<usize>,
    /// What depends on the input alone.
    pub before: Program,
}

/// The linear form of a program, if it has one: each state that is read enters its own new value only,
/// multiplied by something that depends on the input alone.
pub fn linear(program: &Program) -> Option<Linear> {
    let recurrent = program.reached_from(|n| matches!(n, Node::State(_)));
    if program.next.len() != 1 {
        return None;
    }
    let mut form = Form {
        program,
        recurrent,
        writer: Rewriter::default(),
    };
    let (a, b) = form.of(program.next[0], 0)?;
    let zero = form.writer.number(0.0);
    let outs = [
        (Out::Plane(0), a.unwrap_or(zero)),
        (Out::Plane(1), b.unwrap_or(zero)),
    ];
    let mut names = program.names.clone();
    names.planes = vec![
        format!("a_{}", program.states()[0]),
        format!("b_{}", program.states()[0]),
    ];
    Some(Linear {
        states: vec![0],
        before: Program::numbered(&form.writer.nodes, &outs, names),
    })
}

struct Form<'p> {
    program: &'p Program,
    recurrent: Vec<bool>,
    writer: Rewriter,
}

/// `a` and `b` of `a s + b`; `None` stands for zero.
type Line = (Option<Id>, Option<Id>);

impl Form<'_> {
    /// A node that depends on the input alone, copied.
    fn copy(&mut self, id: Id) -> Id {
        let operands: Vec<Id> = self.program.nodes[id].operands().collect();
        let copies: Vec<Id> = operands.iter().map(|&o| self.copy(o)).collect();
        let place = |id| copies[operands.iter().position(|&o| o == id).expect("an operand")];
        let node = self.program.nodes[id].renamed(place);
        self.writer.write(node)
    }

    fn of(&mut self, id: Id, state: usize) -> Option<Line> {
        use Binary::{Add, Div, Mul, Sub};
        if !self.recurrent[id] {
            return Some((None, Some(self.copy(id))));
        }
        match self.program.nodes[id] {
            Node::State(s) => (s == state).then(|| (Some(self.writer.number(1.0)), None)),
            Node::Binary(op @ (Add | Sub), x, y) => {
                let (x, y) = (self.of(x, state)?, self.of(y, state)?);
                Some((self.both(op, x.0, y.0), self.both(op, x.1, y.1)))
            }
            Node::Binary(Mul, x, y) => {
                let (line, factor) = match (self.recurrent[x], self.recurrent[y]) {
                    (true, false) => (x, y),
                    (false, true) => (y, x),
                    _ => return None,
                };
                self.scaled(Mul, line, factor, state)
            }
            Node::Binary(Div, x, y) if !self.recurrent[y] => self.scaled(Div, x, y, state),
            _ => None,
        }
    }

    fn scaled(&mut self, op: Binary, line: Id, factor: Id, state: usize) -> Option<Line> {
        let (a, b) = self.of(line, state)?;
        let factor = self.copy(factor);
        let a = a.map(|a| self.writer.binary(op, a, factor));
        let b = b.map(|b| self.writer.binary(op, b, factor));
        Some((a, b))
    }

    fn both(&mut self, op: Binary, x: Option<Id>, y: Option<Id>) -> Option<Id> {
        match (x, y) {
            (Some(x), Some(y)) => Some(self.writer.binary(op, x, y)),
            (None, Some(y)) if op == Binary::Sub => Some(self.writer.negate(y)),
            (x, y) => x.or(y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, sigmoid, tanh};
    use alloc::string::ToString;

    #[test]
    fn a_minimal_gru_is_linear() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let z = sigmoid(k.input("z"));
            k.next((1.0 - z) * h + z * k.input("n"))
        });
        let text = linear(&p).expect("it is linear").before.to_string();
        assert!(text.contains("a_h = 1.0 - z"), "{text}");
        assert!(text.contains("b_h = z * (W_n x + b_n)"), "{text}");
    }

    #[test]
    fn what_is_subtracted_or_divided_keeps_its_sign_and_its_divisor() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next((k.input("n") - h) / k.input("z"))
        });
        let text = linear(&p).expect("it is linear").before.to_string();
        assert!(text.contains("a_h = -1.0 / (W_z x + b_z)"), "{text}");
        assert!(
            text.contains("b_h = (W_n x + b_n) / (W_z x + b_z)"),
            "{text}"
        );
    }

    #[test]
    fn a_state_inside_a_function_or_a_product_is_not() {
        let squashed = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(tanh(k.input("n") + h))
        });
        let product = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(k.affine("n", h))
        });
        let square = Program::new(|k: &Step| {
            let h = k.state("h");
            k.next(k.input("n") + h * h)
        });
        for p in [squashed, product, square] {
            assert_eq!(linear(&p), None, "{p}");
        }
    }
}
