//! The LSTM whose gates see the whole memory: F. Landi, L. Baraldi, M. Cornia and R. Cucchiara,
//! *Working Memory Connections for LSTM* (2021), <https://arxiv.org/abs/2109.00020>.
//!
//! ```text
//! i_t = σ(W_i x_t + U_i h_{t-1} + tanh(M_i c_{t-1}) + b_i)  input gate
//! f_t = σ(W_f x_t + U_f h_{t-1} + tanh(M_f c_{t-1}) + b_f)  forget gate
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)
//! o_t = σ(W_o x_t + U_o h_{t-1} + tanh(M_o c_t) + b_o)      output gate, which sees the new memory
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! Where a peephole is one unbounded weight a unit, this is a matrix behind a `tanh`, and therefore
//! stable. `M_i`, `M_f`, `M_o` are the recurrent blocks `m_i`, `m_f`, `m_o`, without biases, as in
//! the paper.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn wmc_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let [m_i, m_f] = k.plain_hidden(["m_i", "m_f"], c).map(tanh);
    let c = sigmoid(f + m_f) * c + sigmoid(i + m_i) * tanh(g);
    let m_o = tanh(k.plain_hidden("m_o", c));
    k.next([sigmoid(o + m_o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct WmcLstm: 2
}

crate::cell_config! {
    /// Configuration of [`WmcLstm`].
    pub struct WmcLstmConfig: WmcLstm {}
    equations: |_, k| wmc_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "wmc_lstm",
    title: "LSTM with working memory connections",
    authors: "Landi et al.",
    year: 2021,
    url: "https://arxiv.org/abs/2109.00020",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
