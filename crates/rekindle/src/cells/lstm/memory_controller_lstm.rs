//! The LSTM that is steered by a vector of its own: I. Ben-Ari and R. Shwartz-Ziv, *Sequence Modeling
//! Using a Memory Controller Extension for LSTM*, NIPS 2017 Time Series Workshop,
//! <https://www.intel.com/content/dam/www/public/us/en/ai/documents/Sequence-Modeling-NIPS-2017.pdf>,
//! there called MC-LSTM. It is no kin of the mass-conserving LSTM
//! (<https://arxiv.org/abs/2101.05186>), which has the same initials.
//!
//! ```text
//! f_t = σ(W_f x_t + U_f v_{t-1} + b_f)                      forget gate
//! i_t = σ(W_i x_t + U_i v_{t-1} + b_i)                      input gate
//! o_t = σ(W_o x_t + U_o v_{t-1} + b_o)                      output gate
//! m_t = σ(W_m x_t + U_m v_{t-1} + b_m)                      control gate
//! c_t = f_t * c_{t-1} + i_t * tanh(W_n x_t + U_n v_{t-1} + b_n)
//! v_t = m_t * tanh(c_t)                                     what the gates will see
//! h_t = o_t * tanh(c_t)                                     the output, which no gate sees
//! ```
//!
//! What the network tells the next layer and what it tells itself are two things here.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn memory_controller_lstm(k: &Step) -> Next {
    let [_h, v, c] = k.state(["h", "v", "c"]);
    let [f, i, o, m, n] = k.affine(["f", "i", "o", "m", "n"], v);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(n);
    let shown = tanh(c);
    k.next([sigmoid(o) * shown, sigmoid(m) * shown, c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MemoryControllerLstm: 3
}

crate::cell_config! {
    /// Configuration of [`MemoryControllerLstm`].
    pub struct MemoryControllerLstmConfig: MemoryControllerLstm {}
    equations: |_, k| memory_controller_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "memory_controller_lstm",
    title: "LSTM with a memory controller",
    authors: "Ben-Ari & Shwartz-Ziv",
    year: 2017,
    url: "https://www.intel.com/content/dam/www/public/us/en/ai/documents/Sequence-Modeling-NIPS-2017.pdf",
    gates: &[
        ("f", "forget gate: how much of each memory is kept"),
        ("i", "input gate: how much of the candidate is written"),
        ("o", "output gate: how much of the memory is shown"),
        (
            "m",
            "control gate: how much of the memory the gates will see",
        ),
        ("n", "candidate: what could be written"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
