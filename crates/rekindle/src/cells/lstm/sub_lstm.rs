//! The LSTM whose gates subtract: R. P. Costa, Y. M. Assael, B. Shillingford, N. de Freitas and T. P.
//! Vogels, *Cortical microcircuits as gated-recurrent neural networks* (2017),
//! <https://arxiv.org/abs/1711.02448>.
//!
//! ```text
//! [f_t, o_t, z_t, i_t] = σ(W x_t + R h_{t-1} + b)           all four through the same function
//! c_t = c_{t-1} * f_t + z_t - i_t                           the input gate is taken off
//! h_t = σ(c_t) - o_t                                        and so is the output gate
//! ```
//!
//! In the cortex inhibition subtracts, where the gates of an LSTM multiply.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid};

fn sub_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, z, o] = k.affine(["i", "f", "z", "o"], h).map(sigmoid);
    let c = c * f + z - i;
    k.next([sigmoid(c) - o, c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct SubLstm: 2
}

crate::cell_config! {
    /// Configuration of [`SubLstm`].
    pub struct SubLstmConfig: SubLstm {}
    equations: |_, k| sub_lstm(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "sub_lstm",
    title: "Subtractive LSTM",
    authors: "Costa et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1711.02448",
    gates: &[
        ("i", "input gate: what is taken off the candidate"),
        ("f", "forget gate: how much of each memory is kept"),
        ("z", "candidate: what is written"),
        ("o", "output gate: what is taken off the output"),
    ],
    oracle: "float64 code written from the paper",
};
