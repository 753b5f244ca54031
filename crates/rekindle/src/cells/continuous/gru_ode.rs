//! The GRU in continuous time, by steps of Euler's method: E. De Brouwer, J. Simm, A. Arany and Y.
//! Moreau, *GRU-ODE-Bayes: Continuous modeling of sporadically-observed time series* (2019),
//! <https://arxiv.org/abs/1905.12374>.
//!
//! ```text
//! r = σ(W_r x_t + U_r h + b_r)                              reset gate
//! z = σ(W_z x_t + U_z h + b_z)                              update gate
//! g = tanh(W_h x_t + U_h (r * h) + b_h)                     candidate
//! dh/dt = (1 - z) * (g - h)                                 in the paper
//! h_t = h_{t-1} + Δt (1 - z) * (g - h_{t-1})                here
//! ```
//!
//! The memory never leaves [-1, 1] once it is there, and changes slowly. With `Δt = 1` it is a GRU.
//! The candidate is called `n`.

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn gru_ode(k: &Step, dt: f64) -> Next {
    let h = k.state("h");
    let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
    let n = tanh(k.affine("n", r * h));
    k.next(h + dt * (1.0 - z) * (n - h))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct GruOde: 1
}

crate::cell_config! {
    /// Configuration of [`GruOde`].
    pub struct GruOdeConfig: GruOde {
        /// `Δt`: the step in time. The paper chooses it for each task.
        dt: f64 = 0.1,
    }
    equations: |config, k| gru_ode(k, config.dt);
    valid: |config| invalid::step_size("dt", config.dt);
    forms: |usual| vec![GruOdeConfig { dt: 1.0, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "gru_ode",
    title: "GRU-ODE, by Euler's method",
    authors: "De Brouwer et al.",
    year: 2019,
    url: "https://arxiv.org/abs/1905.12374",
    gates: &[
        (
            "r",
            "reset gate: how much of the old memory the candidate sees",
        ),
        ("z", "update gate: how slowly the memory changes"),
        ("n", "candidate: what the memory is drawn to"),
    ],
    oracle: "float64 code written from the paper",
};
