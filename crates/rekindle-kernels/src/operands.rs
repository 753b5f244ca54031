//! The addresses of a plan's operands while it runs.

use crate::memory::CACHE_LINE;
use crate::pointwise::Operand;
use crate::rounded::Rounded;
use crate::simd::{Real, Simd};
use alloc::vec::Vec;
use core::ops::Range;
use rekindle_program::plan::Plan;

/// How many cache lines of each operand are prefetched. Longer rows the processor prefetches by itself.
const AHEAD: usize = 8;

/// The addresses of a plan's operands at a step, and the order of the panels of weights.
///
/// Products read their panels in ascending order in one run and in descending order in the next: of weights that are larger
/// than a cache, the panels that were read last are still there when the next run begins with them.
#[derive(Debug)]
pub(super) struct Operands<E: Real> {
    /// By the index of a place in the plan.
    pub places: Vec<Operand<E>>,
    /// Whether panels are read in descending order.
    pub reversed: bool,
    /// Those of a loop over steps.
    pub steps: StepOperands<E>,
    /// What a product multiplies its weights with.
    pub rounded: Rounded<E>,
}

impl<E: Real> Default for Operands<E> {
    fn default() -> Self {
        Operands {
            places: Vec::new(),
            reversed: false,
            steps: StepOperands {
                operands: [Vec::new(), Vec::new()],
                hops: Vec::new(),
            },
            rounded: Rounded::default(),
        }
    }
}

impl<E: Real> Operands<E> {
    /// With room for what some plans have, one step at a time, and for so many pairs that products read: then a step allocates
    /// nothing.
    pub(super) fn for_step(plans: &[Plan], pairs: usize) -> Self {
        let mut operands = Operands {
            rounded: Rounded::new(pairs),
            ..Operands::default()
        };
        let most = |plans: &mut dyn Iterator<Item = &Plan>| {
            let places = plans.map(|plan| plan.places.len());
            places.max().unwrap_or(0)
        };
        operands.places.reserve_exact(most(&mut plans.iter()));
        let apart = most(&mut plans.iter().filter(|plan| plan.is_apart()));
        operands.steps.operands[0].reserve_exact(apart);
        operands
    }

    /// How much room there is, list by list.
    #[cfg(test)]
    pub(super) fn capacities(&self) -> [usize; 6] {
        let StepOperands {
            operands: [even, odd],
            hops,
        } = &self.steps;
        let [pairs, segments] = self.rounded.room();
        [
            self.places.capacity(),
            even.capacity(),
            odd.capacity(),
            hops.capacity(),
            pairs,
            segments,
        ]
    }
}

/// Addresses of a loop's operands, looked up for steps 0, 1 and 2 only: from step k to k + 2 each moves by a fixed hop, two
/// steps for a plane, zero for vectors and scratch, and zero for gradients of states, of which two change places with every step.
#[derive(Clone, Debug)]
pub(super) struct StepOperands<E> {
    /// Those of the next even step, and of the next odd one.
    operands: [Vec<Operand<E>>; 2],
    /// How many numbers each moves from a step to the one after the next.
    hops: Vec<isize>,
}

impl<E: Real> StepOperands<E> {
    /// Begins a loop over so many steps; `find` looks up the addresses of one.
    pub(super) fn begin(&mut self, steps: usize, find: impl Fn(usize, &mut Vec<Operand<E>>)) {
        let [even, odd] = &mut self.operands;
        self.hops.clear();
        if steps > 2 {
            find(0, odd);
            find(2, even);
            let hop = |(to, from): (&Operand<E>, &Operand<E>)| {
                let bytes = (to.at as isize).wrapping_sub(from.at as isize);
                bytes / size_of::<E>() as isize
            };
            self.hops.extend(even.iter().zip(odd.iter()).map(hop));
        }
        find(0, even);
        if steps > 1 {
            find(1, odd);
        }
    }

    /// The addresses at a step.
    pub(super) fn at(&self, step: usize) -> &[Operand<E>] {
        &self.operands[step % 2]
    }

    /// Moves the addresses of a step to the step after the next, and prefetches the numbers `own` of each row there: the
    /// processor does not foresee them, as the same few instructions read one plane after another.
    pub(super) fn pass<S: Simd<E = E>>(&mut self, step: usize, own: Range<usize>) {
        let line = CACHE_LINE / size_of::<E>();
        let near = own.start..own.end.min(own.start + AHEAD * line);
        for (operand, &hop) in self.operands[step % 2].iter_mut().zip(&self.hops) {
            if hop == 0 {
                continue;
            }
            operand.at = operand.at.wrapping_offset(hop);
            for i in near.clone().step_by(line) {
                // SAFETY: the address need not be anybody's.
                unsafe { S::prefetch(operand.at.wrapping_add(i)) };
            }
        }
    }
}
