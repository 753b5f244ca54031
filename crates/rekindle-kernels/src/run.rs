//! A pass over a sequence, forward and backward: parts of the batch on all threads, or one part by a team.

use crate::backward::Backward;
use crate::forward::{Forward, PartRun};
use crate::gradient_workspace::GradientWorkspace;
use crate::guard::Lent;
use crate::kept::Kept;
use crate::layer::{Given, Gradients, Keep, Layer, Sizes, Wanted, count};
use crate::memory::Pointer;
use crate::multiply::Multiplier;
use crate::operands::Operands;
use crate::packing::Packing;
use crate::schedule::{Cut, PIECE, Part, few, parts};
use crate::simd::{Isa, Kernel, Real, Simd};
use crate::team::{Member, SHARES, gather};
use crate::threads;
use crate::transposed::Transposed;
use alloc::sync::Arc;
use alloc::vec::Vec;
use rekindle_program::Program;
use rekindle_program::plan::Compiled;

/// What a forward pass leaves behind for the backward one.
#[derive(Debug)]
pub struct Tape<E: Real> {
    program: Program,
    sizes: Sizes,
    parts: Vec<(Part, Kept<E>)>,
    members: usize,
    /// The numbers of a vector, by which its planes are as wide as they are.
    n: usize,
}

/// The output `[batch, time, width]` with what is shown beside it, the final states side by side, and the
/// tape.
#[derive(Debug)]
pub struct Output<E: Real> {
    /// The output with what is shown beside it.
    pub y: Vec<E>,
    /// The final states.
    pub last: Vec<E>,
    /// The tape, if values or states were kept.
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
        [part] if compiled.is_apart() && few(sizes.batch) && columns >= APART_WIDTH => {
            part.widest() / PIECE
        }
        [_] if !compiled.is_apart() && columns >= TEAM_WIDTH => columns.div_ceil(MEMBER_WIDTH),
        _ => 1,
    };
    most.min(threads::count()).clamp(1, SHARES)
}

/// A forward pass over a layer, with weights that are packed already if they are given and fit.
pub(crate) struct ForwardPass<'r, E: Real> {
    pub layer: &'r Layer<'r, E>,
    pub keep: Keep,
    pub packing: Option<Arc<Packing<E>>>,
    pub isa: Isa,
}

/// The way back through a forward pass whose tape was kept.
pub(crate) struct BackwardPass<'r, E: Real> {
    pub layer: &'r Layer<'r, E>,
    pub tape: &'r Tape<E>,
    pub given: Given<'r, E>,
    pub wanted: Wanted,
    pub isa: Isa,
}

impl<E: Real> Kernel<E> for ForwardPass<'_, E> {
    type Output = Output<E>;

    fn run<S: Simd<E = E>>(self) -> Output<E> {
        let ForwardPass {
            layer,
            keep,
            packing,
            isa,
        } = self;
        let compiled = layer.compiled();
        let sizes = &layer.sizes;
        let width = sizes.d_hidden.max(sizes.d_input);
        let cut = match (keep, layer.lengths) {
            (Keep::Nothing, None) => Cut::For {
                threads: threads::count(),
            },
            _ => Cut::Fixed,
        };
        let parts = parts(
            sizes.batch,
            sizes.time,
            layer.lengths,
            width,
            compiled.is_apart(),
            cut,
        );
        let members = members(compiled, &parts, sizes);
        let plans = match keep {
            Keep::Values => compiled.forward(),
            Keep::Nothing | Keep::States => compiled.inference(),
        };
        let multiplier = Multiplier::of::<E>(compiled.precision(), isa);
        // Given weights are those of the plans of inference, by whose products they are packed.
        let packing = packing
            .filter(|p| keep != Keep::Values && p.fits(layer, members, S::N, multiplier))
            .unwrap_or_else(|| Arc::new(Packing::new::<S>(isa, plans, layer, members)));
        let run = Forward {
            plans,
            layer,
            weights: &packing,
        };
        let total: usize = run.states().iter().map(|s| s.1).sum();
        let mut y = vec![E::default(); sizes.batch * sizes.time * run.row()];
        let mut last = vec![E::default(); sizes.batch * total];
        let (to_y, to_last) = (Pointer(y.as_mut_ptr()), Pointer(last.as_mut_ptr()));
        let _lent = [&y, &last].map(|v| Lent::new(v.as_ptr(), v.len()));
        let kept = threads::each(&parts, |part| {
            let kept = run.kept(part, keep);
            let workspace = run.workspace(part, &kept);
            // SAFETY: the planes are this part's, its rows of `y` and `last` are no other's, and members of a
            // team keep to their columns.
            unsafe { run.begin(part, &kept) };
            gather(members, |member: &Member<'_>| unsafe {
                let _ready = packing.multiplier.begin();
                let mut operands = Operands::default();
                let at_work = PartRun {
                    part,
                    kept: &kept,
                    workspace: &workspace,
                    member,
                };
                for (index, chunk) in part.chunks.iter().enumerate() {
                    if keep == Keep::States {
                        member.once(|| run.checkpoint(&at_work, index, false));
                    }
                    run.chunk::<S>(&at_work, chunk, &mut operands);
                    run.write(&at_work, index, [to_y, to_last]);
                }
            });
            kept
        });
        let tape = (keep != Keep::Nothing).then(|| Tape {
            program: compiled.program().clone(),
            sizes: *sizes,
            parts: parts.into_iter().zip(kept).collect(),
            members,
            n: S::N,
        });
        Output {
            y,
            last,
            tape,
            packing: (keep != Keep::Values).then_some(packing),
        }
    }
}

