//! The gated recurrent unit: K. Cho et al., *Learning Phrase Representations using RNN
//! Encoder-Decoder for Statistical Machine Translation* (2014), <https://arxiv.org/abs/1406.1078>.
//!
//! ```text
//! z_t = σ(W_z · [h_{t-1}, x_t] + b_z)            update gate: how much of the old memory stays
//! r_t = σ(W_r · [h_{t-1}, x_t] + b_r)            reset gate: how much of it the candidate sees
//! h̃_t = tanh(W · [r_t * h_{t-1}, x_t] + b)       candidate: what could replace the memory
//! h_t = (1 - z_t) * h̃_t + z_t * h_{t-1}          the memory and the output, one and the same
//! ```
//!
//! One gate does the work of the LSTM's input and forget gates: what is written is what is
//! forgotten. Which side `z` keeps differs between texts; here, as in PyTorch, Keras, ONNX and the
//! paper's third version, `z` keeps the old memory.
//!
//! `reset = "before"` is the equation above, the paper's, with two dependent products a step, and
//! ONNX's default. `reset = "after"` applies the reset gate behind the product, so that one product
//! serves all three gates: `h̃_t = tanh(W_h x_t + b_h + r_t * (U_h h_{t-1} + d_h))`, the form of
//! cuDNN, PyTorch and Keras, and the default. The candidate is called `n`; blocks are stacked
//! r, z, n, as PyTorch has them.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};
use serde::{Deserialize, Serialize};

fn gru(k: &Step) -> Next {
    let h = k.state("h");
    let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
    let n = tanh(k.input("n") + r * k.hidden("n", h));
    k.next((1.0 - z) * n + z * h)
}

fn gru_before(k: &Step) -> Next {
    let h = k.state("h");
    let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
    let n = tanh(k.affine("n", r * h));
    k.next((1.0 - z) * n + z * h)
}

/// Where the reset gate acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reset {
    /// Behind the recurrent product: cuDNN, PyTorch, Keras.
    #[default]
    After,
    /// Before the recurrent product: the paper, ONNX.
    Before,
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Gru: 1
}

crate::cell_config! {
    /// Configuration of [`Gru`].
    pub struct GruConfig: Gru {
        /// Where the reset gate acts: `after`, as in PyTorch, or `before`, as in the paper.
        reset: Reset = Reset::After,
    }
    equations: |config, k| match config.reset {
        Reset::After => gru(k),
        Reset::Before => gru_before(k),
    };
    forms: |usual| vec![GruConfig { reset: Reset::Before, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "gru",
    title: "Gated recurrent unit",
    authors: "Cho et al.",
    year: 2014,
    url: "https://arxiv.org/abs/1406.1078",
    gates: &[
        (
            "r",
            "reset gate: how much of the old memory the candidate sees",
        ),
        ("z", "update gate: how much of the old memory stays"),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "torch.nn.GRU; onnxruntime (reset before)",
};
