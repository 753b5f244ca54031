//! The LSTM whose gates see the memory itself: F. Gers, N. Schraudolph and J. Schmidhuber,
//! *Learning Precise Timing with LSTM Recurrent Networks*, Journal of Machine Learning Research 3
//! (2002), <https://www.jmlr.org/papers/v3/gers02a.html>.
//!
//! ```text
//! i_t = σ(W_i x_t + U_i h_{t-1} + p_i * c_{t-1} + b_i)      input gate
//! f_t = σ(W_f x_t + U_f h_{t-1} + p_f * c_{t-1} + b_f)      forget gate
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)
//! o_t = σ(W_o x_t + U_o h_{t-1} + p_o * c_t + b_o)          output gate, which sees the new memory
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! A closed output gate hides the memory from the gates of an LSTM, which then cannot measure time
//! by it. A peephole is one weight a unit, `p`, and shows it to them.

use crate::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn peephole_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let [p_i, p_f, p_o] = k.vector(["p_i", "p_f", "p_o"]);
    let c_new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g);
    k.next([sigmoid(o + p_o * c_new) * tanh(c_new), c_new])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct PeepholeLstm: 2
}

crate::cell_config! {
    /// Configuration of [`PeepholeLstm`].
    pub struct PeepholeLstmConfig: PeepholeLstm {}
    equations: |_, k| peephole_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "peephole_lstm",
    title: "LSTM with peepholes",
    authors: "Gers et al.",
    year: 2002,
    url: "https://www.jmlr.org/papers/v3/gers02a.html",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
