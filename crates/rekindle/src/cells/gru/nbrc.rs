//! The recurrently neuromodulated bistable recurrent cell: N. Vecoven, D. Ernst and G. Drion, *A
//! Bio-inspired Bistable Recurrent Cell Allows for Long-lasting Memory*, PLOS ONE 16 (2021),
//! <https://doi.org/10.1371/journal.pone.0252676>.
//!
//! ```text
//! a_t = 1 + tanh(U_a x_t + W_a h_{t-1})                     feedback of a unit on itself, in (0, 2)
//! c_t = σ(U_c x_t + W_c h_{t-1})                            update gate
//! h_t = c_t * h_{t-1} + (1 - c_t) * tanh(U x_t + a_t * h_{t-1})
//! ```
//!
//! The bistable cell whose feedback and gate see all units. Blocks have biases, as in
//! torchrecurrent; the paper has none.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn nbrc(k: &Step) -> Next {
    let h = k.state("h");
    let [a, c] = k.affine(["a", "c"], h);
    let (a, c) = (1.0 + tanh(a), sigmoid(c));
    k.next(c * h + (1.0 - c) * tanh(k.input("h") + a * h))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Nbrc: 1
}

crate::cell_config! {
    /// Configuration of [`Nbrc`].
    pub struct NbrcConfig: Nbrc {}
    equations: |_, k| nbrc(k);
    begin: |config, gates, device| {
        gates.with_bias("c", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "nbrc",
    title: "Recurrently neuromodulated bistable cell",
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
