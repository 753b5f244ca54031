//! The strongly typed LSTM, T-LSTM: D. Balduzzi and M. Ghifary, *Strongly-Typed Recurrent Neural
//! Networks* (2016), <https://arxiv.org/abs/1602.02218>.
//!
//! ```text
//! z_t = V_z x_{t-1} + W_z x_t + b_z
//! f_t = σ(V_f x_{t-1} + W_f x_t + b_f)                      forget gate
//! o_t = tanh(V_o x_{t-1} + W_o x_t + b_o)
//! c_t = f_t * c_{t-1} + (1 - f_t) * z_t
//! h_t = c_t * o_t                                           the output
//! ```
//!
//! The gates see the last input, not the memory. The share of the last input in each block is a
//! state, `p_z`, `p_f`, `p_o`: the last input, mapped.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn tlstm(k: &Step) -> Next {
    let [_h, c, p_z, p_f, p_o] = k.state(["h", "c", "p_z", "p_f", "p_o"]);
    let [z, f, o] = k.input(["z", "f", "o"]);
    let [u_z, u_f, u_o] = k.plain_input(["u_z", "u_f", "u_o"]);
    let f = sigmoid(f + p_f);
    let c = f * c + (1.0 - f) * (z + p_z);
    k.next([c * tanh(o + p_o), c, u_z, u_f, u_o])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Tlstm: 5
}

crate::cell_config! {
    /// Configuration of [`Tlstm`].
    pub struct TlstmConfig: Tlstm {}
    equations: |_, k| tlstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "tlstm",
    title: "Strongly typed LSTM",
    authors: "Balduzzi & Ghifary",
    year: 2016,
    url: "https://arxiv.org/abs/1602.02218",
    gates: &[
        ("z", "the input, as the memory can hold it"),
        ("f", "forget gate: how much of the old memory stays"),
        ("o", "how much of the memory is shown, and with which sign"),
        ("u_z", "what the next step's `z` has of this input"),
        ("u_f", "what the next step's `f` has of this input"),
        ("u_o", "what the next step's `o` has of this input"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
