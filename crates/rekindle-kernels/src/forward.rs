//! The forward pass.

use crate::bind::{Binder, Moment, Plane, Planes};
use crate::guard;
use crate::kept::Kept;
use crate::layer::{Keep, Layer};
use crate::memory::{Arena, At, pitch};
use crate::pack::columns;
use crate::packing::Packing;
use crate::product::{Column, Left, panel};
use crate::schedule::{Chunk, PIECE, Part, few, piece};
use crate::script::Script;
use crate::simd::{Real, Simd};
use crate::team::{Member, Share};
use crate::walks::Walks;
use alloc::vec::Vec;
use core::ops::Range;
use rekindle_program::Width;
use rekindle_program::plan::Loc;
use rekindle_program::plan::{Compiled, Plans};

/// A layer with its weights packed for the forward pass.
#[derive(Debug)]
pub(super) struct Forward<'a, E: Real> {
    pub plans: &'a Plans,
    pub layer: &'a Layer<'a, E>,
    pub weights: &'a Packing<E>,
}

/// What a part needs while a chunk is worked on.
#[derive(Debug)]
pub(super) struct Bench<E: Real> {
    _arena: Arena<E>,
    /// The input of the chunk's steps.
    pub x: At<E>,
    /// The places of each phase.
    pub phases: Vec<Planes<E>>,
}

