//! The stackable recurrent cell, STAR: M. O. Turkoglu, S. D'Aronco, J. D. Wegner and K. Schindler,
//! *Gating Revisited: Deep Multi-layer RNNs That Can Be Trained* (2019),
//! <https://arxiv.org/abs/1911.11033>.
//!
//! ```text
//! z_t = tanh(W_z x_t + b_z)                                 the input, as the memory can hold it
//! k_t = σ(W_k x_t + U_k h_{t-1} + b_k)                      gate
//! h_t = tanh((1 - k_t) * h_{t-1} + k_t * z_t)
//! ```
//!
//! Made so that gradients keep their size through many layers, and not through time alone.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn star(k: &Step) -> Next {
    let h = k.state("h");
    let z = tanh(k.input("z"));
    let gate = sigmoid(k.affine("k", h));
    k.next(tanh((1.0 - gate) * h + gate * z))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Star: 1
}

crate::cell_config! {
    /// Configuration of [`Star`].
    pub struct StarConfig: Star {}
    equations: |_, k| star(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "star",
    title: "Stackable recurrent cell",
    authors: "Turkoglu et al.",
    year: 2019,
    url: "https://arxiv.org/abs/1911.11033",
    gates: &[
        ("z", "the input, as the memory can hold it"),
        ("k", "gate: how much of the memory is replaced"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
