//! Between chunks: the states that a pass begins with, what a chunk leaves behind, and what the next one goes on from.

use crate::bind::Moment;
use crate::forward::{Forward, PartRun};
use crate::guard;
use crate::kept::Kept;
use crate::memory::{Pointer, copy, pad};
use crate::pack::columns;
use crate::schedule::{Chunk, Part};
use crate::simd::Real;
use crate::team::Share;
use rekindle_program::plan::Loc;

impl<E: Real> Forward<'_, E> {
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

    /// Writes the output of a chunk and the states of rows that end with it, and hands the others on to the
    /// next chunk.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`]; `y` and `last` have room for the batch.
    pub(super) unsafe fn write(
        &self,
        run: &PartRun<'_, E>,
        index: usize,
        [y, last]: [Pointer<E>; 2],
    ) {
        let PartRun {
            part, kept, member, ..
        } = *run;
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
    pub(super) unsafe fn checkpoint(&self, run: &PartRun<'_, E>, index: usize, back: bool) {
        let PartRun { part, kept, .. } = *run;
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
