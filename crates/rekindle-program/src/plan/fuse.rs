//! Which nodes become one: sums that a product starts from, products that are added up, multiplications
//! that are added.

use super::instruction::Code;
use super::source::Source;
use super::stages::OPERANDS;
use crate::program::{Across, Binary, Id, Node};
use alloc::vec::Vec;

/// What is emitted for every node.
pub(super) struct Fused {
    /// The stage of every node.
    pub stage: Vec<usize>,
    /// A product: its terms, of one kind, and what its sums start from.
    pub products: Vec<Option<(Vec<Id>, Option<Id>)>>,
    /// A function of whole rows, and what it is of.
    pub across: Vec<Option<(Across, Id)>>,
    /// A pointwise instruction and its operands.
    pub ops: Vec<Option<(Code, Vec<Id>)>>,
    /// Input blocks that a product starts from: (input block, recurrent block).
    pub folded: Vec<(usize, usize)>,
}

impl Fused {
    pub(super) fn new(source: &Source<'_>, stage: &[usize]) -> Fused {
        let p = source.program;
        let n = p.nodes.len();
        let uses = p.uses();
        let result = |id: Id| p.results().any(|(_, r)| r == id) || source.saved.contains(&id);
        // A node that one other reads, and nobody else needs, may vanish into its reader.
        let inner = |id: Id| uses[id] == 1 && !result(id);
        let mut fused = Fused {
            stage: stage.to_vec(),
            products: vec![None; n],
            across: vec![None; n],
            ops: vec![None; n],
            folded: Vec::new(),
        };
        let mut gone = vec![false; n];
        for id in (0..n).rev() {
            if gone[id] || p.nodes[id].is_leaf() {
                continue;
            }
            if let Some((terms, from)) = fused.sum_of_products(source, id, &inner) {
                let mut at = id;
                for &t in &terms {
                    gone[t] = t != id;
                    if let Node::Binary(_, a, b) = p.nodes[at] {
                        gone[at] = at != id;
                        at = if b == t { a } else { b };
                    }
                }
                if let Some((Node::Input(block), Node::Hidden(g, _))) =
                    from.map(|from| (p.nodes[from], p.nodes[terms[0]]))
                {
                    fused.folded.push((block, g));
                }
                fused.products[id] = Some((terms, from));
                continue;
            }
            if let Node::Across(op, of) = p.nodes[id] {
                fused.across[id] = Some((op, of));
                continue;
            }
            let (code, of, vanished) = instruction(source, stage, id, &inner);
            if let Some(v) = vanished {
                gone[v] = true;
            }
            fused.ops[id] = Some((code, of));
        }
        fused
    }

    /// Reads a node as a product, or as `rest + product + product + ...`.
    fn sum_of_products(
        &self,
        source: &Source<'_>,
        id: Id,
        inner: &impl Fn(Id) -> bool,
    ) -> Option<(Vec<Id>, Option<Id>)> {
        let p = source.program;
        match p.nodes[id] {
            node if node.is_product() => Some((vec![id], None)),
            Node::Binary(Binary::Add, a, b) => {
                let one = |v: Id| p.nodes[v].is_product() && inner(v);
                if !one(a) && !one(b) {
                    return None;
                }
                let (mut rest, first) = if one(b) { (a, b) } else { (b, a) };
                if let Node::Hidden(..) = p.nodes[first] {
                    // A forward product starts from an input block, into whose bias its own is folded.
                    let block = matches!(p.nodes[rest], Node::Input(_));
                    return (block && inner(rest)).then(|| (vec![first], Some(rest)));
                }
                let kind = core::mem::discriminant(&p.nodes[first]);
                let alike = |v: Id| {
                    core::mem::discriminant(&p.nodes[v]) == kind
                        && self.stage[v] == self.stage[first]
                        && matches!(p.nodes[v], Node::HiddenT(..))
                        && inner(v)
                };
                let mut terms = vec![first];
                while let Node::Binary(Binary::Add, a, b) = p.nodes[rest] {
                    if !inner(rest) || !alike(b) {
                        break;
                    }
                    terms.push(b);
                    rest = a;
                }
                if alike(rest) {
                    terms.push(rest);
                    return (terms.len() <= OPERANDS).then_some((terms, None));
                }
                // What the sums start from must be there before the stage's products begin.
                let before = self.stage[rest] < self.stage[first];
                (before && terms.len() <= OPERANDS).then_some((terms, Some(rest)))
            }
            _ => None,
        }
    }

