//! The gated orthogonal recurrent unit: L. Jing, C. Gulcehre, J. Peurifoy, Y. Shen, M. Tegmark, M. Soljačić and Y.
//! Bengio, *Gated Orthogonal Recurrent Units: On Learning to Forget* (2017), <https://arxiv.org/abs/1706.02761>.
//!
//! ```text
//! z_t = σ(W_z h_{t-1} + U_z x_t + b_z)                      update gate: how much of the memory is kept
//! r_t = σ(W_r h_{t-1} + U_r x_t + b_r)                      reset gate: how much of what is turned is read
//! h_t = z_t * h_{t-1} + (1 - z_t) * modReLU(U_x x_t + r_t * (U h_{t-1}); b)
//! modReLU(v; b) = sign(v) max(|v| + b, 0)
//! ```
//!
//! A GRU whose candidate turns the memory, `U` being orthogonal, and so can keep it for as long as the gates want. The
//! paper makes `U` of pairwise rotations; here it is the exponential of `M - Mᵀ`, of which `M` is stored, which
//! reaches every rotation. The candidate is called `n`.

use super::mod_relu::mod_relu;
use crate::card::Card;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, sigmoid};

fn goru(k: &Step) -> Next {
    let h = k.state("h");
    let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
    let turned = k.plain_input("n") + r * k.plain_hidden("n", h);
    k.next(z * h + (1.0 - z) * mod_relu(turned, k.vector("b")))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Goru: 1
}

crate::cell_config! {
    /// Configuration of [`Goru`].
    pub struct GoruConfig: Goru {}
    equations: |_, k| goru(k);
    structure: |_| Structure::of("n", Map::Exponential);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "goru",
    title: "Gated orthogonal recurrent unit",
    authors: "Jing et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1706.02761",
    gates: &[
        (
            "r",
            "reset gate: how much of the turned memory the candidate reads",
        ),
        ("z", "update gate: how much of the memory is kept"),
        ("n", "candidate: what the input adds to the turned memory"),
    ],
    oracle: "float64 code written from the paper",
};
