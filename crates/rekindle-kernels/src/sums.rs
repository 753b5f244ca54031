//! The gradients of weights, added up chunk by chunk while the gradients of the gates are in the cache.

use crate::bind::{Moment, Plane, Scope};
use crate::forward::{Forward, Workspace};
use crate::guard;
use crate::kept::Kept;
use crate::layer::{Gradients, Layer};
use crate::memory::{Arena, Pointer};
use crate::multiply::Multiplier;
use crate::pack::{Panels, columns};
use crate::pointwise::accumulate;
use crate::product::{Column, Left, panel};
use crate::rounded::Rounded;
use crate::schedule::Part;
use crate::simd::{Real, Simd, Vector};
use crate::team::Share;
use crate::transposed::Transposed;
use alloc::vec::Vec;
use rekindle_program::plan::{Kind, Loc};
use rekindle_program::{Out, Width};

/// One matrix of gradients: that of the weights between an operand and some gradients.
#[derive(Debug)]
struct Sum<E> {
    of: Of,
    /// The operand: the input, or a place of a forward plan in a phase.
    operand: Option<(Loc, usize)>,
    depth: usize,
    /// Each gradient: its block, phase and plane.
    gradients: Vec<(usize, usize, usize)>,
    width: usize,
    panels: Panels,
    /// `[depth + 1, panels * 4 N]`: the last row is the sum of the gradients, for the bias.
    at: Pointer<E>,
}

/// Which weights a sum is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Input,
    Hidden,
    Project,
}

/// The sum of a learned vector's gradients, which stand on a plane of a phase.
#[derive(Debug)]
struct VectorSum<E> {
    vector: usize,
    phase: usize,
    plane: usize,
    at: Pointer<E>,
}

/// All sums of a part.
#[derive(Debug)]
pub(super) struct Sums<E> {
    sums: Vec<Sum<E>>,
    vectors: Vec<VectorSum<E>>,
    /// Gradients of a chunk, packed for the micro-kernel, for each member.
    scratch: Vec<Pointer<E>>,
    n: usize,
}

/// What a chunk contributes to the sums, once its gates have their gradients.
pub(super) struct Contribution<'c, E: Real> {
    pub forward: &'c Forward<'c, E>,
    /// The values that the products of the forward pass had for operands.
    pub kept: &'c Kept<E>,
    /// The input of the chunk, step by step.
    pub workspace: &'c Workspace<E>,
    /// The gradients of what is no state, in each phase.
    pub gradients: &'c [Vec<Plane<E>>],
    pub now: &'c Moment,
    pub rows: usize,
    /// Whether it is the chunk with which the sums begin.
    pub first: bool,
}

impl<E: Real> Contribution<'_, E> {
    /// The operand of a sum: the input, or a place of a forward plan in a phase.
    fn operand(&self, of: Option<(Loc, usize)>) -> Plane<E> {
        match of {
            None => Plane {
                at: self.workspace.x,
                pitch: self.forward.input_pitch(),
                scope: Scope::Fixed,
            },
            Some((Loc::Vector(v), phase)) => {
                let places = &self.forward.plans[phase].places;
                let place = places.iter().position(|p| p.loc == Loc::Vector(v));
                self.workspace.phases[phase][place.expect("a product has its operand")]
            }
            Some((loc, phase)) => self.kept.place(loc, phase),
        }
    }
}

impl<E: Real> Sums<E> {
    /// What is to be added up, with no memory yet.
    fn plan(layer: &Transposed<'_, E>) -> (Vec<Sum<E>>, Vec<VectorSum<E>>) {
        if !layer.wanted.weights {
            return (Vec::new(), Vec::new());
        }
        let forward = layer.forward;
        let sizes = &forward.layer.sizes;
        let sum = |of, operand, depth, gradients: Vec<(usize, usize, usize)>, width: Width| {
            let width = sizes.width(width);
            Sum {
                of,
                operand,
                depth,
                width,
                panels: Panels::new(gradients.len(), width, forward.n(), forward.members()),
                gradients,
                at: Pointer(core::ptr::null_mut()),
            }
        };
        let blocks = layer.blocks.iter().enumerate();
        let inputs: Vec<(usize, usize, usize)> = blocks
            .filter_map(|(g, plane)| plane.map(|(phase, i)| (g, phase, i)))
            .collect();
        let mut sums = Vec::new();
        if !inputs.is_empty() {
            sums.push(sum(Of::Input, None, sizes.d_input, inputs, Width::Hidden));
        }
        let mut vectors = Vec::new();
        let compiled = forward.compiled();
        let phases = forward.plans.iter().zip(compiled.backward());
        for (phase, (there, back)) in phases.enumerate() {
            for product in there.stages.iter().flat_map(|s| &s.products) {
                let operand = there.places[product.operands[0].1];
                let depth = sizes.width(operand.width);
                let operand = Some((operand.loc, phase));
                if product.kind == Kind::Project {
                    let number = product.results[0].0;
                    if let Some(i) = back.gradient(Out::Project(number)) {
                        let of = vec![(0, phase, i)];
                        sums.push(sum(Of::Project, operand, depth, of, Width::Projection));
                    }
                    continue;
                }
                let results = product.results.iter().map(|r| r.0);
                let of = results.filter_map(|g| Some((g, phase, back.gradient(Out::Hidden(g))?)));
                let of: Vec<_> = of.collect();
                if !of.is_empty() {
                    sums.push(sum(Of::Hidden, operand, depth, of, Width::Hidden));
                }
            }
            for &(out, i) in &back.results {
                if let Out::Vector(v) = out {
                    vectors.push(VectorSum {
                        vector: v,
                        phase,
                        plane: i,
                        at: Pointer(core::ptr::null_mut()),
                    });
                }
            }
        }
        (sums, vectors)
    }

