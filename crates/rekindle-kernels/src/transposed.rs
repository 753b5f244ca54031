//! A layer on its way back: its weights transposed and packed, and what is asked for.

use crate::forward::Forward;
use crate::layer::{Given, Wanted};
use crate::pack::{Layout, Matrix, Packed};
use crate::packing::{at_once, pack};
use crate::simd::Real;
use alloc::vec::Vec;
use rekindle_program::Out;

/// A layer with its weights packed for the backward pass.
pub(super) struct Transposed<'a, E: Real> {
    pub forward: &'a Forward<'a, E>,
    pub given: Given<'a, E>,
    pub wanted: Wanted,
    /// `W^T`, with the blocks that have a gradient.
    pub w: Option<Packed<E>>,
    /// The weights of each phase's products.
    pub packed: Vec<Vec<Vec<Packed<E>>>>,
    /// The gradient of each input block: phase and plane.
    pub blocks: Vec<Option<(usize, usize)>>,
}

impl<'a, E: Real> Transposed<'a, E> {
    pub(super) fn new(forward: &'a Forward<'a, E>, given: Given<'a, E>, wanted: Wanted) -> Self {
        let layer = forward.layer;
        let plans = forward.compiled().backward();
        let h = layer.sizes.d_hidden;
        let program = forward.compiled().program();
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
        let layout = Layout {
            multiplier: forward.weights.multiplier,
            n: forward.n(),
            shares: forward.compiled().shares(forward.members()),
        };
        let pack = |plan| pack(plan, layer, layout, k);
        let (w, packed) = at_once(
            layer.w.len(),
            || (wanted.x && !starts.is_empty()).then(|| Packed::transposed(w, &starts, h, layout)),
            || plans.iter().map(pack).collect(),
        );
        Transposed {
            forward,
            given,
            wanted,
            w,
            packed,
            blocks,
        }
    }
}
