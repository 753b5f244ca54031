//! The tiles executor: fused kernels for CPUs, for every program.
//!
//! ```text
//! plan       stages of products and instructions, and where each value lives   once a program
//! compiled   the plans of a program and of its derived backward
//! pack       weights in the order in which the micro-kernel reads them         once a call
//! schedule   rows in parts, steps in chunks                                    once a call
//! forward    chunk by chunk: read x, project, then phase by phase, all steps at once or each step
//! backward   chunk by chunk from the end: the phases, then the gradients of x and of the weights
//! desk       the memory of a part on its way back
//! guard      which memory kernels may use, checked under debug assertions
//! product    the one micro-kernel that all matrix products are made of
//! pointwise  instructions over tiles
//! walks      where their operands are, at each step of a loop
//! ```
//!
//! A thread takes some rows of the batch through all steps without waiting for anybody; where there are
//! too few rows, a team of threads takes the same rows, each with columns of its own.
#![allow(
    unsafe_code,
    reason = "kernels: addresses in place of slices, and vectors of the machine"
)]

mod across;
mod backward;
mod bind;
mod compiled;
mod desk;
mod forward;
mod guard;
mod kept;
mod layer;
mod memory;
mod pack;
mod packing;
mod plan;
mod pointwise;
mod product;
mod schedule;
mod step;
mod stream;
mod team;
mod walks;
mod weights;

pub(crate) use compiled::{Compiled, Plans};
pub(crate) use layer::Keep;
pub(crate) use layer::{Gradients, Layer, Numbers, Sizes, Wanted};
pub(crate) use packing::Packing;
pub(crate) use plan::{Code, Kind, Loc, Op, Plan, Product};
pub(crate) use stream::Stream;

#[cfg(test)]
mod tests;

use crate::simd::{Isa, Kernel, Real, Simd, Vectors};
use backward::Backward;
use desk::Desk;
use forward::Forward;
use guard::Lent;
use kept::Kept;
use layer::count;
use memory::At;
use rayon::prelude::*;
use schedule::{Cut, PIECE, Part, few, parts};
use std::sync::Arc;
use team::{Member, SHARES, gather};

/// What a forward pass leaves behind for the backward one.
#[derive(Debug)]
pub(crate) struct Tape<E: Real> {
    parts: Vec<(Part, Kept<E>)>,
    members: usize,
}

/// The output `[batch, time, width]` with what is shown beside it, the final states side by side, and the
/// tape.
#[derive(Debug)]
pub(crate) struct Output<E: Real> {
    pub y: Vec<E>,
    pub last: Vec<E>,
    pub tape: Option<Tape<E>>,
    /// The packed weights, if they are those of inference.
    pub packing: Option<Arc<Packing<E>>>,
}

/// The least width at which a team is faster than one thread.
const TEAM_WIDTH: usize = 192;

/// The same where the team shares out steps.
const APART_WIDTH: usize = 64;

/// The columns that a member of a team has at least.
const MEMBER_WIDTH: usize = 128;

/// How many threads take a part together.
fn members(compiled: &Compiled, parts: &[Part], sizes: &Sizes) -> usize {
    let columns = sizes.d_hidden;
    let most = match parts {
        [part] if compiled.apart && few(sizes.batch) && columns >= APART_WIDTH => {
            part.widest() / PIECE
        }
        [_] if !compiled.apart && columns >= TEAM_WIDTH => columns.div_ceil(MEMBER_WIDTH),
        _ => 1,
    };
    most.min(rayon::current_num_threads()).clamp(1, SHARES)
}

/// Runs a program over a batch, with weights that are packed already if they are given and fit.
pub(crate) fn forward<E: Vectors>(
    isa: Isa,
    compiled: &Compiled,
    layer: &Layer<'_, E>,
    keep: Keep,
    packing: Option<Arc<Packing<E>>>,
) -> Output<E> {
    struct Run<'r, E: Real>(
        &'r Compiled,
        &'r Layer<'r, E>,
        Keep,
        Option<Arc<Packing<E>>>,
    );
    impl<E: Real> Kernel<E> for Run<'_, E> {
        type Output = Output<E>;
        fn run<S: Simd<E = E>>(self) -> Output<E> {
            run_forward::<S>(self.0, self.1, self.2, self.3)
        }
    }
    E::with(isa, Run(compiled, layer, keep, packing))
}

/// The gradients of a forward pass whose tape was kept.
pub(crate) fn backward<E: Vectors>(
    isa: Isa,
    compiled: &Compiled,
    layer: &Layer<'_, E>,
    tape: &Tape<E>,
    dy: Option<&[E]>,
    dlast: Option<&[E]>,
    wanted: Wanted,
) -> Gradients<E> {
    struct Run<'r, E: Real> {
        compiled: &'r Compiled,
        layer: &'r Layer<'r, E>,
        tape: &'r Tape<E>,
        dy: Option<&'r [E]>,
        dlast: Option<&'r [E]>,
        wanted: Wanted,
    }
    impl<E: Real> Kernel<E> for Run<'_, E> {
        type Output = Gradients<E>;
        fn run<S: Simd<E = E>>(self) -> Gradients<E> {
            let plans = &self.compiled.forward;
            let forward = Forward {
                compiled: self.compiled,
                plans,
                layer: self.layer,
                weights: &Packing::new::<S>(self.compiled, plans, self.layer, self.tape.members),
            };
            let backward = Backward::new::<S>(&forward, self.dy, self.dlast, self.wanted);
            run_backward::<S>(&backward, self.tape)
        }
    }
    E::with(
        isa,
        Run {
            compiled,
            layer,
            tape,
            dy,
            dlast,
            wanted,
        },
    )
}

