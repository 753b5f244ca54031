//! Chains: instructions each of which goes on with the value of the one before it, which nothing else reads.
//!
//! Such a value never leaves the registers of the machine, and a long sum is decided about once.

use super::fuse::Fused;
use super::source::Source;
use super::stages::Plan;
use crate::program::{Id, Width};
use alloc::vec::Vec;

/// The chains of a stage.
pub(super) struct Chains {
    /// The instructions in their order, those of a chain one after another where the last of them stood.
    pub order: Vec<Id>,
    /// How many instructions of a chain come after each.
    pub links: Vec<usize>,
}

impl Fused {
    /// The operand of an instruction that may be the value of the one before it.
    fn carried(&self, id: Id) -> Option<usize> {
        self.ops[id].as_ref()?.0.carried()
    }
}

impl Plan {
    /// Finds the chains of some instructions, and turns those that may be turned so that they begin with the value that they go on
    /// with.
    pub(super) fn chains(
        &self,
        source: &Source<'_>,
        widths: &[Width],
        fused: &mut Fused,
        of: &[Id],
    ) -> Chains {
        let n = source.program.nodes.len();
        let mut readers = vec![0; n];
        for id in 0..n {
            let reads = fused.reads(source, id);
            reads.into_iter().for_each(|of| readers[of] += 1);
        }
        // Whether each is a value that one other instruction reads and that is nowhere in memory.
        let mut inner = vec![false; n];
        for &id in of {
            let copied = self.copies.iter().any(|copy| copy.0 == id);
            inner[id] = fused.carried(id).is_some()
                && readers[id] == 1
                && self.home[id].is_none()
                && !copied;
        }
        let mut before: Vec<Option<Id>> = vec![None; n];
        let mut goes_on = vec![false; n];
        for &id in of {
            let Some(first) = fused.carried(id) else {
                continue;
            };
            let (code, operands) = fused.ops[id].as_mut().expect("an instruction");
            let fits = |of: Id| inner[of] && widths[of] == widths[id];
            if code.commutes() && !fits(operands[0]) {
                operands.swap(0, 1);
            }
            if fits(operands[first]) {
                before[id] = Some(operands[first]);
                goes_on[operands[first]] = true;
            }
        }
        let mut chains = Chains {
            order: Vec::with_capacity(of.len()),
            links: vec![0; n],
        };
        for &end in of.iter().filter(|&&id| !goes_on[id]) {
            let chain = core::iter::successors(Some(end), |&id| before[id]);
            let mut chain: Vec<Id> = chain.collect();
            chain.reverse();
            for (at, &id) in chain.iter().enumerate() {
                chains.links[id] = chain.len() - 1 - at;
            }
            chains.order.extend(chain);
        }
        chains
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::{Code, Compiled};
    use crate::program::Unary;
    use crate::{Next, Program, Step, tanh};
    use alloc::vec::Vec;

    /// The instructions of the only loop, and how many of a chain come after each.
    fn loop_of(cell: fn(&Step) -> Next) -> Vec<(Code, usize)> {
        let compiled = Compiled::new(&Program::new(cell));
        let at = compiled.phases().iter().position(|phase| phase.looped);
        let stages = &compiled.inference()[at.expect("a loop")].stages;
        let ops = stages.iter().flat_map(|stage| &stage.hidden);
        ops.map(|op| (op.code, op.links)).collect()
    }

    #[test]
    fn a_long_sum_is_one_chain_behind_all_that_it_reads() {
        let long = loop_of(|k: &Step| {
            let h = k.state("h");
            let [a, b] = k.vector(["a", "b"]);
            k.next(k.input("x") + a * h - b * tanh(h))
        });
        let tanh = (Code::Unary(Unary::Tanh), 0);
        assert_eq!(long, [tanh, (Code::MulAdd, 1), (Code::SubMul, 0)]);
    }

    #[test]
    fn what_is_read_twice_goes_through_memory() {
        let square = loop_of(|k: &Step| {
            let h = k.state("h");
            let s = k.vector("a") * h + k.input("x");
            k.next(s * s)
        });
        assert_eq!(square, [(Code::MulAdd, 0), (Code::Mul, 0)]);
    }
}
