//! The backward pass: the derived program, from the last step to the first.

use super::bind::{Binder, Moment, Plane, Planes, Scope, Walks};
use super::forward::{Bench, Forward};
use super::kept::Kept;
use super::layer::Wanted;
use super::memory::{Arena, At};
use super::pack::{Matrix, Packed, columns};
use super::packing::{at_once, pack};
use super::plan::Loc;
use super::product::{Column, Left, panel};
use super::schedule::{Chunk, PIECE, Part, piece};
use super::step::Script;
use super::team::{Member, Share};
use super::weights::{Sums, Total};
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
    packed: Vec<Vec<Vec<Packed<E>>>>,
    /// The gradient of each input block: phase and plane.
    pub blocks: Vec<Option<(usize, usize)>>,
}

/// What a part needs while its gradients are computed.
pub(super) struct Desk<E: Real> {
    _arena: Arena<E>,
    /// The gradients of every state: two of them, which change places with every step of its loop; or those of
    /// all steps of the chunk, and of the one behind it.
    states: Vec<Plane<E>>,
    /// The gradients of what is no state, in each phase.
    pub gradients: Vec<Vec<Plane<E>>>,
    /// The gradient of the chunk's input.
    dx: Plane<E>,
    /// The places of each phase.
    phases: Vec<Planes<E>>,
    pub sums: Sums<E>,
    pub totals: Vec<Total<E>>,
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
        let program = &forward.compiled.program;
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
        let shares = forward.compiled.shares(forward.members());
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
        let compiled = forward.compiled;
        let phases = 0..plans.len();
        let rows = part.rows.len();
        let area = part.widest();
        let d = forward.input_pitch();
        let states: Vec<(usize, usize)> = (0..compiled.states.len())
            .map(|s| {
                let rows = match compiled.states[s].looped {
                    true => 2 * rows,
                    false => part.widest_slots(),
                };
                (rows, pitch(compiled.program.state_width(s)))
            })
            .collect();