/// Does something with every part, on all threads, and gives the results in the order of the parts.
fn each<T: Sync, R: Send>(parts: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    match parts.len() > 1 && rayon::current_num_threads() > 1 {
        true => parts.par_iter().map(work).collect(),
        false => parts.iter().map(work).collect(),
    }
}

fn run_forward<S: Simd>(
    compiled: &Compiled,
    layer: &Layer<'_, S::E>,
    keep: Keep,
    packing: Option<Arc<Packing<S::E>>>,
) -> Output<S::E> {
    let sizes = &layer.sizes;
    let width = sizes.d_hidden.max(sizes.d_input);
    let cut = match (keep, layer.lengths) {
        (Keep::Nothing, None) => Cut::For {
            threads: rayon::current_num_threads(),
        },
        _ => Cut::Fixed,
    };
    let parts = parts(
        sizes.batch,
        sizes.time,
        layer.lengths,
        width,
        compiled.apart,
        cut,
    );
    let members = members(compiled, &parts, sizes);
    let plans = match keep {
        Keep::Values => &compiled.forward,
        Keep::Nothing | Keep::States => &compiled.inference,
    };
    let packing = packing
        .filter(|p| p.members == members && p.n == S::N && p.fits(sizes))
        .unwrap_or_else(|| Arc::new(Packing::new::<S>(compiled, plans, layer, members)));
    let run = Forward {
        compiled,
        plans,
        layer,
        weights: &packing,
    };
    let total: usize = run.states().iter().map(|s| s.1).sum();
    let mut y = vec![S::E::default(); sizes.batch * sizes.time * run.row()];
    let mut last = vec![S::E::default(); sizes.batch * total];
    let (to_y, to_last) = (At(y.as_mut_ptr()), At(last.as_mut_ptr()));
    let _lent = [&y, &last].map(|v| Lent::new(v.as_ptr(), v.len()));
    let kept = each(&parts, |part| {
        let kept = run.kept(part, keep);
        let bench = run.bench(part, &kept);
        // SAFETY: the planes are this part's, its rows of `y` and `last` are no other's, and members of a
        // team keep to their columns.
        unsafe { run.begin(part, &kept) };
        gather(members, |member: &Member<'_>| unsafe {
            let mut walks = walks::Walks::default();
            for (index, chunk) in part.chunks.iter().enumerate() {
                if keep == Keep::States {
                    member.once(|| run.checkpoint(part, index, &kept, false));
                }
                run.chunk::<S>(part, chunk, &kept, &bench, &mut walks, member);
                run.write(part, index, &kept, to_y, to_last, member);
            }
        });
        kept
    });
    let tape = (keep != Keep::Nothing).then(|| Tape {
        parts: parts.into_iter().zip(kept).collect(),
        members,
    });
    Output {
        y,
        last,
        tape,
        packing: (keep != Keep::Values).then_some(packing),
    }
}

fn run_backward<S: Simd>(backward: &Backward<'_, S::E>, tape: &Tape<S::E>) -> Gradients<S::E> {
    let forward = backward.forward;
    let layer = forward.layer;
    let zeros = |n: usize| vec![S::E::default(); n];
    let sizes = &layer.sizes;
    let total: usize = forward.states().iter().map(|s| s.1).sum();
    if let Some(dy) = backward.dy {
        count(
            "the gradient of y",
            dy,
            &[sizes.batch, sizes.time, forward.row()],
        );
    }
    if let Some(dlast) = backward.dlast {
        count("the gradient of the states", dlast, &[sizes.batch, total]);
    }
    let weights = |of: &[S::E]| zeros(if backward.wanted.weights { of.len() } else { 0 });
    let mut gradients = Gradients {
        x: zeros(if backward.wanted.x { layer.x.len() } else { 0 }),
        state: zeros(sizes.batch * total),
        w: weights(layer.w),
        b: weights(layer.b),
        u: weights(layer.u),
        d: weights(layer.d),
        r: weights(layer.r),
        vectors: weights(layer.vectors),
    };
    let _lent = [&gradients.x, &gradients.state].map(|v| Lent::new(v.as_ptr(), v.len()));
    let to = [&mut gradients.x, &mut gradients.state].map(|v| At(v.as_mut_ptr()));
    let desks = each(&tape.parts, |(part, kept)| {
        // A window is recomputed into memory of its own kind; whole planes are read as they are.
        let window = kept.windowed.then(|| forward.window(part, kept));
        let values = window.as_ref().unwrap_or(kept);
        let bench = forward.bench(part, values);
        let desk = Desk::new(backward, part, values);
        // SAFETY: as in the forward pass.
        gather(tape.members, |member: &Member<'_>| unsafe {
            backward.part::<S>(part, values, &bench, &desk, to, member);
        });
        desk
    });
    let program = &forward.compiled.program;
    let blocks = [program.inputs().len(), program.hiddens().len()];
    if backward.wanted.weights {
        for desk in &desks {
            desk.sums.give::<S>(layer, blocks, &mut gradients);
            for total in &desk.totals {
                total.give::<S>(sizes.d_hidden, &mut gradients.vectors);
            }
        }
    }
    gradients
}
