//! The second mutation of the GRU: R. Jozefowicz, W. Zaremba and I. Sutskever, *An Empirical
//! Exploration of Recurrent Network Architectures*, ICML (2015),
//! <https://proceedings.mlr.press/v37/jozefowicz15.html>.
//!
//! ```text
//! z_t = σ(W_xz x_t + W_hz h_{t-1} + b_z)                    update gate
//! r_t = σ(x_t + W_hr h_{t-1} + b_r)                         reset gate, which sees the input as it is
//! h_t = tanh(W_hh (r_t * h_{t-1}) + W_xh x_t + b_h) * z_t + h_{t-1} * (1 - z_t)
//! ```
//!
//! One of the three cells that came out best of a search over ten thousand architectures.
//! torchrecurrent maps the input of the reset gate. The candidate's block is called `n`.
//!
//! Where the input has another width than the memory, a last block `x` without a bias maps it.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn mut2(k: &Step) -> Next {
    let h = k.state("h");
    let z = sigmoid(k.affine("z", h));
    let r = sigmoid(k.raw() + k.hidden("r", h));
    let n = tanh(k.affine("n", r * h));
    k.next(n * z + h * (1.0 - z))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Mut2: 1
}

crate::cell_config! {
    /// Configuration of [`Mut2`].
    pub struct Mut2Config: Mut2 {}
    equations: |_, k| mut2(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mut2",
    title: "Mutated GRU, MUT2",
    authors: "Jozefowicz et al.",
    year: 2015,
    url: "https://proceedings.mlr.press/v37/jozefowicz15.html",
    gates: &[
        ("z", "update gate: how much of the memory is replaced"),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "float64 code written from the paper; torchrecurrent 0.2.5 with the map of x the identity",
};