    fn scratch_size(part: &Part, multiplier: Multiplier, n: usize) -> usize {
        multiplier.elements(part.widest()) * 4 * n
    }

    pub(super) fn sizes(layer: &Transposed<'_, E>, part: &Part) -> Vec<usize> {
        let n = layer.forward.n();
        let multiplier = layer.forward.weights.multiplier;
        let (sums, vectors) = Sums::plan(layer);
        let mut sizes: Vec<usize> = sums
            .iter()
            .map(|s| (s.depth + 1) * s.panels.lanes.len() * 4 * n)
            .collect();
        sizes.extend(vectors.iter().map(|_| layer.forward.pitch(Width::Hidden)));
        sizes.extend(
            (0..layer.forward.members()).map(|_| Sums::<E>::scratch_size(part, multiplier, n)),
        );
        sizes
    }

    pub(super) fn new(
        layer: &Transposed<'_, E>,
        part: &Part,
        sizes: &[usize],
        arena: &mut Arena<E>,
    ) -> Self {
        let (mut sums, mut vectors) = Sums::plan(layer);
        let mut sizes = sizes.iter().copied();
        // The first chunk writes the products; only what is added up besides begins with zero.
        let mut plane = |size: usize, zeros: usize| {
            let at = arena.plane(size);
            // SAFETY: the plane is new and has this size.
            unsafe { core::slice::from_raw_parts_mut(at.plus(size - zeros), zeros) }
                .fill(E::default());
            at
        };
        for (sum, size) in sums.iter_mut().zip(sizes.by_ref()) {
            sum.at = plane(size, size / (sum.depth + 1));
        }
        for (vector, size) in vectors.iter_mut().zip(sizes.by_ref()) {
            vector.at = plane(size, size);
        }
        let n = layer.forward.n();
        let size = Sums::<E>::scratch_size(part, layer.forward.weights.multiplier, n);
        let members = 0..layer.forward.members();
        Sums {
            sums,
            vectors,
            scratch: members.map(|_| arena.plane(size)).collect(),
            n,
        }
    }

    /// Adds what a chunk contributes, for a share of the columns. `scratch` is that of the member.
    ///
    /// # Safety
    ///
    /// As for [`Forward::chunk`].
    pub(super) unsafe fn add<S: Simd<E = E>>(
        &self,
        chunk: &Contribution<'_, E>,
        scratch: usize,
        share: Share,
        rounded: &mut Rounded<E>,
    ) {
        for sum in &self.sums {
            // SAFETY: the caller's.
            unsafe { self.product::<S>(sum, chunk, scratch, share, rounded) };
        }
        let h = chunk.forward.layer.sizes.d_hidden;
        for sum in &self.vectors {
            let (plane, to) = (&chunk.gradients[sum.phase][sum.plane], sum.at);
            let own = columns(h, self.n, share);
            // SAFETY: every plane has these rows and columns.
            unsafe {
                let to = core::slice::from_raw_parts_mut(to.plus(own.start), own.len());
                for r in 0..chunk.rows {
                    let from = plane.at(chunk.now).add(r * plane.pitch + own.start);
                    accumulate::<S>(to, core::slice::from_raw_parts(from, own.len()));
                }
            }
        }
    }

