//! The LSTM whose input and forget gates are one: K. Greff et al., *LSTM: A Search Space Odyssey*
//! (2015), <https://arxiv.org/abs/1503.04069>, where it is called CIFG.
//!
//! ```text
//! i_t = σ(W_i x_t + U_i h_{t-1} + b_i)                      input gate
//! f_t = 1 - i_t                                             what is written is what is forgotten
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)
//! o_t = σ(W_o x_t + U_o h_{t-1} + b_o)                      output gate
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! A quarter of the weights of an LSTM less. The bias of `i` begins at -1 where the forget gate's
//! would at 1. ONNX calls it `input_forget`.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn cifg_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, g, o] = k.affine(["i", "g", "o"], h);
    let i = sigmoid(i);
    let c = (1.0 - i) * c + i * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct CifgLstm: 2
}

crate::cell_config! {
    /// Configuration of [`CifgLstm`].
    pub struct CifgLstmConfig: CifgLstm {}
    equations: |_, k| cifg_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("i", Tensor::full([1], -config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "cifg_lstm",
    title: "LSTM with coupled input and forget gates",
    authors: "Greff et al.",
    year: 2015,
    url: "https://arxiv.org/abs/1503.04069",
    gates: &[
        (
            "i",
            "input gate: how much of the candidate replaces the memory",
        ),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "torch.nn.LSTMCell with the forget gate's weights tied",
};
