//! The LSTM whose gates see a linear memory in place of its own output: E. Martin and C. Cundy,
//! *Parallelizing Linear Recurrent Neural Nets Over Sequence Length* (2017),
//! <https://arxiv.org/abs/1709.04057>.
//!
//! ```text
//! g_t = σ(V_g x_t + b_g)                                    gate of the linear memory
//! j_t = tanh(V_j x_t + b_j)                                 its impulse
//! h̃_t = g_t * h̃_{t-1} + (1 - g_t) * j_t                     gated impulse linear recurrence, GILR
//! f_t = σ(U_f h̃_t + W_f x_t + b_f), and so i_t and o_t      gates
//! z_t = tanh(U_z h̃_t + W_z x_t + b_z)                       candidate
//! c_t = f_t * c_{t-1} + i_t * z_t
//! h_t = o_t * c_t
//! ```
//!
//! Both recurrences are linear in their memory, and nothing is multiplied with a matrix on the way
//! from step to step. As in the authors' code the gates see the new linear memory, the state `s`.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn gilr_lstm(k: &Step) -> Next {
    let [_h, c, s] = k.state(["h", "c", "s"]);
    let g = sigmoid(k.input("g"));
    let s = g * s + (1.0 - g) * tanh(k.input("j"));
    let [f, i, o, z] = k.affine(["f", "i", "o", "z"], s);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(z);
    k.next([sigmoid(o) * c, c, s])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct GilrLstm: 3
}

crate::cell_config! {
    /// Configuration of [`GilrLstm`].
    pub struct GilrLstmConfig: GilrLstm {}
    equations: |_, k| gilr_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "gilr_lstm",
    title: "Linear surrogate LSTM, GILR-LSTM",
    authors: "Martin & Cundy",
    year: 2017,
    url: "https://arxiv.org/abs/1709.04057",
    gates: &[
        ("g", "gate of the linear memory: how much of it stays"),
        ("j", "impulse: what the linear memory takes up"),
        ("f", "forget gate: how much of each memory is kept"),
        ("i", "input gate: how much of the candidate is written"),
        ("o", "output gate: how much of the memory is shown"),
        ("z", "candidate: what could be written"),
    ],
    oracle: "float64 code written from the paper",
};
