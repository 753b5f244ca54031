//! The backward pass: the derived program, from the last step to the first.

use crate::bind::{Moment, Plane, Scope};
use crate::desk::Desk;
use crate::forward::{Bench, Forward};
use crate::kept::Kept;
use crate::layer::{Given, Wanted};
use crate::memory::At;
use crate::pack::{Matrix, Packed, columns};
use crate::packing::{at_once, pack};
use crate::product::{Column, Left, panel};
use crate::schedule::{Chunk, PIECE, Part, piece};
use crate::script::Script;
use crate::simd::{Real, Simd};
use crate::team::{Member, Share};
use crate::walks::Walks;
use alloc::vec::Vec;
use core::ops::Range;
use rekindle_program::Out;

/// A layer with its weights packed for the backward pass.
pub(super) struct Backward<'a, E: Real> {
    pub forward: &'a Forward<'a, E>,
    pub given: Given<'a, E>,
    pub wanted: Wanted,
    /// `W^T`, with the blocks that have a gradient.
    pub w: Option<Packed<E>>,
    packed: Vec<Vec<Vec<Packed<E>>>>,
    /// The gradient of each input block: phase and plane.
    pub blocks: Vec<Option<(usize, usize)>>,
}

impl<'a, E: Real> Backward<'a, E> {
    pub(super) fn new<S: Simd<E = E>>(
        forward: &'a Forward<'a, E>,
        given: Given<'a, E>,
        wanted: Wanted,
    ) -> Self {
        let layer = forward.layer;
        let plans = forward.compiled().backward();
        let (n, h) = (forward.n(), layer.sizes.d_hidden);
        let program = forward.compiled().program();
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        let gradient = |block: usize| {
            let mut phases = plans.iter().enumerate();
            phases.find_map(|(phase, plan)| Some((phase, plan.gradient(Out::Input(block))?)))
        };
        let blocks: Vec<Option<(usize, usize)>> = (0..g).map(gradient).collect();
        let starts: Vec<usize> = (0..g)
            .filter(|&g| blocks[g].is_some())
            .map(|g| g * h)
            .collect();
        let w = Matrix {
            data: layer.w,
            pitch: (g * h).max(1),
        };
        let shares = forward.compiled().shares(forward.members());
        let pack = |plan| pack(plan, layer, n, shares, k);
        let (w, packed) = at_once(
            layer.w.len(),
            || {
                (wanted.x && !starts.is_empty())
                    .then(|| Packed::transposed(w, &starts, h, n, shares))
            },
            || plans.iter().map(pack).collect(),
        );
        Backward {
            forward,
            given,
            wanted,
            w,
            packed,
            blocks,
        }
    }

    /// All steps of a part. `dx` and `dstate` have room for the batch.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`].
    pub(super) unsafe fn part<S: Simd<E = E>>(
        &self,
        part: &Part,
        kept: &Kept<E>,
        bench: &Bench<E>,
        desk: &Desk<E>,
        [dx, dstate]: [At<E>; 2],
        member: &Member<'_>,
    ) {
        let forward = self.forward;
        let mut walks = Walks::default();
        let height = part.rows.len();
        let mut alive = 0;
        let mut taken = 0;
        for (index, chunk) in part.chunks.iter().enumerate().rev() {
            let moment = |k, n| Moment::new(chunk, k, kept.windowed, n, height);
            // SAFETY: the caller's.
            unsafe {
                if kept.windowed {
                    // Compute the values of this chunk again.
                    member.once(|| forward.checkpoint(part, index, kept, true));
                    forward.chunk::<S>(part, chunk, kept, bench, &mut walks, member);
                }
                let start = moment(0, taken);
                let ending = alive..chunk.rows;
                member.all(|share| self.revive(part, chunk, ending.clone(), &start, desk, share));
                alive = chunk.rows;
                self.phases::<S>(part, chunk, desk, &mut walks, member, &moment, taken);
                taken += chunk.steps;
                let now = moment(0, taken);
                if self.wanted.x {
                    member.all(|share| self.give_dx::<S>(part, chunk, &now, desk, dx, share));
                }
                if self.wanted.weights {
                    if !kept.windowed {
                        member.all(|share| forward.read(part, chunk, kept, bench.x, share));
                    }
                    let sums = &desk.sums;
                    let first = index + 1 == part.chunks.len();
                    member.all(|share| {
                        let scratch = member.index;
                        sums.add::<S>(self, desk, kept, bench, chunk, first, &now, scratch, share);
                    });
                }
            }
        }
        let total: usize = forward.states().iter().map(|s| s.1).sum();
        let now = Moment::new(&part.chunks[0], 0, true, taken, height);
        member.once(|| {
            for (plane, &(start, width)) in desk.states.iter().zip(forward.states()) {
                for r in 0..height {
                    // SAFETY: `dstate` has room for the batch.
                    unsafe {
                        let to = dstate.plus(part.rows[r] * total + start);
                        let from = first(plane).at(&now).add(r * plane.pitch);
                        from.copy_to_nonoverlapping(to, width);
                    }
                }
            }
        });
    }

