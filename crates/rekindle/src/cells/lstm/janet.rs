//! The LSTM that keeps nothing but its forget gate: J. van der Westhuizen and J. Lasenby, *The
//! Unreasonable Effectiveness of the Forget Gate* (2018), <https://arxiv.org/abs/1804.04849>.
//!
//! ```text
//! s_t = U_f h_{t-1} + W_f x_t + b_f
//! c̃_t = tanh(U_c h_{t-1} + W_c x_t + b_c)                   candidate
//! c_t = σ(s_t) * c_{t-1} + (1 - σ(s_t - β)) * c̃_t           β lets a little more in than goes out
//! h_t = c_t
//! ```
//!
//! The two states are one and the same, and one here. `β` is a number, 1, and not learned;
//! torchrecurrent learns it. The paper needs the biases of `chrono`, with which the gate begins
//! open for as long as dependencies are expected to last.

use crate::card::Card;
use crate::init;
use crate::invalid::{self, Invalid};
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn janet(k: &Step, beta: f64) -> Next {
    let h = k.state("h");
    let [f, c] = k.affine(["f", "c"], h);
    k.next(sigmoid(f) * h + (1.0 - sigmoid(f - beta)) * tanh(c))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Janet: 1
}

crate::cell_config! {
    /// Configuration of [`Janet`].
    pub struct JanetConfig: Janet {
        /// How much further the gate is open to the candidate than closed to the memory.
        beta: f64 = 1.0,
        /// The longest dependency expected, in steps: `b_f = ln u` at the start, with `u` uniform in
        /// [1, chrono - 1] (Tallec & Ollivier 2018, <https://arxiv.org/abs/1804.11188>). Without it, 1
        /// is added to the bias.
        #[serde(skip_serializing_if = "Option::is_none")]
        chrono: Option<usize> = None,
    }
    equations: |config, k| janet(k, config.beta);
    valid: |config| {
        invalid::finite("beta", config.beta)?;
        match (config.chrono, config.bias) {
            (Some(t), false) => Err(Invalid::new("chrono", t, "left out where bias = false")),
            (Some(t), true) => invalid::chrono("chrono", t),
            (None, _) => Ok(()),
        }
    };
    begin: |config, gates, device| {
        let b_f = match config.chrono {
            Some(longest) => init::chrono(longest, config.d_hidden, device),
            None => Tensor::full([1], config.init.forget_bias(), device),
        };
        gates.with_bias("f", b_f)
    };
    forms: |usual| vec![
        JanetConfig { chrono: Some(16), ..usual.clone() },
        JanetConfig { bias: false, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "janet",
    title: "JANET: just another network",
    authors: "van der Westhuizen & Lasenby",
    year: 2018,
    url: "https://arxiv.org/abs/1804.04849",
    gates: &[
        ("f", "forget gate: how much of the old memory stays"),
        ("c", "candidate: what could be written"),
    ],
    oracle: "torchrecurrent 0.2.5, with its beta held at 1",
};
