//! The builder: a [`Step`] hands out handles, and operators on them record nodes.

use crate::program::{Across, Binary, Blocks, Fault, Given, Id, Node, Program, Unary};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// One step of a cell, while its equations are being written down.
#[derive(Debug, Default)]
pub struct Step {
    draft: RefCell<Draft>,
}

#[derive(Debug, Default)]
struct Draft {
    nodes: Vec<Node>,
    known: BTreeMap<Node, Id>,
    names: Blocks,
    given: Given,
}

impl Draft {
    /// Adds a node, or finds the equal one: common subexpressions never arise.
    fn push(&mut self, node: Node) -> Id {
        *self.known.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }
}

/// A value of the step: a number per unit and row of the batch.
#[derive(Clone, Copy, Debug)]
pub struct Var<'k> {
    step: &'k Step,
    id: Id,
}

/// The new states of a step, as [`Step::next`] returns them.
#[derive(Debug)]
pub struct Next(Vec<Id>);

/// One name or an array of names: what a [`Step`] is asked for, in the shape of the answer.
pub trait Names {
    /// One value or an array of values.
    type Vars<'k>;
    /// Asks for each name in turn.
    fn each<'k>(self, f: impl FnMut(&str) -> Var<'k>) -> Self::Vars<'k>;
}

impl Names for &str {
    type Vars<'k> = Var<'k>;
    fn each<'k>(self, mut f: impl FnMut(&str) -> Var<'k>) -> Var<'k> {
        f(self)
    }
}

impl<const N: usize> Names for [&str; N] {
    type Vars<'k> = [Var<'k>; N];
    fn each<'k>(self, f: impl FnMut(&str) -> Var<'k>) -> [Var<'k>; N] {
        self.map(f)
    }
}

/// One value or an array of values, as [`Step::next`] takes them.
pub trait Values<'k> {
    /// The values in order.
    fn list(self) -> Vec<Var<'k>>;
}

impl<'k> Values<'k> for Var<'k> {
    fn list(self) -> Vec<Var<'k>> {
        vec![self]
    }
}

impl<'k, const N: usize> Values<'k> for [Var<'k>; N] {
    fn list(self) -> Vec<Var<'k>> {
        self.to_vec()
    }
}

impl<'k> Values<'k> for Vec<Var<'k>> {
    fn list(self) -> Vec<Var<'k>> {
        self
    }
}

