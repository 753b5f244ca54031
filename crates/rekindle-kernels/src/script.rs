//! The inner loop: a plan, once, over some rows.

use crate::across::across;
use crate::bind::{Moment, Planes};
use crate::operands::{Operands, StepOperands};
use crate::pack::{Packed, columns};
use crate::pointwise::{Operand, pointwise};
use crate::product::{Column, Left, panel};
use crate::simd::{Real, Simd};
use crate::team::{Member, SHARES, Share};
use alloc::vec::Vec;
use core::ops::Range;
use rekindle_program::Width;
use rekindle_program::plan::{Kind, Loc, OPERANDS, Plan, Product, Stage};

/// How many numbers of a plane are near: a program may have dozens of them in use.
const NEAR: usize = 1024;

/// How many bytes of L1 a loop may take with what it uses at every step.
const NEAREST: usize = 24 << 10;

/// How many vectors of a row a share has at least, so that what to do with them costs more than deciding it.
const LEAST: usize = 4;

/// A plan with its weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script<'s, E: Real> {
    pub plan: &'s Plan,
    /// The weights of every product, stage by stage.
    pub packed: &'s [Vec<Packed<E>>],
    /// `d`, every block as wide as a plane, or empty.
    pub bias: &'s [E],
    /// The numbers and the memory of a row, by width.
    pub widths: [[usize; 2]; 2],
}

/// A loop over the steps of a chunk.
pub(super) struct Steps<'s, E> {
    pub planes: &'s Planes<E>,
    /// The rows of each step.
    pub rows: usize,
    pub count: usize,
    /// Where in its planes a step is, counted from 0 in the order in which they are taken.
    pub moment: &'s dyn Fn(usize) -> Moment,
    /// What comes before a step, for a share of the columns.
    pub before: &'s dyn Fn(usize, Share),
}

