//! The backward pass: the derived program, from the last step to the first.

use super::bind::{Binder, Moment, Plane, Planes, Scope, Walks};
use super::compiled::{PHASES, phase};
use super::forward::{Bench, Forward};
use super::kept::Kept;
use super::layer::Wanted;
use super::memory::{Arena, At};
use super::pack::{Matrix, Packed, columns};
use super::packing::{at_once, pack};
use super::plan::{Loc, Plan};
use super::product::{Column, Left, panel};
use super::schedule::{Chunk, PIECE, Part, piece};
use super::step::Script;
use super::team::{Member, Share};
use super::weights::Sums;
use crate::program::{Out, Width};
use crate::simd::{Real, Simd};
use std::ops::Range;

/// A layer with its weights packed for the backward pass.
pub(super) struct Backward<'a, E: Real> {
    pub forward: &'a Forward<'a, E>,
    pub dy: Option<&'a [E]>,
    /// The gradients of the final states, side by side: `[batch, widths]`.
    pub dlast: Option<&'a [E]>,
    pub wanted: Wanted,
    /// `W^T`, with the blocks that have a gradient.
    w: Option<Packed<E>>,
    packed: [Vec<Vec<Packed<E>>>; PHASES],
    /// The gradient of each input block: phase and plane.
    pub blocks: Vec<Option<(usize, usize)>>,
}

/// What a part needs while its gradients are computed.
pub(super) struct Desk<E: Real> {
    _arena: Arena<E>,
    /// Two gradients of every state.
    states: Vec<Plane<E>>,
    /// The gradients of what is no state, in each phase.
    pub gradients: [Vec<Plane<E>>; PHASES],
    /// The gradient of the chunk's output, where it comes after the loop.
    output: Option<Plane<E>>,
    /// The gradient of the chunk's input.
    dx: Plane<E>,
    before: Option<Planes<E>>,
    step: Planes<E>,
    after: Option<Planes<E>>,
    pub sums: Sums<E>,
}

