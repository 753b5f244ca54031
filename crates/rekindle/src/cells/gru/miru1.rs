//! The minion recurrent unit, first form: A. M. Zyarah and D. Kudithipudi, *Minion gated recurrent
//! unit for continual learning* (2025), <https://arxiv.org/abs/2503.06175>.
//!
//! ```text
//! r_t = σ(W_r x_t + U_r h_{t-1} + b_r)                      reset gate
//! h̃_t = tanh(W_h x_t + U_h (r_t * h_{t-1}) + b_h)           candidate
//! h_t = λ h_{t-1} + (1 - λ) h̃_t                             a constant in place of the update gate
//! ```
//!
//! A GRU with one gate less. The candidate is called `n`.

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn miru1(k: &Step, update: f64) -> Next {
    let h = k.state("h");
    let r = sigmoid(k.affine("r", h));
    let n = tanh(k.affine("n", r * h));
    k.next(update * h + (1.0 - update) * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Miru1: 1
}

crate::cell_config! {
    /// Configuration of [`Miru1`].
    pub struct Miru1Config: Miru1 {
        /// `λ`: the share of the old memory that stays at every step.
        update: f64 = 0.5,
    }
    equations: |config, k| miru1(k, config.update);
    valid: |config| invalid::share("update", config.update);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "miru1",
    title: "Minion recurrent unit, MiRU1",
    authors: "Zyarah & Kudithipudi",
    year: 2025,
    url: "https://arxiv.org/abs/2503.06175",
    gates: &[
        (
            "r",
            "reset gate: how much of the old memory the candidate sees",
        ),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
