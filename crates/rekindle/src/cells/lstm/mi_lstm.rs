//! The LSTM with multiplicative integration: Y. Wu, S. Zhang, Y. Zhang, Y. Bengio and R.
//! Salakhutdinov, *On Multiplicative Integration with Recurrent Neural Networks* (2016),
//! <https://arxiv.org/abs/1606.06630>.
//!
//! ```text
//! a_g = α_g * W_g x_t * U_g h_{t-1} + β_1g * U_g h_{t-1} + β_2g * W_g x_t + b_g
//! c_t = σ(a_f) * c_{t-1} + σ(a_i) * tanh(a_g)
//! h_t = σ(a_o) * tanh(c_t)
//! ```
//!
//! The input and the memory scale one another, in all four blocks, where an LSTM adds them up. `α`,
//! `β` and `b` are vectors.

use crate::card::Card;
use crate::integration::{begin, integrate, valid};
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn mi_lstm(k: &Step, bias: bool) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = ["i", "f", "g", "o"].map(|gate| integrate(k, gate, h, bias));
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MiLstm: 2
}

crate::cell_config! {
    /// Configuration of [`MiLstm`].
    pub struct MiLstmConfig: MiLstm {
        /// What `α` begins with.
        alpha: f64 = 2.0,
        /// What `β_1` and `β_2` begin with.
        beta: f64 = 0.5,
    }
    equations: |config, k| mi_lstm(k, config.bias);
    valid: |config| valid(config.alpha, config.beta);
    begin: |config, gates, device| {
        let gates = begin(gates, ["i", "f", "g", "o"], config.alpha, config.beta, device);
        match config.bias {
            true => gates.with_vector("bias_f", Tensor::full([1], config.init.forget_bias(), device)),
            false => gates,
        }
    };
    forms: |usual| vec![MiLstmConfig { bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mi_lstm",
    title: "LSTM with multiplicative integration",
    authors: "Wu et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1606.06630",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper",
};
