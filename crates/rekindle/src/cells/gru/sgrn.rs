//! The simple gated recurrent network: X. Zu and K. Wei, *A simple gated recurrent network for
//! detection of power quality disturbances*, IET Generation, Transmission & Distribution 15 (2021),
//! <https://doi.org/10.1049/gtd2.12056>.
//!
//! ```text
//! a_t = W x_t + b                                           the input, as the memory can hold it
//! f_t = σ(a_t + U h_{t-1} + d)                              forget gate
//! h_t = tanh((1 - f_t) * a_t + f_t * h_{t-1})
//! ```
//!
//! The gate and the candidate share the one product of the input.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn sgrn(k: &Step) -> Next {
    let h = k.state("h");
    let a = k.input("a");
    let f = sigmoid(a + k.hidden("f", h));
    k.next(tanh((1.0 - f) * a + f * h))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Sgrn: 1
}

crate::cell_config! {
    /// Configuration of [`Sgrn`].
    pub struct SgrnConfig: Sgrn {}
    equations: |_, k| sgrn(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "sgrn",
    title: "Simple gated recurrent network",
    authors: "Zu & Wei",
    year: 2021,
    url: "https://doi.org/10.1049/gtd2.12056",
    gates: &[("a", "the input, which is written and opens the gate")],
    oracle: "torchrecurrent 0.2.5",
};
