//! The GRU with layer normalisation: J. L. Ba, J. R. Kiros and G. E. Hinton, *Layer Normalization* (2016),
//! <https://arxiv.org/abs/1607.06450>, appendix.
//!
//! ```text
//! (z, r) = LN(W_h h_{t-1}; γ) + LN(W_x x_t; α) + β
//! ĥ = tanh(LN(W x_t; α_n) + β_n + σ(r) * (LN(U h_{t-1}; γ_n) + δ_n))
//! h_t = (1 - σ(z)) * h_{t-1} + σ(z) * ĥ
//! LN(v; α) = α * (v - mean(v)) / √(variance(v) + 10⁻⁵)
//! ```
//!
//! The products of the two gates are normalised together, those of the candidate by themselves, as in the paper;
//! the library haste normalises all three together. Here `z` keeps the candidate, as in the paper's
//! text, not the old memory. The products have no bias; gains begin with 1. Blocks are stacked r, z, n.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, joint_layer_norm, layer_norm, sigmoid, tanh};

const EPSILON: f64 = 1e-5;

fn layer_norm_gru(k: &Step) -> Next {
    let h = k.state("h");
    let [x_r, x_z] = joint_layer_norm(k.plain_input(["r", "z"]), EPSILON);
    let [h_r, h_z] = joint_layer_norm(k.plain_hidden(["r", "z"], h), EPSILON);
    let [alpha_r, alpha_z, alpha_n] = k.vector(["alpha_r", "alpha_z", "alpha_n"]);
    let [gamma_r, gamma_z, gamma_n] = k.vector(["gamma_r", "gamma_z", "gamma_n"]);
    let [beta_r, beta_z, beta_n, delta_n] = k.vector(["beta_r", "beta_z", "beta_n", "delta_n"]);
    let r = sigmoid(alpha_r * x_r + gamma_r * h_r + beta_r);
    let z = sigmoid(alpha_z * x_z + gamma_z * h_z + beta_z);
    let x_n = alpha_n * layer_norm(k.plain_input("n"), EPSILON) + beta_n;
    let h_n = gamma_n * layer_norm(k.plain_hidden("n", h), EPSILON) + delta_n;
    let n = tanh(x_n + r * h_n);
    k.next((1.0 - z) * h + z * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct LayerNormGru: 1
}

crate::cell_config! {
    /// Configuration of [`LayerNormGru`].
    pub struct LayerNormGruConfig: LayerNormGru {}
    equations: |_, k| layer_norm_gru(k);
    begin: |_, gates, device| {
        let gains = ["alpha", "gamma"].into_iter().flat_map(|kind| {
            ["r", "z", "n"].map(|block| format!("{kind}_{block}"))
        });
        gains.fold(gates, |gates, gain| {
            gates.with_vector(&gain, Tensor::full([1], 1.0, device))
        })
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "layer_norm_gru",
    title: "GRU with layer normalisation",
    authors: "Ba et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1607.06450",
    gates: &[
        (
            "r",
            "reset gate: how much of the old memory the candidate sees",
        ),
        ("z", "update gate: how much of the candidate is written"),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "float64 code written from the paper, with torch's layer_norm",
};
