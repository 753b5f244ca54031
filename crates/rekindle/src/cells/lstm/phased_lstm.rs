//! The LSTM whose units open by a clock: D. Neil, M. Pfeiffer and S.-C. Liu, *Phased LSTM: Accelerating
//! Recurrent Network Training for Long or Event-based Sequences* (2016),
//! <https://arxiv.org/abs/1610.09513>.
//!
//! ```text
//! φ_t = ((t - s) mod τ) / τ                                 phase of a unit, of period τ and shift s
//! k_t = 2 φ_t / r        where φ_t < r / 2                  time gate: it opens,
//!       2 - 2 φ_t / r    where r / 2 < φ_t < r              closes,
//!       α φ_t            elsewhere                          and leaks a little
//! c̃_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)
//! c_t = k_t * c̃_t + (1 - k_t) * c_{t-1}                     a closed unit keeps its memory
//! h̃_t = o_t * tanh(c̃_t)
//! h_t = k_t * h̃_t + (1 - k_t) * h_{t-1}                     and its output
//! ```
//!
//! `i`, `f` and `o` are the gates of an LSTM with peepholes. Time is counted in steps, by the state
//! `t`, the same for all units; the paper's is a time stamp of each input. `ln τ` begins uniform in
//! [0, 3] and `s` in [0, τ], as in the paper; stored is by how much `ln τ` is above the middle of that
//! range, 1.5. The paper closes the leak, `α`, after training; here it stays what it is.

use crate::card::Card;
use crate::invalid::{self, Invalid};
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, exp, floor, min, sigmoid, tanh};

/// `ln τ` begins uniform between 0 and twice this.
const MIDDLE: f64 = 1.5;

fn phased_lstm(k: &Step, open: f64, leak: f64) -> Next {
    let [h, c, t] = k.state(["h", "c", "t"]);
    let [tau, s] = k.vector(["tau", "s"]);
    let t = t + 1.0;
    let turns = (t - s) / exp(tau + MIDDLE);
    let phase = turns - floor(turns);
    let share = phase / open;
    let closed = min(floor(share), k.constant(1.0));
    let gate = (1.0 - closed) * min(2.0 * share, 2.0 - 2.0 * share) + closed * leak * phase;

    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let [p_i, p_f, p_o] = k.vector(["p_i", "p_f", "p_o"]);
    let c_new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g);
    let h_new = sigmoid(o + p_o * c_new) * tanh(c_new);
    k.next([
        gate * h_new + (1.0 - gate) * h,
        gate * c_new + (1.0 - gate) * c,
        t,
    ])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct PhasedLstm: 3
}

crate::cell_config! {
    /// Configuration of [`PhasedLstm`].
    pub struct PhasedLstmConfig: PhasedLstm {
        /// `r`: for how much of its period a unit is open.
        open: f64 = 0.05,
        /// `α`: how much a closed unit leaks.
        leak: f64 = 0.001,
    }
    equations: |config, k| phased_lstm(k, config.open, config.leak);
    valid: |config| {
        invalid::share("leak", config.leak)?;
        match config.open > 0.0 && config.open <= 1.0 {
            true => Ok(()),
            false => Err(Invalid::new("open", config.open, "greater than 0 and at most 1")),
        }
    };
    begin: |config, gates, device| {
        let uniform = |least, most| {
            let range = Distribution::Uniform(least, most);
            Tensor::<1>::random([config.d_hidden], range, device)
        };
        let tau = uniform(-MIDDLE, MIDDLE);
        let period = (tau.clone() + MIDDLE).exp();
        gates
            .with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
            .with_vector("s", uniform(0.0, 1.0) * period)
            .with_vector("tau", tau)
    };
    forms: |usual| vec![PhasedLstmConfig { open: 0.5, leak: 0.1, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "phased_lstm",
    title: "Phased LSTM",
    authors: "Neil et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1610.09513",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper",
};
