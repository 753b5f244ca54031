//! The third mutation of the GRU: R. Jozefowicz, W. Zaremba and I. Sutskever, *An Empirical
//! Exploration of Recurrent Network Architectures*, ICML (2015),
//! <https://proceedings.mlr.press/v37/jozefowicz15.html>.
//!
//! ```text
//! z_t = σ(W_xz x_t + W_hz tanh(h_{t-1}) + b_z)              update gate, which sees the memory squashed
//! r_t = σ(W_xr x_t + W_hr h_{t-1} + b_r)                    reset gate
//! h_t = tanh(W_hh (r_t * h_{t-1}) + W_xh x_t + b_h) * z_t + h_{t-1} * (1 - z_t)
//! ```
//!
//! One of the three cells that came out best of a search over ten thousand architectures. The
//! candidate's block is called `n`.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn mut3(k: &Step) -> Next {
    let h = k.state("h");
    let z = sigmoid(k.affine("z", tanh(h)));
    let r = sigmoid(k.affine("r", h));
    let n = tanh(k.affine("n", r * h));
    k.next(n * z + h * (1.0 - z))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Mut3: 1
}

crate::cell_config! {
    /// Configuration of [`Mut3`].
    pub struct Mut3Config: Mut3 {}
    equations: |_, k| mut3(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mut3",
    title: "Mutated GRU, MUT3",
    authors: "Jozefowicz et al.",
    year: 2015,
    url: "https://proceedings.mlr.press/v37/jozefowicz15.html",
    gates: &[
        ("z", "update gate: how much of the memory is replaced"),
        (
            "r",
            "reset gate: how much of the old memory the candidate sees",
        ),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
