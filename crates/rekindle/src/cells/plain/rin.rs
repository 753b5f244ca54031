//! The recurrent identity network: Y. Hu, A. Huber, J. Anumula and S.-C. Liu, *Overcoming the
//! vanishing gradient problem in plain recurrent networks* (2018),
//! <https://arxiv.org/abs/1801.06105>.
//!
//! ```text
//! h_t = relu(W x_t + (U + I) h_{t-1} + b)
//! ```
//!
//! A network without gates that learns how the memory changes, and not what it is. `U` begins at a
//! hundredth of what the scheme draws, so that a new network remembers.

use crate::card::Card;
use rekindle_engine::{Next, Step, relu};

fn rin(k: &Step) -> Next {
    let h = k.state("h");
    k.next(relu(k.affine("h", h) + h))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Rin: 1
}

crate::cell_config! {
    /// Configuration of [`Rin`].
    pub struct RinConfig: Rin {}
    equations: |_, k| rin(k);
    begin: |_, gates, _| gates.with_hidden_scaled(0.01);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "rin",
    title: "Recurrent identity network",
    authors: "Hu et al.",
    year: 2018,
    url: "https://arxiv.org/abs/1801.06105",
    gates: &[("h", "what is added to the memory")],
    oracle: "float64 code written from the paper",
};