impl<E: Real> Script<'_, E> {
    pub(super) fn width(&self, width: Width) -> [usize; 2] {
        self.widths[usize::from(width == Width::Projection)]
    }

    /// Runs all stages over so many rows of the planes at a moment, as [`Script::run`] does over some: all of them at
    /// once, or one after another so few that what a stage leaves for the next is still in L1 and L2, where there is no
    /// matrix product to which more rows mean fewer passes over its weights.
    ///
    /// # Safety
    ///
    /// As for [`Script::run`].
    pub(super) unsafe fn run_all<S: Simd<E = E>>(
        &self,
        planes: &Planes<E>,
        moment: &Moment,
        rows: usize,
        operands: &mut Operands<E>,
        member: &Member<'_>,
    ) {
        let few = match self.plan.has_products() || member.count > 1 {
            true => rows,
            false => (NEAR / self.width(Width::Hidden)[1]).max(1),
        };
        for from in (0..rows).step_by(few) {
            let some = from..rows.min(from + few);
            // SAFETY: the caller's.
            unsafe { self.run::<S>(planes, moment, some, operands, member, None) };
        }
    }

    /// Runs every stage over some rows of the planes, together with the other members. `first` comes before
    /// all else, for each share of the columns.
    ///
    /// # Safety
    ///
    /// As for [`Simd`]; the planes must be good for these rows at this moment, and other members may be
    /// in this function only.
    pub(super) unsafe fn run<S: Simd<E = E>>(
        &self,
        planes: &Planes<E>,
        moment: &Moment,
        rows: Range<usize>,
        operands: &mut Operands<E>,
        member: &Member<'_>,
        mut first: Option<&mut dyn FnMut(Share)>,
    ) {
        operands.reversed = !operands.reversed;
        self.bind(
            planes,
            moment,
            rows.start,
            &mut operands.places,
            member.index,
        );
        let rows = rows.len();
        for (stage, packed) in self.plan.stages.iter().zip(self.packed) {
            // What needs whole rows reads what all members have written.
            if stage.needs_rows()
                && let Some(first) = first.take()
            {
                member.all(first);
            }
            let read = stage.products.iter().map(|p: &Product| p.operands[0].1);
            let read = read.chain(stage.across.iter().map(|a| a.1));
            let scratch = |place: usize| matches!(self.plan.places[place].loc, Loc::Scratch(_));
            let overwritten = read.into_iter().any(scratch);
            member.all(|share| {
                if let Some(first) = first.as_mut() {
                    first(share);
                }
                // SAFETY: the caller's.
                unsafe {
                    self.across::<S>(stage, &operands.places, rows, share);
                    self.products::<S>(stage, packed, planes, operands, rows, share);
                    if !overwritten {
                        self.instructions::<S>(stage, &operands.places, rows, share);
                    }
                }
            });
            if overwritten {
                // SAFETY: the caller's.
                member.all(|share| unsafe {
                    self.instructions::<S>(stage, &operands.places, rows, share)
                });
            }
            first = None;
        }
    }

    /// The same for one share of the columns, all of them if there is anything that needs whole rows; `tile` is that of the member.
    ///
    /// # Safety
    ///
    /// As for [`Script::run`].
    pub(super) unsafe fn run_share<S: Simd<E = E>>(
        &self,
        planes: &Planes<E>,
        moment: &Moment,
        rows: Range<usize>,
        operands: &mut Operands<E>,
        tile: usize,
        share: Share,
    ) {
        operands.reversed = !operands.reversed;
        self.bind(planes, moment, rows.start, &mut operands.places, tile);
        for (stage, packed) in self.plan.stages.iter().zip(self.packed) {
            // SAFETY: the caller's.
            unsafe {
                self.across::<S>(stage, &operands.places, rows.len(), share);
                self.products::<S>(stage, packed, planes, operands, rows.len(), share);
                self.instructions::<S>(stage, &operands.places, rows.len(), share);
            }
        }
    }

    /// Into how many shares of the columns a loop is cut in which units do not meet: one for each member at least, and more
    /// where what a share uses at every step then stays in L1.
    pub(super) fn shares<S: Simd<E = E>>(&self, rows: usize, members: usize) -> usize {
        let vectors = self.width(Width::Hidden)[0].div_ceil(S::N);
        let vector = rows * self.plan.places.len() * S::N * size_of::<E>();
        match NEAREST / vector.max(1) {
            near if near < LEAST => members,
            near => vectors.div_ceil(near).next_multiple_of(members).min(SHARES),
        }
    }

    /// Runs a plan in which units do not meet over step after step, for one share of the columns; `tile` is that of the member.
    ///
    /// # Safety
    ///
    /// As for [`Script::run`].
    pub(super) unsafe fn run_steps<S: Simd<E = E>>(
        &self,
        steps: &Steps<'_, E>,
        addresses: &mut StepOperands<E>,
        tile: usize,
        share: Share,
    ) {
        addresses.begin(steps.count, |step, places| {
            self.bind(steps.planes, &(steps.moment)(step), 0, places, tile);
        });
        let [width, pitch] = self.width(Width::Hidden);
        let own = match share.of {
            1 => 0..steps.rows * pitch,
            _ => columns(width, S::N, share),
        };
        for step in 0..steps.count {
            (steps.before)(step, share);
            for stage in &self.plan.stages {
                // SAFETY: the caller's.
                unsafe { self.instructions::<S>(stage, addresses.at(step), steps.rows, share) };
            }
            addresses.pass::<S>(step, own.clone());
        }
    }

    /// Finds the addresses of all places, from row `first` on.
    fn bind(
        &self,
        planes: &Planes<E>,
        moment: &Moment,
        first: usize,
        places: &mut Vec<Operand<E>>,
        tile: usize,
    ) {
        places.clear();
        for plane in planes {
            places.push(plane.operand(moment, first));
        }
        if tile > 0 {
            for (operand, place) in places.iter_mut().zip(&self.plan.places) {
                if let Loc::Register(_) = place.loc {
                    // SAFETY: there is a tile for every member.
                    operand.at = unsafe { operand.at.add(tile * super::pointwise::TILE) };
                }
            }
        }
    }

    /// The functions of whole rows, for a share of the columns, in vectors of `n`.
    unsafe fn across<S: Simd<E = E>>(
        &self,
        stage: &Stage,
        operands: &[Operand<E>],
        rows: usize,
        share: Share,
    ) {
        for &(op, of, to) in &stage.across {
            let [width, pitch] = self.width(self.plan.places[of].width);
            let own = match share.of {
                1 => 0..pitch,
                _ => columns(width, S::N, share),
            };
            // SAFETY: the caller's.
            unsafe {
                across::<S>(
                    op,
                    rows,
                    operands[of].at,
                    operands[to].at,
                    [width, pitch],
                    own,
                )
            };
        }
    }

    unsafe fn products<S: Simd<E = E>>(
        &self,
        stage: &Stage,
        packed: &[Packed<E>],
        planes: &Planes<E>,
        operands: &mut Operands<E>,
        rows: usize,
        share: Share,
    ) {
        let (places, reversed) = (&operands.places, operands.reversed);
        for (product, packed) in stage.products.iter().zip(packed) {
            let place = self.plan.places[product.operands[0].1];
            let [depth, pitch] = self.width(place.width);
            let mut segments = [core::ptr::null::<E>(); OPERANDS];
            for (segment, operand) in segments.iter_mut().zip(&product.operands) {
                *segment = places[operand.1].at;
            }
            let left = Left {
                segments: &segments[..product.operands.len()],
                pitch,
                depth,
            };
            let multiplier = packed.multiplier;
            // SAFETY: the caller's.
            let left = unsafe { operands.rounded.left::<S, false>(multiplier, rows, left) };
            for p in packed.panels.walk(share, reversed) {
                let column = |q: usize| {
                    let Some((b, c)) = packed.panels.lanes[p][q] else {
                        return Column::none();
                    };
                    let (block, from, to) = product.results[b];
                    let to_pitch = planes[to].pitch;
                    let biased = product.kind == Kind::Hidden && !self.bias.is_empty();
                    // SAFETY: column `c` lies within the planes and the bias.
                    unsafe {
                        let (from, from_pitch) = match from {
                            Some(from) => (places[from].at.add(c) as *const E, to_pitch),
                            None if biased => (self.bias.as_ptr().add(block * to_pitch + c), 0),
                            None => (core::ptr::null(), 0),
                        };
                        Column {
                            from,
                            from_pitch,
                            to: places[to].at.add(c),
                            to_pitch,
                        }
                    }
                };
                let columns = [column(0), column(1), column(2), column(3)];
                // SAFETY: the caller's.
                unsafe { panel::<S, false>(multiplier, rows, left, packed.panel(p), &columns) };
            }
        }
    }

    unsafe fn instructions<S: Simd<E = E>>(
        &self,
        stage: &Stage,
        operands: &[Operand<E>],
        rows: usize,
        share: Share,
    ) {
        for (ops, width) in [
            (&stage.hidden, Width::Hidden),
            (&stage.projection, Width::Projection),
        ] {
            if ops.is_empty() {
                continue;
            }
            let [width, pitch] = self.width(width);
            // SAFETY: the caller's.
            unsafe {
                if share.of == 1 {
                    pointwise::<S>(ops, operands, 0, rows * pitch);
                    continue;
                }
                let own = columns(width, S::N, share);
                for r in 0..rows {
                    pointwise::<S>(ops, operands, r * pitch + own.start, r * pitch + own.end);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Portable;
    use rekindle_program::plan::Compiled;
    use rekindle_program::{Next, Program, Step, Var};

    fn cut(cell: fn(&Step) -> Next, rows: usize, members: usize) -> usize {
        let compiled = Compiled::new(&Program::new(cell));
        let [.., plan] = &compiled.inference()[..] else {
            unreachable!("a program has a phase");
        };
        let widths = [[128; 2]; 2];
        let (packed, bias): (&[Vec<Packed<f32>>], &[f32]) = (&[], &[]);
        let script = Script {
            plan,
            packed,
            bias,
            widths,
        };
        script.shares::<Portable<f32>>(rows, members)
    }

    fn small(k: &Step) -> Next {
        let h = k.state("h");
        k.next(k.vector("a") * h + k.input("x"))
    }

    fn large(k: &Step) -> Next {
        let x = k.input("x");
        let states = (0..20).map(|n| {
            let state = k.state(format!("s{n}").as_str());
            k.vector(format!("a{n}").as_str()) * state + x
        });
        let states: Vec<Var<'_>> = states.collect();
        k.next(states)
    }

    #[test]
    fn a_loop_is_cut_until_it_fits_the_nearest_cache() {
        assert_eq!(cut(small, 1, 1), 1);
        assert_eq!(cut(small, 1, 2), 2, "one for each member");
        // 61 places of 512 bytes.
        assert_eq!(cut(large, 1, 1), 2);
        assert_eq!(cut(large, 1, 2), 2);
        assert_eq!(cut(large, 16, 1), 1, "it does not fit anyway");
    }
}
