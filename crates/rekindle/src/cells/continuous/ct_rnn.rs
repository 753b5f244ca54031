//! The continuous-time network, by steps of Euler's method: K. Funahashi and Y. Nakamura,
//! *Approximation of Dynamical Systems by Continuous Time Recurrent Neural Networks*, Neural
//! Networks 6 (1993), <https://doi.org/10.1016/S0893-6080(05)80125-X>.
//!
//! ```text
//! τ du/dt = -u + U φ(u) + W x + b                           in the paper
//! u_t = (1 - α) u_{t-1} + α (U φ(u_{t-1}) + W x_t + b)      here, with α = Δt / τ
//! r_t = φ(u_t)                                              the output: firing rates
//! ```
//!
//! The leaky network of neuroscience, where `u` are currents and `r` rates. `φ` is the logistic
//! function, as in the paper; `relu` and `tanh` are usual as well. With `α = 1` it is an Elman
//! network.

use crate::activation::Activation;
use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step};

fn ct_rnn(k: &Step, alpha: f64, activation: Activation) -> Next {
    let [_r, u] = k.state(["r", "u"]);
    let u = (1.0 - alpha) * u + alpha * k.affine("u", activation.of(u));
    k.next([activation.of(u), u])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct CtRnn: 2
}

crate::cell_config! {
    /// Configuration of [`CtRnn`].
    pub struct CtRnnConfig: CtRnn {
        /// `α`: the step in time, as a share of the time constant.
        alpha: f64 = 0.1,
        /// `φ`: `sigmoid`, as in the paper, or another.
        activation: Activation = Activation::Sigmoid,
    }
    equations: |config, k| ct_rnn(k, config.alpha, config.activation);
    valid: |config| invalid::step_size("alpha", config.alpha);
    forms: |usual| vec![
        CtRnnConfig { alpha: 0.5, activation: Activation::Tanh, bias: false, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "ct_rnn",
    title: "Continuous-time RNN, by Euler's method",
    authors: "Funahashi & Nakamura",
    year: 1993,
    url: "https://doi.org/10.1016/S0893-6080(05)80125-X",
    gates: &[(
        "u",
        "what drives every unit: the input and the other units' rates",
    )],
    oracle: "float64 code written from the paper",
};
