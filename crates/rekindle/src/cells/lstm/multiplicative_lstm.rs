//! The multiplicative LSTM: B. Krause, L. Lu, I. Murray and S. Renals, *Multiplicative LSTM for
//! Sequence Modelling* (2016), <https://arxiv.org/abs/1609.07959>.
//!
//! ```text
//! m_t = (W_m x_t) * (U_m h_{t-1})                           the old output, as this input has it seen
//! i_t = σ(W_i x_t + U_i m_t + b_i)                          input gate
//! f_t = σ(W_f x_t + U_f m_t + b_f)                          forget gate
//! o_t = σ(W_o x_t + U_o m_t + b_o)                          output gate
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g m_t + b_g)
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! Every input has, in effect, a recurrent matrix of its own. Two products depend on each other in
//! a step. The product `m` has no biases, as in the paper; torchrecurrent gives it two.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn multiplicative_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let m = k.plain_input("m") * k.plain_hidden("m", h);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], m);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MultiplicativeLstm: 2
}

crate::cell_config! {
    /// Configuration of [`MultiplicativeLstm`].
    pub struct MultiplicativeLstmConfig: MultiplicativeLstm {}
    equations: |_, k| multiplicative_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "multiplicative_lstm",
    title: "Multiplicative LSTM",
    authors: "Krause et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1609.07959",
    gates: &[
        ("m", "what this input makes of the old output"),
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