    /// `to += operand^T gradients`, and the sums of the gradients below.
    unsafe fn product<S: Simd<E = E>>(
        &self,
        sum: &Sum<E>,
        chunk: &Contribution<'_, E>,
        scratch: usize,
        share: Share,
        rounded: &mut Rounded<E>,
    ) {
        let (rows, now) = (chunk.rows, chunk.now);
        let operand = chunk.operand(sum.operand);
        let gradients = sum.gradients.iter();
        let gradients: Vec<Plane<E>> = gradients.map(|g| chunk.gradients[g.1][g.2]).collect();
        let pitch = sum.panels.lanes.len() * 4 * S::N;
        let scratch = self.scratch[scratch].0;
        let segment = [operand.at(now) as *const E];
        let left = Left {
            segments: &segment,
            pitch: operand.pitch,
            depth: rows,
        };
        let multiplier = chunk.forward.weights.multiplier;
        // SAFETY: the caller's.
        let left = unsafe { rounded.left::<S, true>(multiplier, sum.depth, left) };
        for p in sum.panels.walk(share, false) {
            // SAFETY: the caller's; the scratch plane has room for the rows of a chunk.
            unsafe {
                for (q, lane) in sum.panels.lanes[p].iter().enumerate() {
                    let from = lane.map(|(b, c)| (gradients[b].at(now).add(c), gradients[b].pitch));
                    let total = sum.at.plus(sum.depth * pitch + (p * 4 + q) * S::N);
                    gather::<S>(multiplier, from, rows, scratch.add(q * S::N), total);
                }
                let column = |q: usize| {
                    let at = sum.at.plus((p * 4 + q) * S::N);
                    Column {
                        from: if chunk.first { core::ptr::null() } else { at },
                        from_pitch: pitch,
                        to: at,
                        to_pitch: pitch,
                    }
                };
                let columns = [column(0), column(1), column(2), column(3)];
                panel::<S, true>(multiplier, sum.depth, left, scratch, &columns);
            }
        }
    }

    /// Adds the sums of a part to gradients in the layout of the weights.
    pub(super) fn give<S: Simd<E = E>>(
        &self,
        layer: &Layer<'_, E>,
        blocks: [usize; 2],
        to: &mut Gradients<E>,
    ) {
        let h = layer.sizes.d_hidden;
        let n = self.n;
        for sum in &self.sums {
            let pitch = sum.panels.lanes.len() * 4 * n;
            let (weights, bias, row) = match sum.of {
                Of::Input => (&mut to.w, Some(&mut to.b), blocks[0] * h),
                Of::Hidden => (&mut to.u, Some(&mut to.d), blocks[1] * h),
                Of::Project => (&mut to.r, None, sum.width),
            };
            // SAFETY: the plane has `depth + 1` rows, and the loop over time is over.
            let from = unsafe { core::slice::from_raw_parts(sum.at.0, (sum.depth + 1) * pitch) };
            let lanes = sum.panels.lanes.iter().flatten().enumerate();
            let lanes = lanes.filter_map(|(i, lane)| lane.map(|(b, c)| (i * n, b, c)));
            let lanes: Vec<(usize, usize, usize)> = lanes
                .filter(|&(_, _, c)| c < sum.width)
                .map(|(i, b, c)| (i, sum.gradients[b].0 * h + c, n.min(sum.width - c)))
                .collect();
            for k in 0..sum.depth {
                for &(i, c, live) in &lanes {
                    let to = &mut weights[k * row + c..][..live];
                    accumulate::<S>(to, &from[k * pitch + i..][..live]);
                }
            }
            if let Some(bias) = bias.filter(|b| !b.is_empty()) {
                for &(i, c, live) in &lanes {
                    accumulate::<S>(
                        &mut bias[c..][..live],
                        &from[sum.depth * pitch + i..][..live],
                    );
                }
            }
        }
        for &VectorSum { vector: v, at, .. } in &self.vectors {
            // SAFETY: as above.
            let from = unsafe { core::slice::from_raw_parts(at.0, h) };
            accumulate::<S>(&mut to.vectors[v * h..][..h], from);
        }
    }
}

/// Packs a vector of columns for the micro-kernel (zeros, where there is none), and adds it up.
#[inline(never)]
unsafe fn gather<S: Simd>(
    multiplier: Multiplier,
    from: Option<(*mut S::E, usize)>,
    rows: usize,
    to: *mut S::E,
    total: *mut S::E,
) {
    if let Some((from, pitch)) = from {
        guard::check_rows(from, rows, pitch, S::N);
    }
    guard::check_rows(to, multiplier.elements(rows), 4 * S::N, S::N);
    guard::check(total, S::N);
    // SAFETY: the caller has a vector for every row at `from`, a panel at `to`, a vector at `total`.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                let mut sum = Vector::<S>::load(total);
                let row = |r: usize| match from {
                    Some((from, pitch)) if r < rows => Vector::load(from.add(r * pitch)),
                    _ => Vector::splat(S::E::default()),
                };
                match multiplier.step() {
                    1 => {
                        for r in 0..rows {
                            let v = row(r);
                            v.store(to.add(r * 4 * S::N));
                            sum = sum + v;
                        }
                    }
                    _ => {
                        for p in 0..multiplier.elements(rows) {
                            let (first, second) = (row(2 * p), row(2 * p + 1));
                            first.pairs(second).store(to.add(p * 4 * S::N));
                            sum = sum + first + second;
                        }
                    }
                }
                sum.store(total);
            },
        );
    }
}
