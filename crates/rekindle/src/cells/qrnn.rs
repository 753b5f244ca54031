//! The quasi-recurrent network, QRNN: J. Bradbury, S. Merity, C. Xiong and R. Socher,
//! *Quasi-Recurrent Neural Networks* (2016), <https://arxiv.org/abs/1611.01576>.
//!
//! ```text
//! z_t = tanh(W_z x_t),  f_t = σ(W_f x_t),  o_t = σ(W_o x_t),  i_t = σ(W_i x_t)
//! h_t = f_t * h_{t-1} + (1 - f_t) * z_t                     pooling = "f"
//! c_t = f_t * c_{t-1} + (1 - f_t) * z_t,  h_t = o_t * c_t   pooling = "fo"
//! c_t = f_t * c_{t-1} + i_t * z_t,        h_t = o_t * c_t   pooling = "ifo"
//! ```
//!
//! Gates see inputs only; nothing is multiplied with a matrix from step to step. `W` are
//! convolutions over time in the paper; here they are of width 1. Blocks have biases. Salesforce's
//! code exchanges the sides of `f`. With pooling `f` the two states are the same.

use crate::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};
use serde::{Deserialize, Serialize};

fn qrnn(k: &Step, pooling: Pooling) -> Next {
    let [_h, c] = k.state(["h", "c"]);
    let z = tanh(k.input("z"));
    let f = sigmoid(k.input("f"));
    let o = match pooling {
        Pooling::F => None,
        Pooling::Fo | Pooling::Ifo => Some(sigmoid(k.input("o"))),
    };
    let i = match pooling {
        Pooling::F | Pooling::Fo => 1.0 - f,
        Pooling::Ifo => sigmoid(k.input("i")),
    };
    let c = f * c + i * z;
    k.next([o.map_or(c, |o| o * c), c])
}

/// Which gates the memory has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// A forget gate.
    F,
    /// Forget and output gates.
    #[default]
    Fo,
    /// Forget and output gates, and an input gate of its own.
    Ifo,
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Qrnn: 2
}

crate::cell_config! {
    /// Configuration of [`Qrnn`].
    pub struct QrnnConfig: Qrnn {
        /// Which gates the memory has: `f`, `fo` or `ifo`.
        pooling: Pooling = Pooling::Fo,
    }
    equations: |config, k| qrnn(k, config.pooling);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![
        QrnnConfig { pooling: Pooling::F, bias: false, ..usual.clone() },
        QrnnConfig { pooling: Pooling::Ifo, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "qrnn",
    title: "Quasi-recurrent network",
    authors: "Bradbury et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1611.01576",
    gates: &[
        ("z", "candidate: what could be written"),
        ("f", "forget gate: how much of the old memory stays"),
        (
            "o",
            "output gate, with pooling fo and ifo: how much of the memory is shown",
        ),
        (
            "i",
            "input gate, with pooling ifo: how much of the candidate is written",
        ),
    ],
    oracle: "float64 code written from the paper",
};