impl<'a, E: Real> Forward<'a, E> {
    /// The program, planned.
    pub(super) fn compiled(&self) -> &'a Compiled {
        self.layer.compiled()
    }

    /// The numbers of a vector.
    pub(super) fn n(&self) -> usize {
        self.weights.n
    }

    pub(super) fn members(&self) -> usize {
        self.weights.members
    }

    /// Whether members of a team share out steps, and not only columns.
    pub(super) fn apart(&self) -> bool {
        self.compiled().is_apart() && few(self.layer.sizes.batch)
    }

    /// Where each state begins among the states side by side, and its width.
    pub(super) fn states(&self) -> &'a [(usize, usize)] {
        &self.weights.states
    }

    /// What is written of every step, side by side: the output, and the values that are shown beside it. Places, the
    /// phases that know them, and widths.
    fn shown(&self) -> Vec<(Loc, usize, usize)> {
        let phases = self.plans.iter().enumerate();
        let traced = phases.flat_map(|(phase, plan)| plan.traced.iter().map(move |t| (t, phase)));
        let mut traced: Vec<_> = traced.collect();
        traced.sort_by_key(|&(&(number, _), _)| number);
        let traced = traced
            .into_iter()
            .map(|(&(_, place), phase)| (place.loc, phase, self.layer.sizes.width(place.width)));
        let output = (Loc::Next(0), 0, self.states()[0].1);
        core::iter::once(output).chain(traced).collect()
    }

    /// The numbers that are written of every step.
    pub(super) fn row(&self) -> usize {
        self.shown().iter().map(|shown| shown.2).sum()
    }

    /// The plan of a phase with its weights.
    fn script(&self, phase: usize) -> Script<'a, E> {
        Script {
            plan: &self.plans[phase],
            packed: &self.weights.packed[phase],
            bias: &self.weights.bias,
            widths: self.widths(),
        }
    }

    /// The width of a row in memory.
    pub(super) fn pitch(&self, width: Width) -> usize {
        pitch::<E>(self.layer.sizes.width(width), self.n())
    }

    /// The same for the input.
    pub(super) fn input_pitch(&self) -> usize {
        pitch::<E>(self.layer.sizes.d_input, self.n())
    }

    pub(super) fn widths(&self) -> [[usize; 2]; 2] {
        [Width::Hidden, Width::Projection].map(|w| [self.layer.sizes.width(w), self.pitch(w)])
    }

    pub(super) fn kept(&self, part: &Part, keep: Keep) -> Kept<E> {
        Kept::new(self.compiled(), self.plans, part, keep, &|w| self.pitch(w))
    }

    /// Planes in which the values of a chunk are computed again.
    pub(super) fn window(&self, part: &Part, kept: &Kept<E>) -> Kept<E> {
        kept.window(self.compiled(), self.plans, part, &|w| self.pitch(w))
    }

    /// A learned vector or the mask, repeated over rows: the same row again, or the rows of the part in
    /// their order, as often as there is room.
    pub(super) fn repeat(&self, part: &Part, vector: Option<usize>, width: Width, to: &mut [E]) {
        let [size, pitch] = self.widths()[usize::from(width == Width::Projection)];
        for (r, to) in to.chunks_exact_mut(pitch).enumerate() {
            let from = match vector {
                Some(v) => &self.layer.vectors[v * size..][..size],
                None => &self.layer.mask[part.rows[r % part.rows.len()] * size..][..size],
            };
            to[..size].copy_from_slice(from);
            to[size..].fill(E::default());
        }
    }

    /// The planes of a part that are of no use after it.
    pub(super) fn bench(&self, part: &Part, kept: &Kept<E>) -> Bench<E> {
        let pitch = |w| self.pitch(w);
        let repeated = |v: Option<usize>, w: Width, to: &mut [E]| self.repeat(part, v, w, to);
        let others = (0..self.plans.len()).map(|phase| move |loc, _: Width| kept.place(loc, phase));
        let others: Vec<_> = others.collect();
        let binders = self.plans.iter().enumerate().map(|(phase, plan)| Binder {
            plan,
            rows: self.height(part, phase),
            pitch: &pitch,
            repeated: &repeated,
            other: &others[phase],
            members: self.members(),
        });
        let binders: Vec<Binder<'_, '_, E>> = binders.collect();
        let x = part.widest() * self.input_pitch();
        let mut sizes = vec![x];
        sizes.extend(binders.iter().flat_map(Binder::sizes));
        let mut arena = Arena::new(&sizes);
        Bench {
            x: arena.plane(x),
            phases: binders.iter().map(|b| b.bind(&mut arena)).collect(),
            _arena: arena,
        }
    }

    /// The rows that a phase runs over at once.
    pub(super) fn height(&self, part: &Part, phase: usize) -> usize {
        match self.compiled().phases()[phase].looped {
            true => part.rows.len(),
            false => part.widest(),
        }
    }

    /// Puts the given states in front of the first chunk.
    ///
    /// # Safety
    ///
    /// Nobody else may use the planes.
    pub(super) unsafe fn begin(&self, part: &Part, kept: &Kept<E>) {
        let total: usize = self.states().iter().map(|s| s.1).sum();
        for (plane, &(start, width)) in kept.states.iter().zip(self.states()) {
            for (r, &row) in part.rows.iter().enumerate() {
                // SAFETY: the first slot has room for every row.
                unsafe {
                    let to = plane.at.plus(r * plane.pitch);
                    copy(&self.layer.state[row * total + start..][..width], to);
                    pad(to, width, plane.pitch);
                }
            }
        }
    }

    /// The steps of a chunk.
    ///
    /// # Safety
    ///
    /// As for [`Simd`]; the planes and the bench are the part's own, and other members of the team are in
    /// this function only.
    pub(super) unsafe fn chunk<S: Simd<E = E>>(
        &self,
        part: &Part,
        chunk: &Chunk,
        kept: &Kept<E>,
        bench: &Bench<E>,
        walks: &mut Walks<E>,
        member: &Member<'_>,
    ) {
        let moment = |k| Moment::forward(chunk, k, kept.windowed);
        let area = chunk.area();
        let (now, back) = (moment(0), walks.back);
        let phases = self
            .compiled()
            .phases()
            .iter()
            .zip(&bench.phases)
            .enumerate();
        // SAFETY: the caller's.
        unsafe {
            member.all(|share| self.read(part, chunk, kept, bench.x, share));
            let apart = self.apart();
            // Where steps are shared out, the first phase goes with the projection.
            let mut projected = false;
            let project = |rows, share| self.project::<S>(bench.x, rows, &now, kept, share, back);
            if !apart {
                member.all(|share| project(0..area, share));
                projected = true;
            }
            for (index, (phase, planes)) in phases {
                let script = self.script(index);
                if phase.looped {
                    if !projected {
                        member.each(area.div_ceil(PIECE), |share| {
                            project(piece(share, area), Share::WHOLE)
                        });
                        projected = true;
                    }
                    self.steps::<S>(chunk, &script, planes, &moment, walks, member);
                    continue;
                }
                self.mask(part, chunk, &script, planes, member);
                if !apart {
                    script.run_all::<S>(planes, &now, area, walks, member);
                    continue;
                }
                member.each(area.div_ceil(PIECE), |share| {
                    let (rows, tile, all) = (piece(share, area), member.index, Share::WHOLE);
                    if !projected {
                        project(rows.clone(), all);
                    }
                    script.run_share::<S>(planes, &now, rows, walks, tile, all);
                });
                projected = true;
            }
        }
    }

    /// A loop over the steps of a chunk. Where units do not meet in it, members do not wait for one another.
    unsafe fn steps<S: Simd<E = E>>(
        &self,
        chunk: &Chunk,
        script: &Script<'_, E>,
        planes: &Planes<E>,
        moment: &dyn Fn(usize) -> Moment,
        walks: &mut Walks<E>,
        member: &Member<'_>,
    ) {
        // SAFETY: the caller's.
        unsafe {
            if script.plan.is_apart() {
                let (steps, rows, turns) = (chunk.steps, chunk.rows, &mut walks.turns);
                return member.each(script.shares::<S>(rows, member.count), |share| {
                    let tile = member.index;
                    script.run_steps::<S>(planes, steps, moment, rows, turns, tile, share, &|_| {});
                });
            }
            for k in 0..chunk.steps {
                script.run::<S>(planes, &moment(k), 0..chunk.rows, walks, member, None);
            }
        }
    }

    /// Reads the input of a chunk, step by step.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`].
    pub(super) unsafe fn read(
        &self,
        part: &Part,
        chunk: &Chunk,
        kept: &Kept<E>,
        x: At<E>,
        share: Share,
    ) {
        let (time, d) = (self.layer.sizes.time, self.layer.sizes.d_input);
        let pitch = self.input_pitch();
        for k in (share.index..chunk.steps).step_by(share.of) {
            for r in 0..chunk.rows {
                let t = part.time(r, chunk.first + k, self.layer.reverse);
                let from = &self.layer.x[(part.rows[r] * time + t) * d..][..d];
                let at = k * chunk.rows + r;
                // SAFETY: the planes have room for the chunk.
                unsafe {
                    copy(from, x.plus(at * pitch));
                    if let Some(raw) = &kept.raw {
                        let to = raw.at(&Moment::forward(chunk, k, kept.windowed));
                        let to = to.add(r * raw.pitch);
                        copy(from, to);
                        pad(to, d, raw.pitch);
                    }
                }
            }
        }
    }

    /// Repeats the mask for every step of a chunk, which may have fewer rows than the part.
    unsafe fn mask(
        &self,
        part: &Part,
        chunk: &Chunk,
        script: &Script<'_, E>,
        planes: &Planes<E>,
        member: &Member<'_>,
    ) {
        let mut places = script.plan.places.iter();
        let Some(mask) = places.position(|p| p.loc == Loc::Mask) else {
            return;
        };
        let plane = &planes[mask];
        let width = script.width(script.plan.places[mask].width)[0];
        member.all(|share| {
            for k in (share.index..chunk.steps).step_by(share.of) {
                for r in 0..chunk.rows {
                    let from = &self.layer.mask[part.rows[r] * width..][..width];
                    // SAFETY: the plane has room for the chunk.
                    unsafe { copy(from, plane.at.plus((k * chunk.rows + r) * plane.pitch)) };
                }
            }
        });
    }

    /// `W x + b` for some rows of a chunk.
    unsafe fn project<S: Simd<E = E>>(
        &self,
        x: At<E>,
        rows: Range<usize>,
        moment: &Moment,
        kept: &Kept<E>,
        share: Share,
        back: bool,
    ) {
        let d = self.layer.sizes.d_input;
        let pitch = self.input_pitch();
        let segment = [x.plus(rows.start * pitch) as *const E];
        let left = Left {
            segments: &segment,
            pitch,
            depth: d,
        };
        for p in self.weights.w.panels.walk(share, back) {
            let column = |q: usize| match self.weights.w.panels.lanes[p][q] {
                None => Column::none(),
                Some((g, c)) => {
                    let plane: &Plane<E> = &kept.inputs[g];
                    // SAFETY: column `c` lies within the plane and the bias.
                    unsafe {
                        Column {
                            from: self.weights.input_bias.as_ptr().add(g * plane.pitch + c),
                            from_pitch: 0,
                            to: plane.walk(moment, rows.start).at.add(c),
                            to_pitch: plane.pitch,
                        }
                    }
                }
            };
            let columns = [column(0), column(1), column(2), column(3)];
            // SAFETY: the caller's.
            unsafe { panel::<S, false>(rows.len(), left, self.weights.w.panel(p), &columns) };
        }
    }

    /// Writes the output of a chunk and the states of rows that end with it, and hands the others on to the
    /// next chunk.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`]; `y` and `last` have room for the batch.
    pub(super) unsafe fn write(
        &self,
        part: &Part,
        index: usize,
        kept: &Kept<E>,
        y: At<E>,
        last: At<E>,
        member: &Member<'_>,
    ) {
        let chunk = &part.chunks[index];
        let next = part.chunks.get(index + 1);
        let moment = |k| Moment::forward(chunk, k, kept.windowed);
        let time = self.layer.sizes.time;
        let (row, shown) = (self.row(), self.shown());
        let end = moment(chunk.steps - 1);
        let alive = next.map_or(0, |c| c.rows);
        let total: usize = self.states().iter().map(|s| s.1).sum();
        // SAFETY: the caller's.
        unsafe {
            member.all(|share| {
                let mut start = 0;
                for &(loc, phase, width) in &shown {
                    let output = kept.place(loc, phase);
                    for k in (share.index..chunk.steps).step_by(share.of) {
                        let from = output.at(&moment(k));
                        for r in 0..chunk.rows {
                            let t = part.time(r, chunk.first + k, self.layer.reverse);
                            let to = y.plus((part.rows[r] * time + t) * row + start);
                            guard::check(to, width);
                            guard::check(from.add(r * output.pitch), width);
                            from.add(r * output.pitch).copy_to_nonoverlapping(to, width);
                        }
                    }
                    start += width;
                }
            });
            member.once(|| {
                for (s, &(start, width)) in self.states().iter().enumerate() {
                    let plane = kept.place(Loc::Next(s), 0);
                    for r in alive..chunk.rows {
                        let from = plane.at(&end).add(r * plane.pitch);
                        let to = last.plus(part.rows[r] * total + start);
                        guard::check(to, width);
                        guard::check(from, width);
                        from.copy_to_nonoverlapping(to, width);
                    }
                }
            });
            if let Some(next) = next {
                member.all(|share| self.hand_on(&end, next, kept, share));
            }
        }
    }

    /// Writes the output of the only step of a part, and begins it anew with the states behind the step.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`].
    pub(super) unsafe fn turn(&self, part: &Part, kept: &Kept<E>, y: &mut [E]) {
        let chunk = &part.chunks[0];
        let moment = Moment::forward(chunk, 0, kept.windowed);
        let (output, width) = (kept.place(Loc::Next(0), 0), self.states()[0].1);
        for (r, to) in y.chunks_exact_mut(width).enumerate() {
            // SAFETY: the plane has a row for every row of the part.
            let from = unsafe {
                let from = output.at(&moment).add(r * output.pitch);
                core::slice::from_raw_parts(from, width)
            };
            to.copy_from_slice(from);
        }
        // SAFETY: the caller's.
        unsafe { self.hand_on(&moment, chunk, kept, Share::WHOLE) };
    }

    /// Puts the states at the end of a chunk in front of the next one.
    unsafe fn hand_on(&self, end: &Moment, next: &Chunk, kept: &Kept<E>, share: Share) {
        let start = Moment::forward(next, 0, kept.windowed);
        for s in 0..kept.states.len() {
            let from = kept.place(Loc::Next(s), 0);
            let to = kept.place(Loc::State(s), 0);
            let own = columns(self.states()[s].1, self.n(), share);
            for r in 0..next.rows {
                // SAFETY: both slots have these rows; they may be one and the same.
                unsafe {
                    let from = from.at(end).add(r * from.pitch + own.start);
                    let to = to.at(&start).add(r * to.pitch + own.start);
                    guard::check(from, own.len());
                    guard::check(to, own.len());
                    from.copy_to(to, own.len());
                }
            }
        }
    }

    /// Keeps the states before a chunk, or puts them back.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`].
    pub(super) unsafe fn checkpoint(&self, part: &Part, index: usize, kept: &Kept<E>, back: bool) {
        let chunk = &part.chunks[index];
        let before: usize = part.chunks[..index].iter().map(|c| c.rows).sum();
        let start = Moment::forward(chunk, 0, kept.windowed);
        for (state, checkpoint) in kept.states.iter().zip(&kept.checkpoints) {
            let size = chunk.rows * state.pitch;
            // SAFETY: both planes have these rows.
            unsafe {
                let here = state.at(&start);
                let there = checkpoint.at.plus(before * state.pitch);
                guard::check(here, size);
                guard::check(there, size);
                match back {
                    false => here.copy_to_nonoverlapping(there, size),
                    true => there.copy_to_nonoverlapping(here, size),
                }
            }
        }
    }
}

unsafe fn copy<E: Real>(from: &[E], to: *mut E) {
    guard::check(to, from.len());
    // SAFETY: the caller has room for it.
    unsafe { to.copy_from_nonoverlapping(from.as_ptr(), from.len()) };
}

unsafe fn pad<E: Real>(row: *mut E, width: usize, pitch: usize) {
    guard::check(row, pitch);
    for j in width..pitch {
        // SAFETY: the row is `pitch` wide.
        unsafe { row.add(j).write(E::default()) };
    }
}
