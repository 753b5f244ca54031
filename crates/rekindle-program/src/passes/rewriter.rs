//! Writing nodes down, simplified.

use crate::program::{Binary, Id, Node, Unary};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A list of nodes in which equal expressions are one, numbers are computed, and `x + 0`, `1 x` and
/// their like are `x`.
#[derive(Debug, Default)]
pub(super) struct Rewriter {
    pub nodes: Vec<Node>,
    known: BTreeMap<Node, Id>,
}

impl Rewriter {
    /// Adds a node as it is, or finds the equal one. Sums and products are equal in either order.
    pub(super) fn push(&mut self, node: Node) -> Id {
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = self.nodes.len();
        self.nodes.push(node);
        self.known.insert(node, id);
        if let Node::Binary(op @ (Binary::Add | Binary::Mul), a, b) = node {
            self.known.insert(Node::Binary(op, b, a), id);
        }
        id
    }

    /// Adds a node, simplified.
    pub(super) fn write(&mut self, node: Node) -> Id {
        match node {
            Node::Binary(op, a, b) => self.binary(op, a, b),
            Node::Unary(op, a) => self.unary(op, a),
            other => self.push(other),
        }
    }

    pub(super) fn number(&mut self, value: f64) -> Id {
        self.push(Node::Constant(value.to_bits()))
    }

    pub(super) fn as_number(&self, id: Id) -> Option<f64> {
        match self.nodes[id] {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// The operand of a negation, `-1 x`.
    fn negated(&self, id: Id) -> Option<Id> {
        match self.nodes[id] {
            Node::Binary(Binary::Mul, a, b) => match (self.as_number(a), self.as_number(b)) {
                (Some(-1.0), _) => Some(b),
                (_, Some(-1.0)) => Some(a),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn negate(&mut self, a: Id) -> Id {
        let minus = self.number(-1.0);
        self.binary(Binary::Mul, minus, a)
    }

    fn unary(&mut self, op: Unary, a: Id) -> Id {
        match self.as_number(a) {
            Some(x) => self.number(op.of(x)),
            None => self.push(Node::Unary(op, a)),
        }
    }

    pub(super) fn binary(&mut self, op: Binary, a: Id, b: Id) -> Id {
        use Binary::{Add, Div, Mul, Sub};
        match (op, self.as_number(a), self.as_number(b)) {
            (_, Some(x), Some(y)) => return self.number(op.of(x, y)),
            (Add, Some(0.0), _) | (Mul, Some(1.0), _) => return b,
            (Add | Sub, _, Some(0.0)) | (Mul | Div, _, Some(1.0)) => return a,
            (Mul, Some(-1.0), _) if self.negated(b).is_some() => {
                return self.negated(b).expect("just seen");
            }
            (Mul, _, Some(-1.0)) if self.negated(a).is_some() => {
                return self.negated(a).expect("just seen");
            }
            _ => {}
        }
        match (op, self.negated(a), self.negated(b)) {
            (Add, _, Some(b)) => self.push(Node::Binary(Sub, a, b)),
            (Add, Some(a), None) => self.push(Node::Binary(Sub, b, a)),
            (Sub, _, Some(b)) => self.push(Node::Binary(Add, a, b)),
            _ => self.push(Node::Binary(op, a, b)),
        }
    }
}