    /// Whether a node is emitted as something that reads whole rows, and so needs its operand in memory.
    pub(super) fn reads_rows(&self, id: Id) -> bool {
        self.products[id].is_some() || self.across[id].is_some()
    }

    /// What an emitted node reads.
    pub(super) fn reads(&self, source: &Source<'_>, id: Id) -> Vec<Id> {
        match (&self.products[id], &self.ops[id]) {
            (Some((terms, from)), _) => {
                let operands = terms
                    .iter()
                    .flat_map(|&t| source.program.nodes[t].operands());
                operands.chain(*from).collect()
            }
            (None, Some((_, of))) => of.clone(),
            (None, None) => self.across[id].iter().map(|a| a.1).collect(),
        }
    }
}

/// The instruction of a pointwise node, and the node that vanishes into it.
fn instruction(
    source: &Source<'_>,
    stage: &[usize],
    id: Id,
    inner: &impl Fn(Id) -> bool,
) -> (Code, Vec<Id>, Option<Id>) {
    let p = source.program;
    let here = |v: Id| inner(v) && stage[v] == stage[id];
    let slope = |v: Id| match p.nodes[v] {
        Node::Slope(op, y) if here(v) => Some((op, y)),
        _ => None,
    };
    let times = |v: Id| match p.nodes[v] {
        // A multiplication with a derivative is an instruction of its own.
        Node::Binary(Binary::Mul, x, y)
            if here(v) && slope_of(source, x).is_none() && slope_of(source, y).is_none() =>
        {
            Some((x, y))
        }
        _ => None,
    };
    match p.nodes[id] {
        Node::Unary(op, a) => (Code::Unary(op), vec![a], None),
        Node::Slope(op, a) => (Code::Slope(op), vec![a], None),
        Node::Binary(Binary::Mul, a, b) => match (slope(a), slope(b)) {
            (_, Some((op, y))) => (Code::TimesSlope(op), vec![a, y], Some(b)),
            (Some((op, y)), None) => (Code::TimesSlope(op), vec![b, y], Some(a)),
            (None, None) => (Code::Mul, vec![a, b], None),
        },
        Node::Binary(Binary::Add, a, b) => match (times(a), times(b)) {
            (_, Some((x, y))) => (Code::MulAdd, vec![x, y, a], Some(b)),
            (Some((x, y)), None) => (Code::MulAdd, vec![x, y, b], Some(a)),
            (None, None) => (Code::Add, vec![a, b], None),
        },
        Node::Binary(Binary::Sub, a, b) => match (times(a), times(b)) {
            (_, Some((x, y))) => (Code::SubMul, vec![x, y, a], Some(b)),
            (Some((x, y)), None) => (Code::MulSub, vec![x, y, b], Some(a)),
            (None, None) => (Code::Sub, vec![a, b], None),
        },
        Node::Binary(Binary::Div, a, b) => (Code::Div, vec![a, b], None),
        Node::Binary(Binary::Max, a, b) => (Code::Max, vec![a, b], None),
        Node::Binary(Binary::Min, a, b) => (Code::Min, vec![a, b], None),
        ref other => unreachable!("{other:?} is no pointwise node"),
    }
}

fn slope_of(source: &Source<'_>, id: Id) -> Option<Id> {
    match source.program.nodes[id] {
        Node::Slope(_, y) => Some(y),
        _ => None,
    }
}
