//! The order of sums.

use super::rewriter::Rewriter;
use super::stages::stages;
use crate::program::{Binary, Id, Node, Program};
use alloc::vec::Vec;

/// The same program with the terms of every sum in such an order that no multiplication needs an instruction of
/// its own, if there is anything else to begin with. Sums that hold matrix products stay as they are.
pub fn arrange(program: &Program) -> Program {
    reordered(program, |sums, terms| sums.products_last(terms))
}

/// The same program with what no state enters first in every sum, so that it is a value of its own, which needs
/// no loop over time. Sums that hold matrix products stay as they are.
pub fn gather(program: &Program) -> Program {
    let recurrent = program.reached_from(|n| matches!(n, Node::State(_)));
    reordered(program, |_, terms| {
        let (mut first, last): (Vec<Term>, Vec<Term>) =
            terms.iter().partition(|&&(_, id)| !recurrent[id]);
        first.sort_by_key(|t| t.0);
        let worth = first.len() > 1 && !last.is_empty() && !first[0].0;
        worth.then(|| [first, last].concat())
    })
}

fn reordered(
    program: &Program,
    order: impl Fn(&Sums<'_>, &[Term]) -> Option<Vec<Term>>,
) -> Program {
    let sums = Sums {
        program,
        stage: stages(program),
        uses: program.uses(),
    };
    let n = program.nodes.len();
    let mut terms: Vec<Option<Vec<Term>>> = vec![None; n];
    let mut absorbed = vec![false; n];
    for id in (0..n).rev().filter(|&id| sums.is_sum(id)) {
        if !absorbed[id] {
            let mut found = Vec::new();
            sums.terms(id, false, &mut found, &mut absorbed);
            terms[id] = order(&sums, &found).filter(|new| *new != found);
        }
    }
    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(n);
    for (node, terms) in program.nodes.iter().zip(terms) {
        let id = match terms.as_deref() {
            Some([(_, first), rest @ ..]) => {
                rest.iter().fold(place[*first], |sum, &(less, term)| {
                    let op = if less { Binary::Sub } else { Binary::Add };
                    writer.push(Node::Binary(op, sum, place[term]))
                })
            }
            _ => writer.push(node.renamed(|id| place[id])),
        };
        place.push(id);
    }
    program.rewritten(&writer.nodes, |id| place[id])
}

/// A term of a sum, and whether it is taken away.
type Term = (bool, Id);

struct Sums<'p> {
    program: &'p Program,
    stage: Vec<usize>,
    uses: Vec<usize>,
}

impl Sums<'_> {
    fn is_sum(&self, id: Id) -> bool {
        match self.program.nodes[id] {
            Node::Binary(Binary::Add | Binary::Sub, a, b) => [a, b]
                .iter()
                .all(|&of| !self.program.nodes[of].is_product()),
            _ => false,
        }
    }

    fn terms(&self, id: Id, less: bool, found: &mut Vec<Term>, absorbed: &mut [bool]) {
        let Node::Binary(op, a, b) = self.program.nodes[id] else {
            unreachable!("it is a sum");
        };
        for (of, less) in [(a, less), (b, less != (op == Binary::Sub))] {
            let here = self.uses[of] == 1 && self.stage[of] == self.stage[id];
            if here && self.is_sum(of) {
                absorbed[of] = true;
                self.terms(of, less, found, absorbed);
            } else {
                found.push((less, of));
            }
        }
    }

    /// Whether a term is a multiplication that can be part of an instruction that adds it.
    fn is_factored(&self, id: Id, stage: usize) -> bool {
        let is_slope = |of: Id| matches!(self.program.nodes[of], Node::Slope(..));
        match self.program.nodes[id] {
            Node::Binary(Binary::Mul, a, b) => {
                self.uses[id] == 1 && self.stage[id] == stage && !is_slope(a) && !is_slope(b)
            }
            _ => false,
        }
    }

    /// The terms with multiplications last, where that is worth anything.
    fn products_last(&self, terms: &[Term]) -> Option<Vec<Term>> {
        let stage = terms.iter().map(|t| self.stage[t.1]).max()?;
        let factored = |t: &Term| self.is_factored(t.1, stage);
        let (mut products, mut others): (Vec<Term>, Vec<Term>) =
            terms.iter().copied().partition(factored);
        others.sort_by_key(|t| t.0);
        if others.first().is_none_or(|first| first.0) {
            // It must begin with what is not taken away.
            let first = products.iter().position(|t| !t.0)?;
            others.insert(0, products.remove(first));
        }
        (terms.len() > 2).then(|| [others, products].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Next, Step};
    use alloc::string::{String, ToString};

    fn arranged(cell: fn(&Step) -> Next) -> String {
        let text = arrange(&Program::new(cell)).to_string();
        text.lines().last().expect("an equation").to_string()
    }

    #[test]
    fn multiplications_are_added_to_what_is_there() {
        let rotation = |k: &Step| {
            let h = k.state("h");
            let [a, b] = k.vector(["a", "b"]);
            k.next(a * h - b * h + k.input("u"))
        };
        assert_eq!(arranged(rotation), "h' = W_u x + b_u + a * h - b * h");
    }

    #[test]
    fn what_begins_is_not_taken_away() {
        let from = |k: &Step| {
            let h = k.state("h");
            let [a, b] = k.vector(["a", "b"]);
            k.next(a * h + b * h - k.input("u"))
        };
        assert_eq!(arranged(from), "h' = a * h - (W_u x + b_u) + b * h");
    }

    #[test]
    fn what_no_state_enters_is_one_value() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [a, b, c] = k.vector(["a", "b", "c"]);
            let x = k.input("x");
            k.next(a * h * x + b * h + c * x + k.input("bias"))
        });
        let text = gather(&p).to_string();
        let known = "h' = c * (W_x x + b_x) + W_bias x + b_bias + a * h";
        assert!(text.contains(known), "{text}");
    }

    #[test]
    fn sums_of_two_and_of_matrix_products_stay() {
        let gate = |k: &Step| {
            let h = k.state("h");
            k.next(k.vector("a") * h + k.affine("h", h))
        };
        assert_eq!(arranged(gate), "h' = a * h + (W_h x + b_h + U_h h + d_h)");
    }
}
