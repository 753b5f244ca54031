//! The backward pass: the derived program, from the last step to the first.

use crate::bind::{Moment, Plane, Planes, Scope};
use crate::forward::PartRun;
use crate::gradient_workspace::GradientWorkspace;
use crate::memory::Pointer;
use crate::operands::Operands;
use crate::pack::columns;
use crate::pointwise::accumulate;
use crate::product::{Column, Left, panel};
use crate::rounded::Rounded;
use crate::schedule::{Chunk, PIECE, piece};
use crate::script::{Script, Steps};
use crate::simd::{Real, Simd};
use crate::sums::Contribution;
use crate::team::Share;
use crate::transposed::Transposed;
use alloc::vec::Vec;
use core::ops::Range;
use rekindle_program::Out;

/// A part of the batch on its way back.
pub(super) struct Backward<'b, 'a, E: Real> {
    pub layer: &'b Transposed<'a, E>,
    pub run: PartRun<'b, E>,
    pub workspace: &'b GradientWorkspace<E>,
}

impl<E: Real> Backward<'_, '_, E> {
    /// All steps of the part. `dx` and `dstate` have room for the batch.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`].
    pub(super) unsafe fn run<S: Simd<E = E>>(&self, [dx, dstate]: [Pointer<E>; 2]) {
        let forward = self.layer.forward;
        let PartRun {
            part,
            kept,
            workspace,
            member,
        } = self.run;
        let mut operands = Operands::default();
        let height = part.rows.len();
        let mut alive = 0;
        let mut taken = 0;
        for (index, chunk) in part.chunks.iter().enumerate().rev() {
            // SAFETY: the caller's.
            unsafe {
                if kept.windowed {
                    // Compute the values of this chunk again.
                    member.once(|| forward.checkpoint(&self.run, index, true));
                    forward.chunk::<S>(&self.run, chunk, &mut operands);
                }
                let start = self.moment(chunk, 0, taken);
                let ending = alive..chunk.rows;
                member.all(|share| self.revive(chunk, ending.clone(), &start, share));
                alive = chunk.rows;
                self.phases::<S>(chunk, &mut operands, taken);
                taken += chunk.steps;
                let now = self.moment(chunk, 0, taken);
                if self.layer.wanted.x {
                    member.all(|share| self.give_dx::<S>(chunk, &now, dx, share));
                }
                if self.layer.wanted.weights {
                    if !kept.windowed {
                        member.all(|share| forward.read(&self.run, chunk, share));
                    }
                    let contribution = Contribution {
                        forward,
                        kept,
                        workspace,
                        gradients: &self.workspace.gradients,
                        now: &now,
                        rows: chunk.area(),
                        first: index + 1 == part.chunks.len(),
                    };
                    let sums = &self.workspace.sums;
                    let rounded = &mut operands.rounded;
                    member.all(|share| sums.add::<S>(&contribution, member.index, share, rounded));
                }
            }
        }
        let total: usize = forward.states().iter().map(|s| s.1).sum();
        let now = Moment::new(&part.chunks[0], 0, true, taken, height);
        member.once(|| {
            for (plane, &(start, width)) in self.workspace.states.iter().zip(forward.states()) {
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

    /// Step `k` of a chunk, the `n`th that is taken.
    fn moment(&self, chunk: &Chunk, k: usize, n: usize) -> Moment {
        let PartRun { part, kept, .. } = self.run;
        Moment::new(chunk, k, kept.windowed, n, part.rows.len())
    }

    /// The phases of a chunk, the last one first, and the gradient of its input. `taken` steps came before.
    unsafe fn phases<S: Simd<E = E>>(
        &self,
        chunk: &Chunk,
        operands: &mut Operands<E>,
        taken: usize,
    ) {
        let forward = self.layer.forward;
        let (compiled, member) = (forward.compiled(), self.run.member);
        let (area, apart) = (chunk.area(), forward.apart());
        let end = self.moment(chunk, 0, taken + chunk.steps);
        let input = |rows, share, rounded: &mut Rounded<E>| {
            // SAFETY: the caller's.
            unsafe { self.input::<S>(rows, &end, share, rounded) }
        };
        // Whether the gradient of the input went with the last phase.
        let mut with_phase = false;
        for (index, phase) in compiled.phases().iter().enumerate().rev() {
            let script = Script {
                plan: &compiled.backward()[index],
                packed: &self.layer.packed[index],
                bias: &[],
                widths: forward.widths(),
            };
            let planes = &self.workspace.phases[index];
            let output = compiled.states()[0].computed == index;
            // SAFETY: the caller's.
            unsafe {
                if phase.looped {
                    self.steps::<S>(chunk, &script, planes, operands, taken, output);
                    continue;
                }
                if output && self.layer.given.y.is_some() {
                    let all = |share| {
                        (0..chunk.steps).for_each(|k| {
                            self.add_dy::<S>(chunk, k, &self.moment(chunk, k, 0), share);
                        });
                    };
                    member.all(all);
                }
                if !apart {
                    script.run_all::<S>(planes, &end, area, operands, member);
                    continue;
                }
                // Where steps are shared out, the gradient of the input goes with the last phase.
                with_phase = index == 0;
                member.each(area.div_ceil(PIECE), |share| {
                    let (rows, tile) = (piece(share, area), member.index);
                    let (some, all) = (rows.clone(), Share::WHOLE);
                    script.run_share::<S>(planes, &end, some, operands, tile, all);
                    if with_phase {
                        input(rows, all, &mut operands.rounded);
                    }
                });
            }
        }
        match (with_phase, apart) {
            (true, _) => {}
            (false, true) => member.each(area.div_ceil(PIECE), |share| {
                input(piece(share, area), Share::WHOLE, &mut operands.rounded);
            }),
            (false, false) => member.all(|share| input(0..area, share, &mut operands.rounded)),
        }
    }

    /// A loop over the steps of a chunk, the last one first. `output` says whether its first state is the output, whose
    /// gradient comes in with every step.
    unsafe fn steps<S: Simd<E = E>>(
        &self,
        chunk: &Chunk,
        script: &Script<'_, E>,
        planes: &Planes<E>,
        operands: &mut Operands<E>,
        taken: usize,
        output: bool,
    ) {
        let member = self.run.member;
        let time = |step| (chunk.steps - 1 - step, taken + step);
        let moment = |step| {
            let (k, n) = time(step);
            self.moment(chunk, k, n)
        };
        let add_dy = |step: usize, share: Share| {
            if output {
                // SAFETY: the caller's.
                unsafe { self.add_dy::<S>(chunk, time(step).0, &moment(step), share) };
            }
        };
        // SAFETY: the caller's.
        unsafe {
            if script.plan.is_apart() {
                let steps = Steps {
                    planes,
                    rows: chunk.rows,
                    count: chunk.steps,
                    moment: &moment,
                    before: &add_dy,
                };
                return member.each(script.shares::<S>(chunk.rows, member.count), |share| {
                    script.run_steps::<S>(&steps, &mut operands.steps, member.index, share);
                });
            }
            for step in 0..chunk.steps {
                let mut first = |share| add_dy(step, share);
                let first: &mut dyn FnMut(Share) = &mut first;
                script.run::<S>(
                    planes,
                    &moment(step),
                    0..chunk.rows,
                    operands,
                    member,
                    Some(first),
                );
            }
        }
    }

    /// Rows whose last step is in this chunk begin with the gradients of their final states; the others go on.
    unsafe fn revive(&self, chunk: &Chunk, ending: Range<usize>, now: &Moment, share: Share) {
        let part = self.run.part;
        let states = self.layer.forward.states();
        let total: usize = states.iter().map(|s| s.1).sum();
        for (s, plane) in self.workspace.states.iter().enumerate() {
            let (start, width) = states[s];
            let own = columns(width, self.layer.forward.n(), share);
            let carried = self.layer.forward.compiled().states()[s];
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
                if let Some(dlast) = self.layer.given.last {
                    let from = &dlast[part.rows[r] * total + start..][..width];
                    let from = &from[own.start.min(width)..own.end.min(width)];
                    to[..from.len()].copy_from_slice(from);
                }
            }
        }
    }

    /// Adds the gradient of a step's output to that of the first state.
    unsafe fn add_dy<S: Simd<E = E>>(&self, chunk: &Chunk, k: usize, now: &Moment, share: Share) {
        let (part, forward) = (self.run.part, self.layer.forward);
        let Some(dy) = self.layer.given.y else {
            return;
        };
        let (plane, width) = (&self.workspace.states[0], forward.states()[0].1);
        let own = columns(width, S::N, share);
        let time = forward.layer.sizes.time;
        for r in 0..chunk.rows {
            let t = part.time(r, chunk.first + k, forward.layer.reverse);
            let from = &dy[(part.rows[r] * time + t) * width..][..width];
            let from = &from[own.start.min(width)..own.end.min(width)];
            // SAFETY: the plane has these rows and columns.
            let to = unsafe {
                let to = plane.at(now).add(r * plane.pitch + own.start);
                core::slice::from_raw_parts_mut(to, from.len())
            };
            accumulate::<S>(to, from);
        }
    }

    /// `W^T` times the gradients of the projection, for some rows of a chunk.
    unsafe fn input<S: Simd<E = E>>(
        &self,
        rows: Range<usize>,
        now: &Moment,
        share: Share,
        rounded: &mut Rounded<E>,
    ) {
        let workspace = self.workspace;
        let Some(w) = &self.layer.w else { return };
        let blocks = self.layer.blocks.iter().flatten();
        let planes: Vec<&Plane<E>> = blocks.map(|&(f, i)| &workspace.gradients[f][i]).collect();
        let at = |plane: &Plane<E>| plane.operand(now, rows.start).at;
        let segments: Vec<*const E> = planes.iter().map(|p| at(p) as *const E).collect();
        let left = Left {
            segments: &segments,
            pitch: planes[0].pitch,
            depth: self.layer.forward.layer.sizes.d_hidden,
        };
        // SAFETY: the caller's.
        let left = unsafe { rounded.left::<S, false>(w.multiplier, rows.len(), left) };
        for p in w.panels.walk(share, false) {
            let column = |q: usize| match w.panels.lanes[p][q] {
                None => Column::none(),
                Some((_, c)) => Column {
                    // SAFETY: column `c` lies within the plane.
                    to: unsafe { at(&workspace.dx).add(c) },
                    to_pitch: workspace.dx.pitch,
                    ..Column::none()
                },
            };
            let columns = [column(0), column(1), column(2), column(3)];
            // SAFETY: the caller's.
            unsafe { panel::<S, false>(w.multiplier, rows.len(), left, w.panel(p), &columns) };
        }
    }

    /// Writes the gradient of a chunk's input to where it belongs.
    unsafe fn give_dx<S: Simd<E = E>>(
        &self,
        chunk: &Chunk,
        now: &Moment,
        dx: Pointer<E>,
        share: Share,
    ) {
        let (part, workspace) = (self.run.part, self.workspace);
        let layer = self.layer.forward.layer;
        let d = layer.sizes.d_input;
        // SAFETY: the caller's; `dx` has room for the batch.
        unsafe {
            let raws = self.raws();
            for k in (share.index..chunk.steps).step_by(share.of) {
                for r in 0..chunk.rows {
                    let t = part.time(r, chunk.first + k, layer.reverse);
                    let row = k * chunk.rows + r;
                    let to = dx.plus((part.rows[r] * layer.sizes.time + t) * d);
                    let to = core::slice::from_raw_parts_mut(to, d);
                    let from = |plane: &Plane<E>| {
                        core::slice::from_raw_parts(plane.at(now).add(row * plane.pitch), d)
                    };
                    match self.layer.w {
                        Some(_) => to.copy_from_slice(from(&workspace.dx)),
                        None => to.fill(E::default()),
                    }
                    for raw in &raws {
                        accumulate::<S>(to, from(raw));
                    }
                }
            }
        }
    }

    /// The gradients of the input itself, in the phases that read it.
    fn raws(&self) -> Vec<Plane<E>> {
        let plans = self
            .layer
            .forward
            .compiled()
            .backward()
            .iter()
            .zip(&self.workspace.gradients);
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
