//! The hierarchically gated recurrent network, HGRN: Z. Qin, S. Yang and Y. Zhong, *Hierarchically
//! Gated Recurrent Neural Network for Sequence Modeling* (2023),
//! <https://arxiv.org/abs/2311.04823>.
//!
//! ```text
//! λ_t = γ + (1 - γ) σ(W_λ x_t + b_λ)                        forget gate, never below γ
//! i_t = silu(W_i x_t + b_i)                                 candidate
//! g_t = σ(W_g x_t + b_g)                                    output gate
//! h_t = λ_t * h_{t-1} + (1 - λ_t) * i_t
//! y_t = g_t * h_t                                           the output
//! ```
//!
//! `γ` grows from layer to layer in the paper, so that upper layers remember longer; here it is the
//! key `lower_bound`, the same for all layers. The recurrence is real, as in the library
//! flash-linear-attention; the paper's rotates by a learned angle, and normalises before the output
//! gate.

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, sigmoid, silu};

fn hgrn(k: &Step, lower_bound: f64) -> Next {
    let [_y, h] = k.state(["y", "h"]);
    let lambda = lower_bound + (1.0 - lower_bound) * sigmoid(k.input("lambda"));
    let i = silu(k.input("i"));
    let g = sigmoid(k.input("g"));
    let h = lambda * h + (1.0 - lambda) * i;
    k.next([g * h, h])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Hgrn: 2
}

crate::cell_config! {
    /// Configuration of [`Hgrn`].
    pub struct HgrnConfig: Hgrn {
        /// `γ`: the least share of the old memory that stays.
        lower_bound: f64 = 0.0,
    }
    equations: |config, k| hgrn(k, config.lower_bound);
    valid: |config| invalid::share("lower_bound", config.lower_bound);
    forms: |usual| vec![HgrnConfig { lower_bound: 0.5, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "hgrn",
    title: "Hierarchically gated recurrent network",
    authors: "Qin et al.",
    year: 2023,
    url: "https://arxiv.org/abs/2311.04823",
    gates: &[
        ("lambda", "forget gate: how much of the old memory stays"),
        ("i", "candidate: what could be written"),
        ("g", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper",
};