impl Step {
    pub(crate) fn push(&self, node: Node) -> Var<'_> {
        let id = self.draft.borrow_mut().push(node);
        Var { step: self, id }
    }

    /// Adds a name to one of the lists, and answers its place there.
    fn block(
        &self,
        kind: &str,
        name: &str,
        list: impl Fn(&mut Blocks) -> &mut Vec<String>,
    ) -> usize {
        let mut draft = self.draft.borrow_mut();
        let names = list(&mut draft.names);
        assert!(
            !names.iter().any(|known| known == name),
            "{kind} {name:?} is asked for twice in one step"
        );
        names.push(name.to_string());
        names.len() - 1
    }

    fn input_block(&self, name: &str, bias: bool) -> Var<'_> {
        let g = self.block("input block", name, |b| &mut b.inputs);
        self.draft.borrow_mut().names.input_biases.push(bias);
        self.push(Node::Input(g))
    }

    fn hidden_block(&self, name: &str, v: Var, bias: bool) -> Var<'_> {
        v.belongs_to(self);
        let g = self.block("recurrent block", name, |b| &mut b.hiddens);
        self.draft.borrow_mut().names.hidden_biases.push(bias);
        self.push(Node::Hidden(g, v.id))
    }

    fn learned(&self, kind: &str, name: &str, scalar: bool) -> Var<'_> {
        let v = self.block(kind, name, |b| &mut b.vectors);
        self.draft.borrow_mut().names.scalars.push(scalar);
        self.push(Node::Vector(v))
    }

    /// What the cell carries from step to step; the first state is the output.
    ///
    /// # Panics
    ///
    /// If a state of that name was asked for before.
    pub fn state<N: Names>(&self, names: N) -> N::Vars<'_> {
        names.each(|n| self.push(Node::State(self.block("state", n, |b| &mut b.states))))
    }

    /// `W_g x + b_g`: blocks of the projected input.
    ///
    /// # Panics
    ///
    /// If an input block of that name was asked for before.
    pub fn input<N: Names>(&self, names: N) -> N::Vars<'_> {
        names.each(|n| self.input_block(n, true))
    }

    /// `W_g x`: blocks of the projected input that have no bias, where the paper has none.
    ///
    /// # Panics
    ///
    /// If an input block of that name was asked for before.
    pub fn plain_input<N: Names>(&self, names: N) -> N::Vars<'_> {
        names.each(|n| self.input_block(n, false))
    }

    /// The input itself, for equations that use it beside its projections. Where an input has not
    /// the width of a state, a block `W_x x` stands in its place.
    pub fn raw(&self) -> Var<'_> {
        self.push(Node::Raw)
    }

    /// `U_g v + d_g`: blocks of the recurrent product with a value `v`.
    ///
    /// # Panics
    ///
    /// If a recurrent block of that name was asked for before.
    pub fn hidden<N: Names>(&self, names: N, v: Var) -> N::Vars<'_> {
        names.each(|n| self.hidden_block(n, v, true))
    }

    /// `U_g v`: blocks of the recurrent product that have no bias, where the paper has none.
    ///
    /// # Panics
    ///
    /// If a recurrent block of that name was asked for before.
    pub fn plain_hidden<N: Names>(&self, names: N, v: Var) -> N::Vars<'_> {
        names.each(|n| self.hidden_block(n, v, false))
    }

    /// `W_g x + b_g + U_g v + d_g`: the usual pre-activation of a gate.
    ///
    /// # Panics
    ///
    /// If a block of that name was asked for before.
    pub fn affine<N: Names>(&self, names: N, v: Var) -> N::Vars<'_> {
        v.belongs_to(self);
        names.each(|n| self.input(n) + self.hidden(n, v))
    }

    /// Learned vectors, one number per unit (peepholes, diagonal recurrences).
    ///
    /// # Panics
    ///
    /// If a vector of that name was asked for before.
    pub fn vector<N: Names>(&self, names: N) -> N::Vars<'_> {
        names.each(|n| self.learned("vector", n, false))
    }

    /// Learned scalars, one number for all units. They share the vectors' names.
    ///
    /// # Panics
    ///
    /// If a vector or scalar of that name was asked for before.
    pub fn scalar<N: Names>(&self, names: N) -> N::Vars<'_> {
        names.each(|n| self.learned("scalar", n, true))
    }

    /// `R v`: the recurrent projection of a value to `d_projection`.
    pub fn project(&self, v: Var) -> Var<'_> {
        v.belongs_to(self);
        self.push(Node::Project(v.id))
    }

    /// A number.
    pub fn constant(&self, value: f64) -> Var<'_> {
        self.push(Node::Constant(value.to_bits()))
    }

    /// The new value of each state, in the order in which the states were asked for.
    pub fn next<'k>(&'k self, values: impl Values<'k>) -> Next {
        let values = values.list();
        for v in &values {
            v.belongs_to(self);
        }
        Next(values.iter().map(|v| v.id).collect())
    }

    /// Calls a value by a name where the program is shown; of several names of one value the first counts.
    pub(crate) fn call(&self, value: Var, name: &str) {
        value.belongs_to(self);
        let given = &mut self.draft.borrow_mut().given;
        given.push((value.id, name.to_string()));
    }

    /// Fixes the stored order of the blocks, for a program whose text names it.
    pub(crate) fn declare(&self, names: Blocks) {
        self.draft.borrow_mut().names = names;
    }

    /// Fixes which blocks have a bias, for a program whose text shows it.
    pub(crate) fn declare_biases(&self, inputs: Vec<bool>, hiddens: Vec<bool>) {
        let names = &mut self.draft.borrow_mut().names;
        names.input_biases = inputs;
        names.hidden_biases = hiddens;
    }
}

