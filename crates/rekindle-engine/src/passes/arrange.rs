//! The order of sums: multiplications last, so that each is added in one instruction.

use super::stages::stages;
use super::writer::Writer;
use crate::program::{Binary, Id, Node, Program};

/// The same program with the terms of every sum in such an order that no multiplication needs an instruction of
/// its own, if there is anything else to begin with. Sums that hold matrix products stay as they are.
pub fn arrange(program: &Program) -> Program {
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
            terms[id] = sums.arranged(found);
        }
    }
    let mut writer = Writer::default();
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

    /// The terms in their new order; `None` where the old one is as good.
    fn arranged(&self, terms: Vec<Term>) -> Option<Vec<Term>> {
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
        let arranged = [others, products].concat();
        (arranged.len() > 2 && arranged != terms).then_some(arranged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Next, Step};

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
    fn sums_of_two_and_of_matrix_products_stay() {
        let gate = |k: &Step| {
            let h = k.state("h");
            k.next(k.vector("a") * h + k.affine("h", h))
        };
        assert_eq!(arranged(gate), "h' = a * h + (W_h x + b_h + U_h h + d_h)");
    }
}
