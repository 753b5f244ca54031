//! The weights of a layer, packed: once for a pass, and for streams and inference once for all passes.

use crate::guard::Lent;
use crate::layer::{Layer, Sizes};
use crate::memory::{Buffer, pitch};
use crate::multiply::Multiplier;
use crate::pack::{Layout, Matrix, Packed};
use crate::pointwise::accumulate;
use crate::simd::{Isa, Real, Simd};
use crate::threads;
use alloc::vec::Vec;
use rekindle_program::Program;
use rekindle_program::plan::{Kind, Plan, Plans};

/// The packed weights of a forward pass.
#[derive(Debug)]
pub struct Packing<E: Real> {
    _lent: [Lent; 2],
    /// The numbers of a vector.
    pub(super) n: usize,
    pub(super) members: usize,
    pub(super) multiplier: Multiplier,
    /// What was packed.
    program: Program,
    sizes: Sizes,
    /// Where each state begins among the states side by side, and its width.
    pub(super) states: Vec<(usize, usize)>,
    pub(super) w: Packed<E>,
    /// `b` with what is folded into it, and `d`: every block as wide as a plane.
    pub(super) input_bias: Buffer<E>,
    pub(super) bias: Vec<E>,
    /// The weights of each phase's products.
    pub(super) packed: Vec<Vec<Vec<Packed<E>>>>,
}

impl<E: Real> Packing<E> {
    /// The weights for the plans of a layer, to be run with the instructions of a machine.
    pub(super) fn new<S: Simd<E = E>>(
        isa: Isa,
        plans: &Plans,
        layer: &Layer<'_, E>,
        members: usize,
    ) -> Self {
        let compiled = layer.compiled();
        let h = layer.sizes.d_hidden;
        let n = S::N;
        let pitch = pitch::<E>(h, n);
        let program = compiled.program();
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        let starts: Vec<usize> = (0..g).map(|g| g * h).collect();
        let w = Matrix {
            data: layer.w,
            pitch: g * h,
        };
        let bias = padded(layer.d, k, h, pitch);
        let mut input_bias = Buffer::new(g * pitch);
        let b = padded(layer.b, g, h, pitch);
        let to = input_bias.as_mut_slice();
        to.fill(E::default());
        to[..b.len()].copy_from_slice(&b);
        for &(input, block) in plans.iter().flat_map(|p| &p.folded) {
            if !bias.is_empty() {
                let from = &bias[block * pitch..][..pitch];
                accumulate::<S>(&mut to[input * pitch..][..pitch], from);
            }
        }
        let multiplier = Multiplier::of::<E>(compiled.precision(), isa);
        let layout = Layout {
            multiplier,
            n,
            shares: compiled.shares(members),
        };
        let pack = |plan: &Plan| pack(plan, layer, layout, k);
        let (w, packed) = at_once(
            layer.w.len(),
            || Packed::new(w, &starts, h, layout),
            || plans.iter().map(pack).collect(),
        );
        let lent = [
            Lent::new(input_bias.as_ptr(), g * pitch),
            Lent::new(bias.as_ptr(), bias.len()),
        ];
        Packing {
            _lent: lent,
            n,
            members,
            multiplier,
            program: program.clone(),
            sizes: layer.sizes,
            states: layer.sizes.states(program),
            w,
            input_bias,
            bias,
            packed,
        }
    }

    /// Whether a layer has weights of the same shapes, packed for so many members, vectors of `n` numbers and a multiplier.
    pub(super) fn fits(
        &self,
        layer: &Layer<'_, E>,
        members: usize,
        n: usize,
        multiplier: Multiplier,
    ) -> bool {
        let Sizes { batch, time, .. } = layer.sizes;
        let sizes = Sizes {
            batch,
            time,
            ..self.sizes
        };
        (self.members, self.n, self.multiplier) == (members, n, multiplier)
            && layer.sizes == sizes
            && *layer.compiled().program() == self.program
    }
}

/// From how many numbers on packing is worth a second thread.
const LARGE: usize = 1 << 16;

/// Packs two things, at once if they are large.
pub(super) fn at_once<A: Send, B: Send>(
    size: usize,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    match size >= LARGE {
        true => threads::both(a, b),
        false => (a(), b()),
    }
}

/// Packs the weights of a plan's products, stage by stage. `k` is the number of recurrent blocks.
pub(super) fn pack<E: Real>(
    plan: &Plan,
    layer: &Layer<'_, E>,
    layout: Layout,
    k: usize,
) -> Vec<Vec<Packed<E>>> {
    let (h, p) = (layer.sizes.d_hidden, layer.sizes.d_projection);
    let u = Matrix {
        data: layer.u,
        pitch: (k * h).max(1),
    };
    let r = Matrix {
        data: layer.r,
        pitch: p,
    };
    let stages = plan.stages.iter().map(|stage| {
        let products = stage.products.iter().map(|product| {
            let results = product.results.iter().map(|r| r.0 * h);
            let operands = product.operands.iter().map(|o| o.0 * h);
            match product.kind {
                Kind::Hidden => Packed::new(u, &results.collect::<Vec<_>>(), h, layout),
                Kind::Project => Packed::new(r, &[0], p, layout),
                Kind::HiddenT => Packed::transposed(u, &operands.collect::<Vec<_>>(), h, layout),
                Kind::ProjectT => Packed::transposed(r, &[0], p, layout),
            }
        });
        products.collect()
    });
    stages.collect()
}

/// A bias with every block as wide as a plane.
fn padded<E: Real>(bias: &[E], blocks: usize, width: usize, pitch: usize) -> Vec<E> {
    if bias.is_empty() {
        return Vec::new();
    }
    let mut padded = vec![E::default(); blocks * pitch];
    for (to, from) in padded.chunks_exact_mut(pitch).zip(bias.chunks_exact(width)) {
        to[..width].copy_from_slice(from);
    }
    padded
}
