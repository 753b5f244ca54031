//! What is planned.

use super::stages::Plan;
use crate::program::{Id, Node, Out, Program, Width};
use alloc::vec::Vec;

/// A program and what planning it needs to know.
pub(super) struct Source<'p> {
    pub program: &'p Program,
    /// The nodes that the backward program needs.
    pub saved: &'p [Id],
    /// The forward program and its plan, where this one is backward.
    pub forward: Option<(&'p Program, &'p Plan)>,
    /// The states that wait for a gradient of this one, if it is backward.
    pub states: &'p [usize],
}

impl Source<'_> {
    /// The width of every node. Those of numbers are of no consequence.
    pub(super) fn widths(&self) -> Vec<Width> {
        let p = self.program;
        let mut widths: Vec<Width> = Vec::with_capacity(p.nodes.len());
        for (id, node) in p.nodes.iter().enumerate() {
            let width = match (*node, self.forward) {
                (Node::Forward(of), Some((forward, _))) => forward.width(of),
                (Node::Adjoint(Out::Next(s)), _) => p.state_width(s),
                (Node::Adjoint(Out::Plane(k)), _) => p.names.plane_widths[k],
                (Node::HiddenT(..), Some((forward, _))) => forward.product_width(),
                (Node::ProjectT(_), _) => Width::Hidden,
                (Node::Slope(_, a) | Node::Unary(_, a) | Node::Across(_, a), _) => widths[a],
                (Node::Binary(_, a, b), _) => match p.is_number(a) {
                    true => widths[b],
                    false => widths[a],
                },
                _ => p.width(id),
            };
            widths.push(width);
        }
        widths
    }
}
