//! The light GRU: M. Ravanelli, P. Brakel, M. Omologo and Y. Bengio, *Light Gated Recurrent Units
//! for Speech Recognition* (2018), <https://arxiv.org/abs/1803.10225>.
//!
//! ```text
//! z_t = σ(BN(W_z x_t) + U_z h_{t-1})                        update gate
//! h̃_t = relu(BN(W_h x_t) + U_h h_{t-1})                     candidate
//! h_t = z_t * h_{t-1} + (1 - z_t) * h̃_t
//! ```
//!
//! A GRU without its reset gate, with `relu` for `tanh`. The paper's batch normalisation `BN` of `W
//! x` is left out, as in torchrecurrent; biases stand in its place. The candidate is called `n`.

use crate::card::Card;
use rekindle_engine::{Next, Step, relu, sigmoid};

fn ligru(k: &Step) -> Next {
    let h = k.state("h");
    let [z, n] = k.affine(["z", "n"], h);
    let z = sigmoid(z);
    k.next(z * h + (1.0 - z) * relu(n))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct LiGru: 1
}

crate::cell_config! {
    /// Configuration of [`LiGru`].
    pub struct LiGruConfig: LiGru {}
    equations: |_, k| ligru(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "ligru",
    title: "Light GRU",
    authors: "Ravanelli et al.",
    year: 2018,
    url: "https://arxiv.org/abs/1803.10225",
    gates: &[
        ("z", "update gate: how much of the old memory stays"),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
