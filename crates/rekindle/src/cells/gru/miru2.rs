//! The minion recurrent unit, second form: A. M. Zyarah and D. Kudithipudi, *Minion gated recurrent
//! unit for continual learning* (2025), <https://arxiv.org/abs/2503.06175>.
//!
//! ```text
//! h̃_t = tanh(W x_t + U (β h_{t-1}) + b)                     candidate
//! h_t = λ h_{t-1} + (1 - λ) h̃_t
//! ```
//!
//! A GRU with constants in place of both gates.

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, tanh};

fn miru2(k: &Step, update: f64, reset: f64) -> Next {
    let h = k.state("h");
    let n = tanh(k.affine("n", reset * h));
    k.next(update * h + (1.0 - update) * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Miru2: 1
}

crate::cell_config! {
    /// Configuration of [`Miru2`].
    pub struct Miru2Config: Miru2 {
        /// `λ`: the share of the old memory that stays at every step.
        update: f64 = 0.5,
        /// `β`: the share of the old memory that the candidate sees.
        reset: f64 = 0.5,
    }
    equations: |config, k| miru2(k, config.update, config.reset);
    valid: |config| {
        invalid::share("update", config.update)?;
        invalid::share("reset", config.reset)
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "miru2",
    title: "Minion recurrent unit, MiRU2",
    authors: "Zyarah & Kudithipudi",
    year: 2025,
    url: "https://arxiv.org/abs/2503.06175",
    gates: &[("n", "candidate: what could replace the memory")],
    oracle: "torchrecurrent 0.2.5",
};
