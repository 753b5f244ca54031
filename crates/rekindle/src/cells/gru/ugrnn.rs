//! The update gate RNN: J. Collins, J. Sohl-Dickstein and D. Sussillo, *Capacity and Trainability
//! in Recurrent Neural Networks* (2016), <https://arxiv.org/abs/1611.09913>.
//!
//! ```text
//! c_t = tanh(W_c x_t + U_c h_{t-1} + b_c)                   candidate
//! g_t = σ(W_g x_t + U_g h_{t-1} + b_g)                      update gate
//! h_t = g_t * h_{t-1} + (1 - g_t) * c_t
//! ```
//!
//! An Elman network with one gate, which is the least that gives it a memory.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn ugrnn(k: &Step) -> Next {
    let h = k.state("h");
    let [c, g] = k.affine(["c", "g"], h);
    let g = sigmoid(g);
    k.next(g * h + (1.0 - g) * tanh(c))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Ugrnn: 1
}

crate::cell_config! {
    /// Configuration of [`Ugrnn`].
    pub struct UgrnnConfig: Ugrnn {}
    equations: |_, k| ugrnn(k);
    begin: |config, gates, device| {
        gates.with_bias("g", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "ugrnn",
    title: "Update gate RNN",
    authors: "Collins et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1611.09913",
    gates: &[
        ("c", "candidate: what could replace the memory"),
        ("g", "update gate: how much of the old memory stays"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
