//! Where the places of a plan are while it runs.

use crate::memory::CACHE_LINE;
use crate::pointwise::Walk;
use crate::simd::{Real, Simd};
use alloc::vec::Vec;
use core::ops::Range;

/// How many cache lines are asked for in each place. Long rows the machine foresees by itself.
const AHEAD: usize = 8;

/// Where the places of a plan are at a step, and the way of its products over their weights: there and back
/// by turns. Weights that the nearer caches do not hold whole would all be gone again if each walk
/// began at the same end; so the last of one walk are the first of the next.
#[derive(Clone, Debug)]
pub(super) struct Walks<E> {
    pub places: Vec<Walk<E>>,
    pub back: bool,
    pub turns: Turns<E>,
}

impl<E> Default for Walks<E> {
    fn default() -> Self {
        Walks {
            places: Vec::new(),
            back: false,
            turns: Turns {
                walks: [Vec::new(), Vec::new()],
                hops: Vec::new(),
            },
        }
    }
}

/// The places of a loop over steps, looked up for its first steps only. From a step to the one after the next
/// every place moves as far as it did before: planes by two steps, what stays not at all, and of gradients that
/// change places with every step each is back where it was.
#[derive(Clone, Debug)]
pub(super) struct Turns<E> {
    walks: [Vec<Walk<E>>; 2],
    hops: Vec<isize>,
}

impl<E: Real> Turns<E> {
    /// Stands before so many steps; `find` looks up the places of one.
    pub(super) fn begin(&mut self, steps: usize, find: impl Fn(usize, &mut Vec<Walk<E>>)) {
        let [even, odd] = &mut self.walks;
        self.hops.clear();
        if steps > 2 {
            find(0, odd);
            find(2, even);
            let hop = |(to, from): (&Walk<E>, &Walk<E>)| {
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

    /// The places at a step.
    pub(super) fn at(&self, step: usize) -> &[Walk<E>] {
        &self.walks[step % 2]
    }

    /// Leaves a step behind, and asks for what the one after the next will need of these numbers of a row. The machine does
    /// not foresee it: the same few instructions read one plane after another.
    pub(super) fn pass<S: Simd<E = E>>(&mut self, step: usize, own: Range<usize>) {
        let line = CACHE_LINE / size_of::<E>();
        let near = own.start..own.end.min(own.start + AHEAD * line);
        for (walk, &hop) in self.walks[step % 2].iter_mut().zip(&self.hops) {
            if hop == 0 {
                continue;
            }
            walk.at = walk.at.wrapping_offset(hop);
            for i in near.clone().step_by(line) {
                // SAFETY: the address need not be anybody's.
                unsafe { S::prefetch(walk.at.wrapping_add(i)) };
            }
        }
    }
}
