//! The network that remembers what it said: M. I. Jordan, *Serial Order: A Parallel Distributed
//! Processing Approach*, ICS Report 8604 (1986),
//! <https://doi.org/10.1016/S0166-4115(97)80111-2> (reprint).
//!
//! ```text
//! s_t = μ s_{t-1} + y_{t-1}                                 state units: a fading trace of the outputs
//! h_t = σ(W x_t + U s_t + b)                                hidden units
//! y_t = σ(V h_t + c)                                        output units
//! ```
//!
//! Where an Elman network hands its hidden units to the next step, this one hands on its outputs;
//! its hidden units are forgotten. Outputs are as many as hidden units here. The state `s` is the
//! trace with the last output already in it.

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, sigmoid};

fn jordan(k: &Step, mu: f64) -> Next {
    let [_y, s] = k.state(["y", "s"]);
    let h = sigmoid(k.affine("h", s));
    let y = sigmoid(k.hidden("y", h));
    k.next([y, mu * s + y])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Jordan: 2
}

crate::cell_config! {
    /// Configuration of [`Jordan`].
    pub struct JordanConfig: Jordan {
        /// `μ`: how much of the trace of the outputs stays at a step.
        mu: f64 = 0.5,
    }
    equations: |config, k| jordan(k, config.mu);
    valid: |config| invalid::rate("mu", config.mu);
    forms: |usual| vec![JordanConfig { mu: 0.3, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "jordan",
    title: "Jordan network",
    authors: "Jordan",
    year: 1986,
    url: "https://doi.org/10.1016/S0166-4115(97)80111-2",
    gates: &[("h", "mixes the new input with the trace of the outputs")],
    oracle: "float64 code written from the paper",
};
