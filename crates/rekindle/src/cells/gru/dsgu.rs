//! The deep simple gated unit: Y. Gao and D. Glowacka, *Deep Gate Recurrent Neural Network* (2016),
//! <https://arxiv.org/abs/1604.02910>.
//!
//! ```text
//! x^g_t = W_g x_t + b_g
//! z^g_t = tanh(U_g (x^g_t * h_{t-1}))                       multiplicative gate
//! z^o_t = σ(U_o (z^g_t * h_{t-1}))                          candidate, one product deeper
//! z_t = σ_hard(W_z x_t + U_z h_{t-1} + b_z)                 update gate
//! h_t = (1 - z_t) * h_{t-1} + z_t * z^o_t
//! ```
//!
//! `σ_hard` is `clamp(x / 6 + 1 / 2, 0, 1)`, PyTorch's; the paper's time took `clamp(x / 5 + 1 / 2,
//! 0, 1)`. `U_g` and `U_o` have no biases.

use crate::card::Card;
use rekindle_engine::{Next, Step, hard_sigmoid, sigmoid, tanh};

fn dsgu(k: &Step) -> Next {
    let h = k.state("h");
    let gate = tanh(k.plain_hidden("g", k.input("g") * h));
    let z = hard_sigmoid(k.affine("z", h));
    let candidate = sigmoid(k.plain_hidden("o", gate * h));
    k.next((1.0 - z) * h + z * candidate)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Dsgu: 1
}

crate::cell_config! {
    /// Configuration of [`Dsgu`].
    pub struct DsguConfig: Dsgu {}
    equations: |_, k| dsgu(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "dsgu",
    title: "Deep simple gated unit",
    authors: "Gao & Glowacka",
    year: 2016,
    url: "https://arxiv.org/abs/1604.02910",
    gates: &[
        ("g", "what the gate multiplies the memory with"),
        ("z", "update gate: how much of the memory is replaced"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
