//! The LSTM whose units do not see one another: P. Gonnet and T. Deselaers, *IndyLSTMs:
//! Independently Recurrent LSTMs* (2019), <https://arxiv.org/abs/1903.08023>.
//!
//! ```text
//! f_t = σ(W_f x_t + u_f * h_{t-1} + b_f)                    forget gate
//! i_t = σ(W_i x_t + u_i * h_{t-1} + b_i)                    input gate
//! o_t = σ(W_o x_t + u_o * h_{t-1} + b_o)                    output gate
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + u_g * h_{t-1} + b_g)
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! A vector `u` stands where an LSTM has a matrix. A layer above mixes the units.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn indy_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let w = k.input(["i", "f", "g", "o"]);
    let u = k.vector(["u_i", "u_f", "u_g", "u_o"]);
    let [i, f, g, o] = std::array::from_fn(|gate| w[gate] + u[gate] * h);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct IndyLstm: 2
}

crate::cell_config! {
    /// Configuration of [`IndyLstm`].
    pub struct IndyLstmConfig: IndyLstm {}
    equations: |_, k| indy_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "indy_lstm",
    title: "Independently recurrent LSTM",
    authors: "Gonnet & Deselaers",
    year: 2019,
    url: "https://arxiv.org/abs/1903.08023",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper",
};