impl Program {
    /// Runs a cell's equations once and records them.
    ///
    /// # Panics
    ///
    /// If the equations make no sense: no state, a new value missing, values of different widths
    /// combined. These are defects of the equations, found the first time they are used.
    pub fn new(cell: impl Fn(&Step) -> Next) -> Program {
        let step = Step::default();
        let next = cell(&step);
        let program = step.finish(next);
        program.unwrap_or_else(|fault| panic!("{}", fault.message))
    }
}

impl Step {
    pub(crate) fn finish(self, next: Next) -> Result<Program, Fault> {
        let draft = self.draft.into_inner();
        Program::from_nodes(&draft.nodes, &next.0, draft.names, &draft.given)
    }
}

impl<'k> Var<'k> {
    fn belongs_to(self, step: &Step) {
        assert!(
            core::ptr::eq(self.step, step),
            "a value of one step is used in another"
        );
    }

    pub(crate) fn id(self) -> Id {
        self.id
    }

    pub(crate) fn binary(self, op: Binary, other: Var<'k>) -> Var<'k> {
        other.belongs_to(self.step);
        self.step.push(Node::Binary(op, self.id, other.id))
    }

    pub(crate) fn across(self, op: Across) -> Var<'k> {
        self.step.push(Node::Across(op, self.id))
    }

    /// Applies a pointwise function.
    pub fn apply(self, op: Unary) -> Var<'k> {
        self.step.push(Node::Unary(op, self.id))
    }
}

macro_rules! operators {
    ($($op:ident $method:ident),*) => { $(
        impl<'k> $op for Var<'k> {
            type Output = Var<'k>;
            fn $method(self, other: Var<'k>) -> Var<'k> {
                self.binary(Binary::$op, other)
            }
        }
        impl<'k> $op<f64> for Var<'k> {
            type Output = Var<'k>;
            fn $method(self, other: f64) -> Var<'k> {
                self.binary(Binary::$op, self.step.constant(other))
            }
        }
        impl<'k> $op<Var<'k>> for f64 {
            type Output = Var<'k>;
            fn $method(self, other: Var<'k>) -> Var<'k> {
                other.step.constant(self).binary(Binary::$op, other)
            }
        }
    )* };
}
operators!(Add add, Sub sub, Mul mul, Div div);

impl<'k> Neg for Var<'k> {
    type Output = Var<'k>;
    fn neg(self) -> Var<'k> {
        -1.0 * self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::tanh;

    #[test]
    fn equal_expressions_are_one_node() {
        let p = Program::new(|k| {
            let h = k.state("h");
            let a = k.affine("a", h);
            k.next(tanh(a) * tanh(a))
        });
        let tanhs = p
            .nodes()
            .iter()
            .filter(|n| matches!(n, Node::Unary(Unary::Tanh, _)));
        assert_eq!(tanhs.count(), 1);
    }

    #[test]
    #[should_panic(expected = "input block \"i\" is asked for twice")]
    fn a_repeated_block_panics() {
        Program::new(|k| {
            let h = k.state("h");
            k.next(k.affine("i", h) + k.input("i"))
        });
    }

    #[test]
    #[should_panic(expected = "a value of one step is used in another")]
    fn a_value_of_another_step_panics() {
        let other = Step::default();
        let stranger = other.state("h");
        Program::new(|k| {
            let _ = k.state("h");
            let a = k.hidden("a", stranger);
            k.next(a)
        });
    }

    #[test]
    #[should_panic(expected = "2 states (h, c) but 1 new values")]
    fn a_missing_new_state_panics() {
        Program::new(|k| {
            let [h, _c] = k.state(["h", "c"]);
            k.next(k.affine("h", h))
        });
    }

    #[test]
    #[should_panic(expected = "combines a projected value with one that is not")]
    fn widths_that_differ_panic() {
        Program::new(|k| {
            let h = k.state("h");
            let a = k.affine("a", h);
            k.next(k.project(a + h))
        });
    }
}
