//! LSTMs whose gates do not see the input: A. Akandeh and F. M. Salem, *Simplified Long Short-term
//! Memory Recurrent Neural Networks: part I* (2017), <https://arxiv.org/abs/1707.04619>.
//!
//! ```text
//! i_t = σ(U_i h_{t-1} + b_i), and so f_t and o_t            variant = 1
//! i_t = σ(U_i h_{t-1})                                      variant = 2
//! i_t = σ(b_i)                                              variant = 3
//! i_t = σ(u_i * h_{t-1})                                    variant = 4
//! i_t = σ(u_i * h_{t-1} + b_i)                              variant = 5
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! The paper calls them LSTM1 to LSTM5. `u` are vectors. Where a gate has neither a matrix nor a
//! vector, its bias is a learned vector, as in variants 3 and 5; without biases variant 5 is 4, and
//! variant 3 cannot be.

use crate::card::Card;
use crate::invalid::Invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, Var, sigmoid, tanh};

fn slim_lstm(k: &Step, variant: u8, bias: bool) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let gate = |name: &str| -> Var {
        let (u, b) = (format!("u_{name}"), format!("b_{name}"));
        match variant {
            1 => k.hidden(name, h),
            2 => k.plain_hidden(name, h),
            3 => k.vector(b.as_str()),
            5 if bias => k.vector(u.as_str()) * h + k.vector(b.as_str()),
            _ => k.vector(u.as_str()) * h,
        }
    };
    let [i, f] = ["i", "f"].map(gate);
    let g = k.affine("g", h);
    let o = gate("o");
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct SlimLstm: 2
}

crate::cell_config! {
    /// Configuration of [`SlimLstm`].
    pub struct SlimLstmConfig: SlimLstm {
        /// What the gates are made of: 1, memory and bias; 2, memory; 3, bias; 4, each its own unit's
        /// memory; 5, that and bias.
        variant: u8 = 1,
    }
    equations: |config, k| slim_lstm(k, config.variant, config.bias);
    valid: |config| match (config.variant, config.bias) {
        (3, false) => Err(Invalid::because("variant", "3 has biases only: it needs bias = true")),
        (1..=5, _) => Ok(()),
        (variant, _) => Err(Invalid::new("variant", variant, "from 1 to 5")),
    };
    begin: |config, gates, device| {
        let forget_bias = Tensor::full([1], config.init.forget_bias(), device);
        match config.variant {
            1 => gates.with_hidden_bias("f", forget_bias),
            3 | 5 if config.bias => gates.with_vector("b_f", forget_bias),
            _ => gates,
        }
    };
    forms: |usual| vec![
        SlimLstmConfig { variant: 2, ..usual.clone() },
        SlimLstmConfig { variant: 3, ..usual.clone() },
        SlimLstmConfig { variant: 4, bias: false, ..usual.clone() },
        SlimLstmConfig { variant: 5, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "slim_lstm",
    title: "Slim LSTM, LSTM1 to LSTM5",
    authors: "Akandeh & Salem",
    year: 2017,
    url: "https://arxiv.org/abs/1707.04619",
    gates: &[("g", "candidate: what could be written")],
    oracle: "float64 code written from the paper",
};
