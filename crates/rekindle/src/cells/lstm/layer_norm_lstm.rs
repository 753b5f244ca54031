//! The LSTM with layer normalisation: J. L. Ba, J. R. Kiros and G. E. Hinton, *Layer Normalization* (2016),
//! <https://arxiv.org/abs/1607.06450>, appendix.
//!
//! ```text
//! (f, i, o, g) = LN(W_h h_{t-1}; γ) + LN(W_x x_t; α) + β
//! c_t = σ(f) * c_{t-1} + σ(i) * tanh(g)
//! h_t = σ(o) * tanh(LN(c_t; α_c) + β_c)
//! LN(v; α) = α * (v - mean(v)) / √(variance(v) + 10⁻⁵)
//! ```
//!
//! Each of the two products is normalised over all four gates together, with a gain a unit and gate, so that how large
//! weights and inputs are makes no difference. The paper has a bias behind each normalisation as well; as they are
//! only added up, there is one, `beta`. The products have none. Gains begin with 1. Blocks are stacked i, f, g, o.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, joint_layer_norm, layer_norm, sigmoid, tanh};

const EPSILON: f64 = 1e-5;
const GATES: [&str; 4] = ["i", "f", "g", "o"];

fn named(prefix: &str) -> [String; 4] {
    GATES.map(|gate| format!("{prefix}_{gate}"))
}

fn layer_norm_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let below = joint_layer_norm(k.plain_input(GATES), EPSILON);
    let before = joint_layer_norm(k.plain_hidden(GATES, h), EPSILON);
    let [alpha, gamma, beta] =
        ["alpha", "gamma", "beta"].map(|prefix| named(prefix).map(|name| k.vector(name.as_str())));
    let [i, f, g, o] = std::array::from_fn(|gate| {
        alpha[gate] * below[gate] + gamma[gate] * before[gate] + beta[gate]
    });
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    let [alpha_c, beta_c] = k.vector(["alpha_c", "beta_c"]);
    let seen = alpha_c * layer_norm(c, EPSILON) + beta_c;
    k.next([sigmoid(o) * tanh(seen), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct LayerNormLstm: 2
}

crate::cell_config! {
    /// Configuration of [`LayerNormLstm`].
    pub struct LayerNormLstmConfig: LayerNormLstm {}
    equations: |_, k| layer_norm_lstm(k);
    begin: |config, gates, device| {
        let full = |value: f64| Tensor::full([1], value, device);
        let gains = ["alpha", "gamma"].into_iter().flat_map(named);
        gains
            .chain(["alpha_c".to_string()])
            .fold(gates, |gates, gain| gates.with_vector(&gain, full(1.0)))
            .with_vector("beta_f", full(config.init.forget_bias()))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "layer_norm_lstm",
    title: "LSTM with layer normalisation",
    authors: "Ba et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1607.06450",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper, with torch's layer_norm",
};