    /// The phases of a chunk, the last one first, and the gradient of its input. `taken` steps came before.
    #[allow(clippy::too_many_arguments, reason = "what a chunk is made of")]
    unsafe fn phases<S: Simd<E = E>>(
        &self,
        part: &Part,
        chunk: &Chunk,
        desk: &Desk<E>,
        walks: &mut Walks<E>,
        member: &Member<'_>,
        moment: &dyn Fn(usize, usize) -> Moment,
        taken: usize,
    ) {
        let forward = self.forward;
        let compiled = forward.compiled();
        let (area, apart) = (chunk.area(), forward.apart());
        let end = moment(0, taken + chunk.steps);
        let input = |rows, share| {
            // SAFETY: the caller's.
            unsafe { self.input::<S>(rows, &end, desk, share) }
        };
        let mut given = false;
        for (index, phase) in compiled.phases().iter().enumerate().rev() {
            let script = Script {
                plan: &compiled.backward()[index],
                packed: &self.packed[index],
                bias: &[],
                widths: forward.widths(),
            };
            let planes = &desk.phases[index];
            let shares = script.shares::<S>(chunk.rows, member.count);
            let output = compiled.states()[0].computed == index;
            let add_dy = |k: usize, n: usize, share: Share| {
                if output {
                    // SAFETY: the caller's.
                    unsafe { self.add_dy::<S>(part, chunk, k, &moment(k, n), desk, share) };
                }
            };
            let (times, rows) = ((0..chunk.steps).rev().zip(taken..), 0..chunk.rows);
            // SAFETY: the caller's.
            unsafe {
                match phase.looped {
                    true if script.plan.is_apart() => member.each(shares, |share| {
                        let (steps, turns, tile) = (chunk.steps, &mut walks.turns, member.index);
                        let time = |step| (steps - 1 - step, taken + step);
                        let moment = |step| {
                            let (k, n) = time(step);
                            moment(k, n)
                        };
                        let before = |step| {
                            let (k, n) = time(step);
                            add_dy(k, n, share);
                        };
                        let rows = chunk.rows;
                        script.run_steps::<S>(
                            planes, steps, &moment, rows, turns, tile, share, &before,
                        );
                    }),
                    true => {
                        for (k, n) in times {
                            let (now, rows) = (moment(k, n), rows.clone());
                            let mut first = |share| add_dy(k, n, share);
                            let first: &mut dyn FnMut(Share) = &mut first;
                            script.run::<S>(planes, &now, rows, walks, member, Some(first));
                        }
                    }
                    false => {
                        if output && self.given.y.is_some() {
                            let steps = 0..chunk.steps;
                            member.all(|share| steps.clone().for_each(|k| add_dy(k, 0, share)));
                        }
                        if !apart {
                            script.run_all::<S>(planes, &end, area, walks, member);
                            continue;
                        }
                        // Where steps are shared out, the gradient of the input goes with the last phase.
                        given = index == 0;
                        member.each(area.div_ceil(PIECE), |share| {
                            let (rows, tile) = (piece(share, area), member.index);
                            let (some, all) = (rows.clone(), Share::WHOLE);
                            script.run_share::<S>(planes, &end, some, walks, tile, all);
                            if given {
                                input(rows, all);
                            }
                        });
                    }
                }
            }
        }
        match (given, apart) {
            (true, _) => {}
            (false, true) => member.each(area.div_ceil(PIECE), |share| {
                input(piece(share, area), Share::WHOLE);
            }),
            (false, false) => member.all(|share| input(0..area, share)),
        }
    }

    /// Rows whose last step is in this chunk begin with the gradients of their final states; the others go on.
    unsafe fn revive(
        &self,
        part: &Part,
        chunk: &Chunk,
        ending: Range<usize>,
        now: &Moment,
        desk: &Desk<E>,
        share: Share,
    ) {
        let states = self.forward.states();
        let total: usize = states.iter().map(|s| s.1).sum();
        for (s, plane) in desk.states.iter().enumerate() {
            let (start, width) = states[s];
            let own = columns(width, self.forward.n(), share);
            let carried = self.forward.compiled().states()[s];
            let row = |k: usize, r: usize| {
                // SAFETY: the plane has a row for every row of the part, and of every step if it has steps.
                unsafe {
                    first(plane)
                        .at(now)
                        .add((k * chunk.rows + r) * plane.pitch + own.start)
                }
            };
            let last = if carried.looped { 0 } else { chunk.steps };
            if !carried.looped {
                for r in 0..ending.start {
                    // SAFETY: a chunk has a step at least, so the rows are not the same.
                    unsafe { row(0, r).copy_to_nonoverlapping(row(last, r), own.len()) };
                }
                let unread = if carried.read.is_none() {
                    chunk.area()
                } else {
                    0
                };
                for r in 0..unread {
                    // SAFETY: as above.
                    unsafe { core::slice::from_raw_parts_mut(row(0, r), own.len()) }
                        .fill(E::default());
                }
            }
            for r in ending.clone() {
                // SAFETY: as above.
                let to = unsafe { core::slice::from_raw_parts_mut(row(last, r), own.len()) };
                to.fill(E::default());
                if let Some(dlast) = self.given.last {
                    let from = &dlast[part.rows[r] * total + start..][..width];
                    let from = &from[own.start.min(width)..own.end.min(width)];
                    to[..from.len()].copy_from_slice(from);
                }
            }
        }
    }