impl<'a, E: Real> Backward<'a, E> {
    pub(super) fn new<S: Simd<E = E>>(
        forward: &'a Forward<'a, E>,
        dy: Option<&'a [E]>,
        dlast: Option<&'a [E]>,
        wanted: Wanted,
    ) -> Self {
        let layer = forward.layer;
        let plans = &forward.compiled.backward;
        let (n, h) = (forward.n(), layer.sizes.d_hidden);
        let program = &forward.compiled.hoisted.step;
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        let gradient = |block: usize| {
            let before = plans.before.as_ref();
            let through = before.and_then(|p| p.gradient(Out::Input(block)));
            match (through, forward.compiled.plane_of(block)) {
                (Some(i), _) => Some((0, i)),
                (None, Some(k)) => plans.step.gradient(Out::Plane(k)).map(|i| (1, i)),
                (None, None) => None,
            }
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
        let shares = forward.compiled.shares(forward.members());
        let pack = |plan: &Plan| pack(plan, layer, n, shares, k);
        let (w, packed) = at_once(
            layer.w.len(),
            || {
                (wanted.x && !starts.is_empty())
                    .then(|| Packed::transposed(w, &starts, h, n, shares))
            },
            || {
                plans
                    .phases()
                    .map(|plan| plan.map(pack).unwrap_or_default())
            },
        );
        Backward {
            forward,
            dy,
            dlast,
            wanted,
            w,
            packed,
            blocks,
        }
    }

    pub(super) fn desk<S: Simd<E = E>>(&self, part: &Part, kept: &Kept<E>) -> Desk<E> {
        let forward = self.forward;
        let plans = &forward.compiled.backward;
        let pitch = |w| forward.pitch(w);
        let repeated = |v: Option<usize>, w: Width, to: &mut [E]| forward.repeat(part, v, w, to);
        let program = &forward.compiled.hoisted.step;
        let widths = (0..program.next.len()).map(|s| pitch(program.state_width(s)));
        let widths: Vec<usize> = widths.collect();
        let all = plans.phases();
        let (rows, area) = (part.rows.len(), part.widest());
        let d = forward.input_pitch();

        let mut sizes: Vec<usize> = widths.iter().map(|w| 2 * rows * w).collect();
        let gradients = all.map(|p| p.map_or(&[][..], |p| &p.gradients));
        sizes.extend(
            gradients
                .iter()
                .flat_map(|g| g.iter())
                .map(|&w| area * pitch(w)),
        );
        let output = plans.after.as_ref().map(|_| area * pitch(Width::Hidden));
        sizes.extend(output);
        sizes.push(if self.w.is_some() { area * d } else { 0 });
        let sum_sizes = Sums::<E>::sizes(self, part);
        sizes.extend(&sum_sizes);
        // What the plans need for themselves does not depend on where the other planes are.
        let nowhere = |_, _: Width| Plane {
            at: At(std::ptr::null_mut()),
            pitch: 0,
            scope: Scope::Fixed,
        };
        let plan_rows = [area, rows, area];
        for (plan, rows) in all.iter().zip(plan_rows) {
            let binder = plan.map(|plan| Binder {
                plan,
                rows,
                pitch: &pitch,
                repeated: &repeated,
                other: &nowhere,
                members: forward.members(),
            });
            sizes.extend(binder.iter().flat_map(Binder::sizes));
        }
        let mut arena = Arena::new(&sizes);
        let states = widths.iter().map(|&pitch| Plane {
            at: arena.plane(2 * rows * pitch),
            pitch,
            scope: Scope::Ping,
        });
        let states: Vec<Plane<E>> = states.collect();
        let gradients = gradients.map(|widths| -> Vec<Plane<E>> {
            let planes = widths.iter().map(|&w| Plane {
                at: arena.plane(area * pitch(w)),
                pitch: pitch(w),
                scope: Scope::Chunk,
            });
            planes.collect()
        });
        let output = output.map(|size| Plane {
            at: arena.plane(size),
            pitch: pitch(Width::Hidden),
            scope: Scope::Chunk,
        });
        let dx = Plane {
            at: arena.plane(if self.w.is_some() { area * d } else { 0 }),
            pitch: d,
            scope: Scope::Chunk,
        };
        let sums = Sums::new(self, part, &sum_sizes, &mut arena);
        let other = |phase: usize| {
            let (states, gradients) = (&states, &gradients);
            move |loc, _: Width| match loc {
                // What a phase gave has the gradients that the next one found.
                Loc::Adjoint(k) if phase == phase::BEFORE => {
                    let i = plans.step.gradient(Out::Plane(k));
                    gradients[phase::STEP][i.expect("every hoisted value has a gradient")]
                }
                Loc::Adjoint(_) if phase == phase::AFTER => {
                    output.expect("the output comes after the loop")
                }
                Loc::Adjoint(k) if k >= states.len() => {
                    let after = plans.after.as_ref();
                    let i = after.and_then(|p| p.gradient(Out::Plane(k - states.len())));
                    gradients[phase::AFTER][i.expect("every value handed on has a gradient")]
                }
                Loc::Adjoint(s) => states[s],
                Loc::StateGradient(s) => Plane {
                    scope: Scope::Pong,
                    ..states[s]
                },
                Loc::Gradient(i) => gradients[phase][i],
                loc => kept.place(loc, phase),
            }
        };
        let others = [other(0), other(1), other(2)];
        let mut bound = |plan: &'a Plan, phase: usize| {
            let binder = Binder {
                plan,
                rows: plan_rows[phase],
                pitch: &pitch,
                repeated: &repeated,
                other: &others[phase],
                members: forward.members(),
            };
            binder.bind(&mut arena)
        };
        let before = plans.before.as_ref().map(|p| bound(p, phase::BEFORE));
        let step = bound(&plans.step, phase::STEP);
        let after = plans.after.as_ref().map(|p| bound(p, phase::AFTER));
        Desk {
            states,
            gradients,
            output,
            dx,
            before,
            step,
            after,
            sums,
            _arena: arena,
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
        let plans = &forward.compiled.backward;
        let script = |phase: usize, plan: &'a Plan| Script {
            plan,
            packed: &self.packed[phase],
            bias: &[],
            widths: forward.widths(),
        };
        let step = script(phase::STEP, &plans.step);
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
                member.all(|share| self.revive(part, ending.clone(), &start, desk, share));
                alive = chunk.rows;
                let area = chunk.area();
                if let (Some(output), Some(planes)) = (&desk.output, &desk.after) {
                    let now = moment(0, taken);
                    member.all(|share| {
                        self.output::<S>(part, chunk, ending.clone(), &now, output, share)
                    });
                    let plan = plans.after.as_ref().expect("the planes are its own");
                    let script = script(phase::AFTER, plan);
                    if forward.apart() {
                        member.each(area.div_ceil(PIECE), |share| {
                            let (rows, tile) = (piece(share, area), member.index);
                            script.run_share::<S>(
                                planes,
                                &now,
                                rows,
                                &mut walks,
                                tile,
                                Share::WHOLE,
                            );
                        });
                    } else {
                        script.run::<S>(planes, &now, 0..area, &mut walks, member, None);
                    }
                }
                let add_dy = |k, now: &Moment, share| {
                    self.add_dy::<S>(part, chunk, k, now, desk, share);
                };
                let times = (0..chunk.steps).rev().zip(taken..);
                let rows = 0..chunk.rows;
                if forward.apart() {
                    member.all(|share| {
                        for (k, n) in times.clone() {
                            let (now, rows, tile) = (moment(k, n), rows.clone(), member.index);
                            add_dy(k, &now, share);
                            step.run_share::<S>(&desk.step, &now, rows, &mut walks, tile, share);
                        }
                    });
                } else {
                    for (k, n) in times {
                        let (now, rows) = (moment(k, n), rows.clone());
                        let mut first = |share| add_dy(k, &now, share);
                        let first: &mut dyn FnMut(Share) = &mut first;
                        step.run::<S>(&desk.step, &now, rows, &mut walks, member, Some(first));
                    }
                }
                taken += chunk.steps;
                let now = moment(0, taken);
                let before = desk.before.as_ref().zip(plans.before.as_ref());
                let before = before.map(|(planes, plan)| (planes, script(phase::BEFORE, plan)));
                if forward.apart() {
                    member.each(area.div_ceil(PIECE), |share| {
                        let (rows, all) = (piece(share, area), Share::WHOLE);
                        if let Some((planes, script)) = &before {
                            let (rows, tile) = (rows.clone(), member.index);
                            script.run_share::<S>(planes, &now, rows, &mut walks, tile, all);
                        }
                        self.input::<S>(rows, &now, desk, all);
                    });
                } else {
                    if let Some((planes, script)) = &before {
                        script.run::<S>(planes, &now, 0..area, &mut walks, member, None);
                    }
                    member.all(|share| self.input::<S>(0..area, &now, desk, share));
                }
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
                        sums.add::<S>(
                            self, desk, kept, bench.x, chunk, first, &now, scratch, share,
                        );
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
                        let from = plane.at(&now).add(r * plane.pitch);
                        from.copy_to_nonoverlapping(to, width);
                    }
                }
            }
        });
    }

    /// Rows whose last step is in this chunk begin with the gradients of their final states.
    unsafe fn revive(
        &self,
        part: &Part,
        rows: std::ops::Range<usize>,
        now: &Moment,
        desk: &Desk<E>,
        share: Share,
    ) {
        let total: usize = self.forward.states().iter().map(|s| s.1).sum();
        for (plane, &(start, width)) in desk.states.iter().zip(self.forward.states()) {
            let own = columns(width, self.forward.n(), share);
            for r in rows.clone() {
                // SAFETY: the plane has a row for every row of the part.
                let to = unsafe {
                    let to = plane.at(now).add(r * plane.pitch);
                    std::slice::from_raw_parts_mut(to.add(own.start), own.len())
                };
                to.fill(E::default());
                if let Some(dlast) = self.dlast {
                    let from = &dlast[part.rows[r] * total + start..][..width];
                    let from = &from[own.start.min(width)..own.end.min(width)];
                    to[..from.len()].copy_from_slice(from);
                }
            }
        }
    }

    /// The gradient of a chunk's output, where it comes after the loop: the rows that end here have that of
    /// their final state besides.
    unsafe fn output<S: Simd<E = E>>(
        &self,
        part: &Part,
        chunk: &Chunk,
        ending: Range<usize>,
        now: &Moment,
        output: &Plane<E>,
        share: Share,
    ) {
        let states = self.forward.states();
        let (total, width) = (states.iter().map(|s| s.1).sum::<usize>(), states[0].1);
        let time = self.forward.layer.sizes.time;
        for k in (share.index..chunk.steps).step_by(share.of) {
            for r in 0..chunk.rows {
                let row = part.rows[r];
                // SAFETY: the plane has room for the chunk, and members have steps of their own.
                let to = unsafe {
                    let to = output.at(now).add((k * chunk.rows + r) * output.pitch);
                    std::slice::from_raw_parts_mut(to, output.pitch)
                };
                let t = part.time(r, chunk.first + k, self.forward.layer.reverse);
                match self.dy {
                    Some(dy) => {
                        to[..width].copy_from_slice(&dy[(row * time + t) * width..][..width])
                    }
                    None => to[..width].fill(E::default()),
                }
                to[width..].fill(E::default());
                let ends = k + 1 == chunk.steps && ending.contains(&r);
                if let Some(dlast) = self.dlast.filter(|_| ends) {
                    super::pointwise::accumulate::<S>(
                        &mut to[..width],
                        &dlast[row * total..][..width],
                    );
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
        let Some(dy) = self.dy.filter(|_| desk.output.is_none()) else {
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
                std::slice::from_raw_parts_mut(to, from.len())
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
                    let to = std::slice::from_raw_parts_mut(to, d);
                    let from = |plane: &Plane<E>| {
                        std::slice::from_raw_parts(plane.at(now).add(row * plane.pitch), d)
                    };
                    match self.w {
                        Some(_) => to.copy_from_slice(from(&desk.dx)),
                        None => to.fill(E::default()),
                    }
                    for raw in raws.iter().flatten() {
                        super::pointwise::accumulate::<S>(to, from(raw));
                    }
                }
            }
        }
    }

    /// The gradients of the input itself, where the equations read it.
    fn raws(&self, desk: &Desk<E>) -> [Option<Plane<E>>; 2] {
        let plans = &self.forward.compiled.backward;
        let of = |plan: Option<&Plan>, phase: usize| {
            let i = plan.and_then(|p| p.gradient(Out::Raw))?;
            Some(desk.gradients[phase][i])
        };
        [of(plans.before.as_ref(), 0), of(Some(&plans.step), 1)]
    }
}
