//! The LSTM whose input has momentum: T. M. Nguyen, R. G. Baraniuk, A. L. Bertozzi, S. J. Osher and B.
//! Wang, *MomentumRNN: Integrating Momentum into Recurrent Neural Networks* (2020),
//! <https://arxiv.org/abs/2006.06919>.
//!
//! ```text
//! v_t = μ v_{t-1} + ε W x_t                                 velocity, of all four blocks
//! [i_t, f_t, o_t] = σ(v_t + U h_{t-1} + b)                  gates
//! c_t = f_t * c_{t-1} + i_t * tanh(v_t + U_g h_{t-1} + b_g)
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! A step of a network is like one of gradient descent, and momentum speeds up both. The velocities
//! are the states `v_i`, `v_f`, `v_g` and `v_o`. `W` has no bias, and `U` one. The paper searches `μ`
//! and `ε` for each task.

use crate::card::Card;
use crate::invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn momentum_lstm(k: &Step, momentum: f64, step: f64) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let v = k.state(["v_i", "v_f", "v_g", "v_o"]);
    let w = k.plain_input(["i", "f", "g", "o"]);
    let u = k.hidden(["i", "f", "g", "o"], h);
    let v: [_; 4] = std::array::from_fn(|gate| momentum * v[gate] + step * w[gate]);
    let [i, f, g, o] = std::array::from_fn(|gate| v[gate] + u[gate]);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    let h = sigmoid(o) * tanh(c);
    k.next([h, c, v[0], v[1], v[2], v[3]])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MomentumLstm: 6
}

crate::cell_config! {
    /// Configuration of [`MomentumLstm`].
    pub struct MomentumLstmConfig: MomentumLstm {
        /// `μ`: how much of the velocity stays at a step.
        momentum: f64 = 0.6,
        /// `ε`: how much of the input is added to it.
        step: f64 = 0.6,
    }
    equations: |config, k| momentum_lstm(k, config.momentum, config.step);
    valid: |config| {
        invalid::rate("momentum", config.momentum)?;
        invalid::finite("step", config.step)
    };
    begin: |config, gates, device| {
        gates.with_hidden_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![MomentumLstmConfig { momentum: 0.3, step: 1.0, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "momentum_lstm",
    title: "MomentumLSTM",
    authors: "Nguyen et al.",
    year: 2020,
    url: "https://arxiv.org/abs/2006.06919",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper; torch.nn.LSTM without momentum",
};
