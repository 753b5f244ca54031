//! The LSTM whose memory is the output of another LSTM: J. R. A. Moniz and D. Krueger, *Nested
//! LSTMs* (2017), <https://arxiv.org/abs/1801.10308>.
//!
//! ```text
//! i_t = σ(W_i x_t + U_i h_{t-1} + b_i)                      input gate
//! f_t = σ(W_f x_t + U_f h_{t-1} + b_f)                      forget gate
//! o_t = σ(W_o x_t + U_o h_{t-1} + b_o)                      output gate
//! x̃_t = i_t * (W_g x_t + U_g h_{t-1} + b_g)                 what an LSTM would add to its memory
//! h̃_t = f_t * c_{t-1}                                       what it would keep of it
//! ĩ_t = σ(W̃_i x̃_t + Ũ_i h̃_t + b̃_i), and so f̃_t and õ_t      the gates of the inner LSTM
//! c̃_t = f̃_t * c̃_{t-1} + ĩ_t * tanh(W̃_g x̃_t + Ũ_g h̃_t + b̃_g)
//! c_t = õ_t * tanh(c̃_t)                                     the outer memory, in place of h̃_t + x̃_t
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! The candidate of the outer LSTM is linear, as in the paper's experiments; the key `activation`
//! squashes it. The inner memory `c̃` is the state `m`. The blocks of `W̃` are called `i_x`, `f_x`,
//! `g_x` and `o_x`, those of `Ũ` `i_c`, `f_c`, `g_c` and `o_c`.

use crate::activation::Activation;
use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn nested_lstm(k: &Step, activation: Activation) -> Next {
    let [h, c, m] = k.state(["h", "c", "m"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let (x, c) = (sigmoid(i) * activation.of(g), sigmoid(f) * c);
    let [i_x, f_x, g_x, o_x] = k.plain_hidden(["i_x", "f_x", "g_x", "o_x"], x);
    let [i_c, f_c, g_c, o_c] = k.hidden(["i_c", "f_c", "g_c", "o_c"], c);
    let m = sigmoid(f_x + f_c) * m + sigmoid(i_x + i_c) * tanh(g_x + g_c);
    let c = sigmoid(o_x + o_c) * tanh(m);
    k.next([sigmoid(o) * tanh(c), c, m])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct NestedLstm: 3
}

crate::cell_config! {
    /// Configuration of [`NestedLstm`].
    pub struct NestedLstmConfig: NestedLstm {
        /// What squashes the candidate of the outer LSTM: `identity`, as in the paper, or another.
        activation: Activation = Activation::Identity,
    }
    equations: |config, k| nested_lstm(k, config.activation);
    begin: |config, gates, device| {
        let forget_bias = Tensor::full([1], config.init.forget_bias(), device);
        gates
            .with_bias("f", forget_bias.clone())
            .with_hidden_bias("f_c", forget_bias)
    };
    forms: |usual| vec![
        NestedLstmConfig { activation: Activation::Tanh, bias: false, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "nested_lstm",
    title: "Nested LSTM",
    authors: "Moniz & Krueger",
    year: 2017,
    url: "https://arxiv.org/abs/1801.10308",
    gates: &[
        (
            "i",
            "input gate: how much of the candidate the inner LSTM sees",
        ),
        (
            "f",
            "forget gate: how much of the memory the inner LSTM sees",
        ),
        ("g", "candidate: what the inner LSTM could write"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper",
};
