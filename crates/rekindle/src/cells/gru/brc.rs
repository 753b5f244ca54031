//! The bistable recurrent cell: N. Vecoven, D. Ernst and G. Drion, *A Bio-inspired Bistable
//! Recurrent Cell Allows for Long-lasting Memory*, PLOS ONE 16 (2021),
//! <https://doi.org/10.1371/journal.pone.0252676>.
//!
//! ```text
//! a_t = 1 + tanh(U_a x_t + w_a * h_{t-1})                   feedback of a unit on itself, in (0, 2)
//! c_t = σ(U_c x_t + w_c * h_{t-1})                          update gate
//! h_t = c_t * h_{t-1} + (1 - c_t) * tanh(U x_t + a_t * h_{t-1})
//! ```
//!
//! Where `a` is above 1 a unit has two resting points and keeps a bit forever. `w` are vectors:
//! units do not see each other within a layer. Input blocks have biases, as in torchrecurrent; the
//! paper has none.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn brc(k: &Step) -> Next {
    let h = k.state("h");
    let [a, c, g] = k.input(["a", "c", "h"]);
    let [w_a, w_c] = k.vector(["w_a", "w_c"]);
    let a = 1.0 + tanh(a + w_a * h);
    let c = sigmoid(c + w_c * h);
    k.next(c * h + (1.0 - c) * tanh(g + a * h))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Brc: 1
}

crate::cell_config! {
    /// Configuration of [`Brc`].
    pub struct BrcConfig: Brc {}
    equations: |_, k| brc(k);
    begin: |config, gates, device| {
        gates.with_bias("c", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "brc",
    title: "Bistable recurrent cell",
    authors: "Vecoven et al.",
    year: 2021,
    url: "https://doi.org/10.1371/journal.pone.0252676",
    gates: &[
        (
            "a",
            "feedback: how strongly a unit excites itself; above 1 it has two resting points",
        ),
        ("c", "update gate: how much of the old memory stays"),
        ("h", "candidate: the input to the unit"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
