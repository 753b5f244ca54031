//! The minimal gated unit: G.-B. Zhou, J. Wu, C.-L. Zhang and Z.-H. Zhou, *Minimal Gated Unit for
//! Recurrent Neural Networks* (2016), <https://arxiv.org/abs/1603.09420>.
//!
//! ```text
//! f_t = σ(W_f x_t + U_f h_{t-1} + b_f)                      the one gate
//! h̃_t = tanh(W_h x_t + U_h (f_t * h_{t-1}) + b_h)           candidate
//! h_t = (1 - f_t) * h_{t-1} + f_t * h̃_t
//! ```
//!
//! A GRU whose reset and update gates are one. The candidate is called `n`. Flax's `MGUCell` is
//! another cell: its gate acts behind the product and keeps the old memory.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn mgu(k: &Step) -> Next {
    let h = k.state("h");
    let f = sigmoid(k.affine("f", h));
    let n = tanh(k.affine("n", f * h));
    k.next((1.0 - f) * h + f * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Mgu: 1
}

crate::cell_config! {
    /// Configuration of [`Mgu`].
    pub struct MguConfig: Mgu {}
    equations: |_, k| mgu(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mgu",
    title: "Minimal gated unit",
    authors: "Zhou et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1603.09420",
    gates: &[
        (
            "f",
            "gate: how much of the memory the candidate sees, and how much it replaces",
        ),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
