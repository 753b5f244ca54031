//! The LSTM with ordered neurons, ON-LSTM: Y. Shen, S. Tan, A. Sordoni and A. Courville, *Ordered Neurons:
//! Integrating Tree Structures into Recurrent Neural Networks* (2018), <https://arxiv.org/abs/1810.09536>.
//!
//! ```text
//! f̃_t = cumax(W_f̃ x_t + U_f̃ h_{t-1} + b_f̃)                 master forget gate, rising from unit to unit
//! ĩ_t = 1 - cumax(W_ĩ x_t + U_ĩ h_{t-1} + b_ĩ)             master input gate, falling
//! ω_t = f̃_t * ĩ_t                                           where the two overlap, the LSTM's gates decide
//! f̂_t = f_t * ω_t + (f̃_t - ω_t)        î_t = i_t * ω_t + (ĩ_t - ω_t)
//! c_t = f̂_t * c_{t-1} + î_t * ĉ_t        h_t = o_t * tanh(c_t)
//! cumax(v) = cumsum(softmax(v))
//! ```
//!
//! Units are in an order: where one is erased, so are all below it. The lower ones change often and stand for small parts
//! of a sentence, the higher ones for large parts. Every unit has a master gate of its own, the paper's chunk size of 1.
//! `i`, `f`, `o` and the candidate `ĉ`, here `g`, are the LSTM's.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, cumsum, sigmoid, softmax, tanh};

fn on_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let [forget, write] = k.affine(["mf", "mi"], h).map(|v| cumsum(softmax(v)));
    let write = 1.0 - write;
    let overlap = forget * write;
    let f = sigmoid(f) * overlap + (forget - overlap);
    let i = sigmoid(i) * overlap + (write - overlap);
    let c = f * c + i * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct OnLstm: 2
}

crate::cell_config! {
    /// Configuration of [`OnLstm`].
    pub struct OnLstmConfig: OnLstm {}
    equations: |_, k| on_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "on_lstm",
    title: "LSTM with ordered neurons",
    authors: "Shen et al.",
    year: 2018,
    url: "https://arxiv.org/abs/1810.09536",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
        (
            "mf",
            "master forget gate: from which unit on the memory is kept",
        ),
        (
            "mi",
            "master input gate: up to which unit something is written",
        ),
    ],
    oracle: "float64 code written from the paper",
};
