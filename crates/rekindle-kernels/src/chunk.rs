//! A chunk on the way forward: its input is read and projected, then phase after phase runs.

use crate::bind::{Moment, Plane, Planes};
use crate::forward::{Forward, PartRun};
use crate::memory::{copy, pad};
use crate::operands::Operands;
use crate::product::{Column, Left, panel};
use crate::rounded::Rounded;
use crate::schedule::{Chunk, PIECE, piece};
use crate::script::{Script, Steps};
use crate::simd::{Real, Simd};
use crate::team::Share;
use core::ops::Range;
use rekindle_program::plan::Loc;

impl<E: Real> Forward<'_, E> {
    /// The steps of a chunk.
    ///
    /// # Safety
    ///
    /// As for [`Simd`]; the planes and the workspace are the part's own, and other members of the team are in
    /// this function only.
    pub(super) unsafe fn chunk<S: Simd<E = E>>(
        &self,
        run: &PartRun<'_, E>,
        chunk: &Chunk,
        operands: &mut Operands<E>,
    ) {
        let PartRun {
            kept,
            workspace,
            member,
            ..
        } = *run;
        let moment = |k| Moment::forward(chunk, k, kept.windowed);
        let area = chunk.area();
        let (now, reversed) = (moment(0), operands.reversed);
        let phases = self
            .compiled()
            .phases()
            .iter()
            .zip(&workspace.phases)
            .enumerate();
        // SAFETY: the caller's.
        unsafe {
            member.all(|share| self.read(run, chunk, share));
            let apart = self.apart();
            // Where steps are shared out, the first phase goes with the projection.
            let mut projected = false;
            let project = |rows, share, rounded: &mut Rounded<E>| {
                self.project::<S>(run, rows, &now, share, reversed, rounded);
            };
            if !apart {
                member.all(|share| project(0..area, share, &mut operands.rounded));
                projected = true;
            }
            for (index, (phase, planes)) in phases {
                let script = self.script(index);
                if phase.looped {
                    if !projected {
                        member.each(area.div_ceil(PIECE), |share| {
                            let rows = piece(share, area);
                            project(rows, Share::WHOLE, &mut operands.rounded);
                        });
                        projected = true;
                    }
                    self.steps::<S>(run, chunk, &script, planes, operands);
                    continue;
                }
                self.mask(run, chunk, &script, planes);
                if !apart {
                    script.run_all::<S>(planes, &now, area, operands, member);
                    continue;
                }
                member.each(area.div_ceil(PIECE), |share| {
                    let (rows, tile, all) = (piece(share, area), member.index, Share::WHOLE);
                    if !projected {
                        project(rows.clone(), all, &mut operands.rounded);
                    }
                    script.run_share::<S>(planes, &now, rows, operands, tile, all);
                });
                projected = true;
            }
        }
    }

    /// A loop over the steps of a chunk. Where units do not meet in it, members do not wait for one another.
    unsafe fn steps<S: Simd<E = E>>(
        &self,
        run: &PartRun<'_, E>,
        chunk: &Chunk,
        script: &Script<'_, E>,
        planes: &Planes<E>,
        operands: &mut Operands<E>,
    ) {
        let (member, rows) = (run.member, chunk.rows);
        let moment = |k| Moment::forward(chunk, k, run.kept.windowed);
        // SAFETY: the caller's.
        unsafe {
            if script.plan.is_apart() {
                let steps = Steps {
                    planes,
                    rows,
                    count: chunk.steps,
                    moment: &moment,
                    before: &|_, _| {},
                };
                return member.each(script.shares::<S>(rows, member.count), |share| {
                    script.run_steps::<S>(&steps, &mut operands.steps, member.index, share);
                });
            }
            for k in 0..chunk.steps {
                script.run::<S>(planes, &moment(k), 0..rows, operands, member, None);
            }
        }
    }

    /// Reads the input of a chunk, step by step.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`].
    pub(super) unsafe fn read(&self, run: &PartRun<'_, E>, chunk: &Chunk, share: Share) {
        let PartRun {
            part,
            kept,
            workspace,
            ..
        } = *run;
        let (time, d) = (self.layer.sizes.time, self.layer.sizes.d_input);
        let pitch = self.input_pitch();
        let moved: usize = match kept.moves.is_empty() {
            true => 0,
            false => self.states().iter().map(|s| s.1).sum(),
        };
        for k in (share.index..chunk.steps).step_by(share.of) {
            for r in 0..chunk.rows {
                let t = part.time(r, chunk.first + k, self.layer.reverse);
                let from = &self.layer.x[(part.rows[r] * time + t) * d..][..d];
                let at = k * chunk.rows + r;
                let moves = &self.layer.moves[(part.rows[r] * time + t) * moved..][..moved];
                let states = self.states().iter();
                let moves = states.map(|&(start, width)| &moves[start..][..width]);
                let planes = kept.raw.iter().map(|raw| (from, raw));
                let planes = planes.chain(
                    kept.moves
                        .iter()
                        .zip(moves)
                        .map(|(plane, from)| (from, plane)),
                );
                // SAFETY: the planes have room for the chunk.
                unsafe {
                    copy(from, workspace.x.plus(at * pitch));
                    for (from, plane) in planes {
                        let to = plane.at(&Moment::forward(chunk, k, kept.windowed));
                        let to = to.add(r * plane.pitch);
                        copy(from, to);
                        pad(to, from.len(), plane.pitch);
                    }
                }
            }
        }
    }

    /// Repeats the mask for every step of a chunk, which may have fewer rows than the part.
    unsafe fn mask(
        &self,
        run: &PartRun<'_, E>,
        chunk: &Chunk,
        script: &Script<'_, E>,
        planes: &Planes<E>,
    ) {
        let mut places = script.plan.places.iter();
        let Some(mask) = places.position(|p| p.loc == Loc::Mask) else {
            return;
        };
        let plane = &planes[mask];
        let width = script.width(script.plan.places[mask].width)[0];
        run.member.all(|share| {
            for k in (share.index..chunk.steps).step_by(share.of) {
                for r in 0..chunk.rows {
                    let from = &self.layer.mask[run.part.rows[r] * width..][..width];
                    // SAFETY: the plane has room for the chunk.
                    unsafe { copy(from, plane.at.plus((k * chunk.rows + r) * plane.pitch)) };
                }
            }
        });
    }

    /// `W x + b` for some rows of a chunk.
    unsafe fn project<S: Simd<E = E>>(
        &self,
        run: &PartRun<'_, E>,
        rows: Range<usize>,
        moment: &Moment,
        share: Share,
        reversed: bool,
        rounded: &mut Rounded<E>,
    ) {
        let d = self.layer.sizes.d_input;
        let pitch = self.input_pitch();
        let segment = [run.workspace.x.plus(rows.start * pitch) as *const E];
        let left = Left {
            segments: &segment,
            pitch,
            depth: d,
        };
        let multiplier = self.weights.w.multiplier;
        // SAFETY: the caller's.
        let left = unsafe { rounded.left::<S, false>(multiplier, rows.len(), left) };
        for p in self.weights.w.panels.walk(share, reversed) {
            let column = |q: usize| match self.weights.w.panels.lanes[p][q] {
                None => Column::none(),
                Some((g, c)) => {
                    let plane: &Plane<E> = &run.kept.inputs[g];
                    // SAFETY: column `c` lies within the plane and the bias.
                    unsafe {
                        Column {
                            from: self.weights.input_bias.as_ptr().add(g * plane.pitch + c),
                            from_pitch: 0,
                            to: plane.operand(moment, rows.start).at.add(c),
                            to_pitch: plane.pitch,
                        }
                    }
                }
            };
            let columns = [column(0), column(1), column(2), column(3)];
            // SAFETY: the caller's.
            unsafe {
                let weights = self.weights.w.panel(p);
                panel::<S, false>(multiplier, rows.len(), left, weights, &columns);
            }
        }
    }
}