        let mut sizes: Vec<usize> = states.iter().map(|(rows, pitch)| rows * pitch).collect();
        let gradients = plans.iter().flat_map(|p| &p.gradients);
        sizes.extend(gradients.map(|&w| area * pitch(w)));
        let totals = plans.iter().flat_map(|p| &p.totals);
        let total = rows * pitch(Width::Hidden);
        sizes.extend(totals.map(|_| total));
        sizes.push(if self.w.is_some() { area * d } else { 0 });
        let sum_sizes = Sums::<E>::sizes(self, part);
        sizes.extend(&sum_sizes);
        // What the plans need for themselves does not depend on where the other planes are.
        let nowhere = |_, _: Width| Plane {
            at: At(std::ptr::null_mut()),
            pitch: 0,
            scope: Scope::Fixed,
        };
        for phase in phases.clone() {
            let binder = Binder {
                plan: &plans[phase],
                rows: forward.height(part, phase),
                pitch: &pitch,
                repeated: &repeated,
                other: &nowhere,
                members: forward.members(),
            };
            sizes.extend(binder.sizes());
        }
        let mut arena = Arena::new(&sizes);
        let states = states.iter().zip(&compiled.states);
        let states = states.map(|(&(rows, pitch), carried)| Plane {
            at: arena.plane(rows * pitch),
            pitch,
            scope: if carried.looped {
                Scope::Ping
            } else {
                Scope::ChunkNext
            },
        });
        let states: Vec<Plane<E>> = states.collect();
        let mut plane = |&width: &Width| Plane {
            at: arena.plane(area * pitch(width)),
            pitch: pitch(width),
            scope: Scope::Chunk,
        };
        let gradients = plans
            .iter()
            .map(|p| p.gradients.iter().map(&mut plane).collect());
        let gradients: Vec<Vec<Plane<E>>> = gradients.collect();
        let totals = plans.iter().enumerate();
        let totals = totals.flat_map(|(phase, p)| p.totals.iter().map(move |&v| (phase, v)));
        let totals =
            totals.map(|(phase, vector)| Total::new(phase, vector, rows, total, &mut arena));
        let totals: Vec<Total<E>> = totals.collect();
        let dx = Plane {
            at: arena.plane(if self.w.is_some() { area * d } else { 0 }),
            pitch: d,
            scope: Scope::Chunk,
        };
        let sums = Sums::new(self, part, &sum_sizes, &mut arena);
        let other = |phase: usize| {
            let (states, gradients, totals) = (&states, &gradients, &totals);
            move |loc, _: Width| match loc {
                // What a phase handed on has the gradient that the phase which read it found.
                Loc::Adjoint(Out::Plane(k)) => {
                    let reader = compiled.handed[k][1];
                    let i = plans[reader].gradient(Out::Plane(k));
                    gradients[reader][i.expect("everything handed on has a gradient")]
                }
                Loc::Adjoint(Out::Next(s)) => states[s],
                Loc::StateGradient(s) => Plane {
                    scope: match states[s].scope {
                        Scope::Ping => Scope::Pong,
                        _ => Scope::Chunk,
                    },
                    ..states[s]
                },
                Loc::Gradient(i) => gradients[phase][i],
                Loc::Total(v) => {
                    let total = totals.iter().find(|t| (t.phase, t.vector) == (phase, v));
                    total.expect("it is listed").plane
                }
                loc => kept.place(loc, phase),
            }
        };
        let bound = phases.map(|phase| {
            let binder = Binder {
                plan: &plans[phase],
                rows: forward.height(part, phase),
                pitch: &pitch,
                repeated: &repeated,
                other: &other(phase),
                members: forward.members(),
            };
            binder.bind(&mut arena)
        });
        let phases = bound.collect();
        Desk {
            states,
            gradients,
            dx,
            phases,
            sums,
            totals,
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
        let script = |phase: usize| Script {
            plan: &plans[phase],
            packed: &self.packed[phase],
            bias: &[],
            widths: forward.widths(),
        };
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
                let area = chunk.area();
                let apart = forward.apart();
                let mut given = false;
                for (index, phase) in forward.compiled.phases.iter().enumerate().rev() {
                    let (script, planes) = (script(index), &desk.phases[index]);
                    let output = forward.compiled.states[0].computed == index;
                    let add_dy = |k: usize, n: usize, share: Share| {
                        if output {
                            self.add_dy::<S>(part, chunk, k, &moment(k, n), desk, share);
                        }
                    };
                    if phase.looped {
                        let times = (0..chunk.steps).rev().zip(taken..);
                        let rows = 0..chunk.rows;
                        if script.plan.is_apart() {
                            member.all(|share| {
                                for (k, n) in times.clone() {
                                    let (now, rows, tile) =
                                        (moment(k, n), rows.clone(), member.index);
                                    add_dy(k, n, share);
                                    script.run_share::<S>(
                                        planes, &now, rows, &mut walks, tile, share,
                                    );
                                }
                            });
                            continue;
                        }
                        for (k, n) in times {
                            let (now, rows) = (moment(k, n), rows.clone());
                            let mut first = |share| add_dy(k, n, share);
                            let first: &mut dyn FnMut(Share) = &mut first;
                            script.run::<S>(planes, &now, rows, &mut walks, member, Some(first));
                        }
                        continue;
                    }
                    if output && self.dy.is_some() {
                        member.all(|share| (0..chunk.steps).for_each(|k| add_dy(k, 0, share)));
                    }
                    let now = moment(0, 0);
                    if !apart {
                        script.run::<S>(planes, &now, 0..area, &mut walks, member, None);
                        continue;
                    }
                    // Where steps are shared out, the gradient of the input goes with the last phase.
                    given = index == 0;
                    member.each(area.div_ceil(PIECE), |share| {
                        let (rows, tile, all) = (piece(share, area), member.index, Share::WHOLE);
                        script.run_share::<S>(planes, &now, rows.clone(), &mut walks, tile, all);
                        if given {
                            self.input::<S>(rows, &now, desk, all);
                        }
                    });
                }
                taken += chunk.steps;
                let now = moment(0, taken);
                if !given && apart {
                    member.each(area.div_ceil(PIECE), |share| {
                        self.input::<S>(piece(share, area), &now, desk, Share::WHOLE);
                    });
                } else if !given {
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
                        let from = first(plane).at(&now).add(r * plane.pitch);
                        from.copy_to_nonoverlapping(to, width);
                    }
                }
            }
        });
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
            let carried = self.forward.compiled.states[s];
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
                    unsafe { std::slice::from_raw_parts_mut(row(0, r), own.len()) }
                        .fill(E::default());
                }
            }
            for r in ending.clone() {
                // SAFETY: as above.
                let to = unsafe { std::slice::from_raw_parts_mut(row(last, r), own.len()) };
                to.fill(E::default());
                if let Some(dlast) = self.dlast {
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
        let Some(dy) = self.dy else {
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
                    for raw in &raws {
                        super::pointwise::accumulate::<S>(to, from(raw));
                    }
                }
            }
        }
    }

    /// The gradients of the input itself, in the phases that read it.
    fn raws(&self, desk: &Desk<E>) -> Vec<Plane<E>> {
        let plans = self.forward.compiled.backward.iter().zip(&desk.gradients);
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
