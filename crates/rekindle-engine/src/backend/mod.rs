//! The engine as an operation of Burn's backends.
//!
//! A pass is one call whatever its length: on an autodiff device one node of the graph, with a child for the
//! output and one for the final states.
#![cfg_attr(
    not(any(feature = "flex", feature = "ndarray", feature = "cube")),
    allow(
        unused_variables,
        reason = "without a backend there is nothing to pass operands to"
    )
)]
#![allow(
    deprecated,
    reason = "burn deprecates ndarray; Rekindle supports it as long as it is there"
)]

mod autodiff;
#[cfg(feature = "cube")]
mod cube;
mod host;
mod pointwise;
mod primitives;
mod tape;

pub(crate) use pointwise::{extreme, slope, unary};

use crate::call::{Call, Operands, Ran};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};
use rekindle_kernels::Keep;
use std::sync::Arc;
use tape::{Gradients, Tape};

/// Held for reading by tests that make nodes of a graph, and for writing by the one that counts them: all graphs of a process
/// number their nodes together.
#[cfg(test)]
pub(crate) static NODES: std::sync::RwLock<()> = std::sync::RwLock::new(());

/// A backend that can run programs. What it does not do itself, primitives do.
pub(crate) trait Run: Backend {
    /// A pass.
    fn run(operands: Operands<Self>, call: &Call, keep: Keep) -> Ran<Self, Tape<Self>> {
        primitives::run(operands, call, keep, primitives::one_by_one)
    }

    /// The gradients of a pass, from those of its output and of its final states.
    fn reverse(
        operands: Operands<Self>,
        call: &Call,
        tape: Tape<Self>,
        dy: Option<FloatTensor<Self>>,
        dlast: Option<FloatTensor<Self>>,
        wanted: [bool; crate::call::OPERANDS],
    ) -> Gradients<Self> {
        primitives::reverse(
            operands,
            call,
            tape,
            [dy, dlast],
            wanted,
            primitives::one_by_one,
        )
    }
}

/// The operation that tensors of every device have.
#[backend_extension(Flex: cfg(feature = "flex"), NdArray: cfg(feature = "ndarray"), Cube: cfg(feature = "cube"), Autodiff, Fusion: cfg(feature = "fusion"))]
#[allow(
    clippy::too_many_arguments,
    reason = "the operands of a pass, as Burn's macro takes them"
)]
pub(crate) trait Recur: Backend {
    /// A pass over a sequence: the output and the final states side by side.
    #[fusion(default)]
    fn recur(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        u: FloatTensor<Self>,
        d: FloatTensor<Self>,
        r: FloatTensor<Self>,
        vectors: FloatTensor<Self>,
        mask: FloatTensor<Self>,
        moves: FloatTensor<Self>,
        state: FloatTensor<Self>,
        call: Arc<Call>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let operands = [x, w, b, u, d, r, vectors, mask, moves, state];
        let ran = primitives::run::<Self>(operands, &call, Keep::Nothing, primitives::one_by_one);
        (ran.y, ran.last)
    }

    /// A value that depends on a tensor of its shape: `slope` is the derivative. What it depends on besides, it still does.
    #[fusion(default)]
    fn through(
        value: FloatTensor<Self>,
        of: FloatTensor<Self>,
        slope: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let _ = (of, slope);
        value
    }
}

/// A backend whose operation is its way to run programs.
macro_rules! recur {
    ($(#[$meta:meta])* $B:ty) => {
        $(#[$meta])*
        impl Recur for $B {
            fn recur(
                x: FloatTensor<Self>,
                w: FloatTensor<Self>,
                b: FloatTensor<Self>,
                u: FloatTensor<Self>,
                d: FloatTensor<Self>,
                r: FloatTensor<Self>,
                vectors: FloatTensor<Self>,
                mask: FloatTensor<Self>,
                moves: FloatTensor<Self>,
                state: FloatTensor<Self>,
                call: Arc<Call>,
            ) -> (FloatTensor<Self>, FloatTensor<Self>) {
                let operands = [x, w, b, u, d, r, vectors, mask, moves, state];
                let ran = <$B as Run>::run(operands, &call, Keep::Nothing);
                (ran.y, ran.last)
            }
        }
    };
}
recur!(
    #[cfg(feature = "flex")]
    burn::backend::Flex
);
recur!(
    #[cfg(feature = "ndarray")]
    burn::backend::NdArray
);
recur!(
    #[cfg(feature = "cube")]
    burn_cubecl::CubeBackend
);

#[cfg(feature = "fusion")]
impl<B: burn::backend::fusion::FusionBackend> Run for burn::backend::fusion::Fusion<B> {}
