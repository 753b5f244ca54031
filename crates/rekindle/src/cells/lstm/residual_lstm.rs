//! The LSTM with a shortcut from its input to its output: J. Kim, M. El-Khamy and J. Lee, *Residual
//! LSTM: Design of a Deep Recurrent Architecture for Distant Speech Recognition* (2017),
//! <https://arxiv.org/abs/1701.03360>.
//!
//! ```text
//! i_t = σ(W_i x_t + U_i h_{t-1} + p_i * c_{t-1} + b_i)      input gate
//! f_t = σ(W_f x_t + U_f h_{t-1} + p_f * c_{t-1} + b_f)      forget gate
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)
//! o_t = σ(W_o x_t + U_o h_{t-1} + p_o * c_t + b_o)          output gate
//! m_t = U_m tanh(c_t)                                       the memory, projected
//! h_t = o_t * (m_t + W_r x_t)                               the shortcut past the memory
//! ```
//!
//! The output gate serves the shortcut too, so that it costs no gate of its own. Neither `U_m` nor
//! `W_r` has a bias.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn residual_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let [p_i, p_f, p_o] = k.vector(["p_i", "p_f", "p_o"]);
    let c_new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g);
    let m = k.plain_hidden("m", tanh(c_new));
    k.next([sigmoid(o + p_o * c_new) * (m + k.plain_input("r")), c_new])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct ResidualLstm: 2
}

crate::cell_config! {
    /// Configuration of [`ResidualLstm`].
    pub struct ResidualLstmConfig: ResidualLstm {}
    equations: |_, k| residual_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "residual_lstm",
    title: "Residual LSTM",
    authors: "Kim et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1701.03360",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
        ("r", "shortcut: the input, on its way past the memory"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