impl<E: Real> Kernel<E> for BackwardPass<'_, E> {
    type Output = Gradients<E>;

    fn run<S: Simd<E = E>>(self) -> Gradients<E> {
        let BackwardPass {
            layer,
            tape,
            given,
            wanted,
            isa,
        } = self;
        let compiled = layer.compiled();
        assert!(
            tape.program == *compiled.program() && tape.sizes == layer.sizes,
            "the tape is that of another layer: its sizes are {:?}, the layer's {:?}",
            tape.sizes,
            layer.sizes
        );
        assert!(
            tape.n == S::N,
            "the tape was made with vectors of {} numbers, but is gone back over with vectors of {}",
            tape.n,
            S::N
        );
        let plans = compiled.forward();
        let forward = Forward {
            plans,
            layer,
            weights: &Packing::new::<S>(isa, plans, layer, tape.members),
        };
        let zeros = |n: usize| vec![E::default(); n];
        let sizes = &layer.sizes;
        let total: usize = forward.states().iter().map(|s| s.1).sum();
        if let Some(dy) = given.y {
            count(
                "the gradient of y",
                dy,
                &[sizes.batch, sizes.time, forward.row()],
            );
        }
        if let Some(dlast) = given.last {
            count("the gradient of the states", dlast, &[sizes.batch, total]);
        }
        let back = Transposed::new(&forward, given, wanted);
        let weights = |of: &[E]| zeros(if wanted.weights { of.len() } else { 0 });
        let mut gradients = Gradients {
            x: zeros(if wanted.x { layer.x.len() } else { 0 }),
            state: zeros(sizes.batch * total),
            w: weights(layer.w),
            b: weights(layer.b),
            u: weights(layer.u),
            d: weights(layer.d),
            r: weights(layer.r),
            vectors: weights(layer.vectors),
        };
        let _lent = [&gradients.x, &gradients.state].map(|v| Lent::new(v.as_ptr(), v.len()));
        let to = [&mut gradients.x, &mut gradients.state].map(|v| Pointer(v.as_mut_ptr()));
        let workspaces = threads::each(&tape.parts, |(part, kept)| {
            // A window is recomputed into memory of its own kind; whole planes are read as they are.
            let window = kept.windowed.then(|| forward.window(part, kept));
            let values = window.as_ref().unwrap_or(kept);
            let workspace = forward.workspace(part, values);
            let gradients = GradientWorkspace::new(&back, part, values);
            // SAFETY: as in the forward pass.
            gather(tape.members, |member: &Member<'_>| unsafe {
                let _ready = forward.weights.multiplier.begin();
                let run = PartRun {
                    part,
                    kept: values,
                    workspace: &workspace,
                    member,
                };
                let backward = Backward {
                    layer: &back,
                    run,
                    workspace: &gradients,
                };
                backward.run::<S>(to);
            });
            gradients
        });
        let program = forward.compiled().program();
        let blocks = [program.inputs().len(), program.hiddens().len()];
        if wanted.weights {
            for workspace in &workspaces {
                workspace.sums.give::<S>(layer, blocks, &mut gradients);
                for total in &workspace.totals {
                    total.give::<S>(sizes.d_hidden, &mut gradients.vectors);
                }
            }
        }
        gradients
    }
}