    /// Adds the gradient of a step's output to that of the first state.
    unsafe fn add_dy<S: Simd<E = E>>(
        &self,
        part: &Part,
        chunk: &Chunk,
        k: usize,
        now: &Moment,
        desk: &Desk<E>,
        share: Share,
    ) {
        let Some(dy) = self.given.y else {
            return;
        };
        let (plane, width) = (&desk.states[0], self.forward.states()[0].1);
        let own = columns(width, S::N, share);
        let time = self.forward.layer.sizes.time;
        for r in 0..chunk.rows {
            let t = part.time(r, chunk.first + k, self.forward.layer.reverse);
            let from = &dy[(part.rows[r] * time + t) * width..][..width];
            let from = &from[own.start.min(width)..own.end.min(width)];
            // SAFETY: the plane has these rows and columns.
            let to = unsafe {
                let to = plane.at(now).add(r * plane.pitch + own.start);
                core::slice::from_raw_parts_mut(to, from.len())
            };
            super::pointwise::accumulate::<S>(to, from);
        }
    }

    /// `W^T` times the gradients of the projection, for some rows of a chunk.
    unsafe fn input<S: Simd<E = E>>(
        &self,
        rows: Range<usize>,
        now: &Moment,
        desk: &Desk<E>,
        share: Share,
    ) {
        let Some(w) = &self.w else { return };
        let blocks = self.blocks.iter().flatten();
        let planes: Vec<&Plane<E>> = blocks.map(|&(f, i)| &desk.gradients[f][i]).collect();
        let at = |plane: &Plane<E>| plane.walk(now, rows.start).at;
        let segments: Vec<*const E> = planes.iter().map(|p| at(p) as *const E).collect();
        let left = Left {
            segments: &segments,
            pitch: planes[0].pitch,
            depth: self.forward.layer.sizes.d_hidden,
        };
        for p in w.panels.walk(share, false) {
            let column = |q: usize| match w.panels.lanes[p][q] {
                None => Column::none(),
                Some((_, c)) => Column {
                    // SAFETY: column `c` lies within the plane.
                    to: unsafe { at(&desk.dx).add(c) },
                    to_pitch: desk.dx.pitch,
                    ..Column::none()
                },
            };
            let columns = [column(0), column(1), column(2), column(3)];
            // SAFETY: the caller's.
            unsafe { panel::<S, false>(rows.len(), left, w.panel(p), &columns) };
        }
    }

    /// Writes the gradient of a chunk's input to where it belongs.
    unsafe fn give_dx<S: Simd<E = E>>(
        &self,
        part: &Part,
        chunk: &Chunk,
        now: &Moment,
        desk: &Desk<E>,
        dx: At<E>,
        share: Share,
    ) {
        let layer = self.forward.layer;
        let d = layer.sizes.d_input;
        // SAFETY: the caller's; `dx` has room for the batch.
        unsafe {
            let raws = self.raws(desk);
            for k in (share.index..chunk.steps).step_by(share.of) {
                for r in 0..chunk.rows {
                    let t = part.time(r, chunk.first + k, layer.reverse);
                    let row = k * chunk.rows + r;
                    let to = dx.plus((part.rows[r] * layer.sizes.time + t) * d);
                    let to = core::slice::from_raw_parts_mut(to, d);
                    let from = |plane: &Plane<E>| {
                        core::slice::from_raw_parts(plane.at(now).add(row * plane.pitch), d)
                    };
                    match self.w {
                        Some(_) => to.copy_from_slice(from(&desk.dx)),
                        None => to.fill(E::default()),
                    }
                    for raw in &raws {
                        super::pointwise::accumulate::<S>(to, from(raw));
                    }
                }
            }
        }
    }

    /// The gradients of the input itself, in the phases that read it.
    fn raws(&self, desk: &Desk<E>) -> Vec<Plane<E>> {
        let plans = self
            .forward
            .compiled()
            .backward()
            .iter()
            .zip(&desk.gradients);
        let of = plans.filter_map(|(plan, planes)| Some(planes[plan.gradient(Out::Raw)?]));
        of.collect()
    }
}

/// The gradients of a state as they were before the first step that a moment has.
fn first<E: Real>(plane: &Plane<E>) -> Plane<E> {
    Plane {
        scope: match plane.scope {
            Scope::Ping => Scope::Ping,
            _ => Scope::Chunk,
        },
        ..*plane
    }
}
