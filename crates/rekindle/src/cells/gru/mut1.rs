//! The first mutation of the GRU: R. Jozefowicz, W. Zaremba and I. Sutskever, *An Empirical
//! Exploration of Recurrent Network Architectures*, ICML (2015),
//! <https://proceedings.mlr.press/v37/jozefowicz15.html>.
//!
//! ```text
//! z_t = σ(W_xz x_t + b_z)                                   update gate, which does not see the memory
//! r_t = σ(W_xr x_t + W_hr h_{t-1} + b_r)                    reset gate
//! h_t = tanh(W_hh (r_t * h_{t-1}) + tanh(x_t) + b_h) * z_t + h_{t-1} * (1 - z_t)
//! ```
//!
//! One of the three cells that came out best of a search over ten thousand architectures. The input
//! goes into the candidate as it is. torchrecurrent maps it first. The candidate's block is called
//! `n`.
//!
//! Where the input has another width than the memory, a last block `x` without a bias maps it.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn mut1(k: &Step) -> Next {
    let h = k.state("h");
    let z = sigmoid(k.input("z"));
    let r = sigmoid(k.affine("r", h));
    let n = tanh(k.hidden("n", r * h) + tanh(k.raw()));
    k.next(n * z + h * (1.0 - z))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Mut1: 1
}

crate::cell_config! {
    /// Configuration of [`Mut1`].
    pub struct Mut1Config: Mut1 {}
    equations: |_, k| mut1(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mut1",
    title: "Mutated GRU, MUT1",
    authors: "Jozefowicz et al.",
    year: 2015,
    url: "https://proceedings.mlr.press/v37/jozefowicz15.html",
    gates: &[
        ("z", "update gate: how much of the memory is replaced"),
        (
            "r",
            "reset gate: how much of the old memory the candidate sees",
        ),
    ],
    oracle: "float64 code written from the paper; torchrecurrent 0.2.5 with the map of x the identity",
};
