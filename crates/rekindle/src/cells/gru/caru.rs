//! The content-adaptive recurrent unit: K.-H. Chan, W. Ke and S.-K. Im, *CARU: A Content-Adaptive
//! Recurrent Unit for the Transition of Hidden State in NLP*, ICONIP (2020),
//! <https://doi.org/10.1007/978-3-030-63830-6_58>.
//!
//! ```text
//! x_t = W_vn v_t + b_vn                                     the input v_t, as the memory can hold it
//! n_t = tanh(W_hn h_{t-1} + b_hn + x_t)                     candidate
//! z_t = σ(W_hz h_{t-1} + b_hz + W_vz v_t + b_vz)            update gate
//! l_t = σ(x_t) * z_t                                        content-adaptive gate
//! h_t = (1 - l_t) * h_{t-1} + l_t * n_t
//! ```
//!
//! A word of little content changes the memory little, whatever the memory says. The authors' code
//! begins a sequence with `h_1 = tanh(x_1)`; here it begins with a memory of zeros, as everywhere.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn caru(k: &Step) -> Next {
    let h = k.state("h");
    let x = k.input("n");
    let n = tanh(k.hidden("n", h) + x);
    let z = sigmoid(k.affine("z", h));
    let l = sigmoid(x) * z;
    k.next((1.0 - l) * h + l * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Caru: 1
}

crate::cell_config! {
    /// Configuration of [`Caru`].
    pub struct CaruConfig: Caru {}
    equations: |_, k| caru(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "caru",
    title: "Content-adaptive recurrent unit",
    authors: "Chan et al.",
    year: 2020,
    url: "https://doi.org/10.1007/978-3-030-63830-6_58",
    gates: &[
        (
            "n",
            "the input, which is written and says how much it matters",
        ),
        ("z", "update gate: how much of the memory is replaced"),
    ],
    oracle: "float64 code written from the paper",
};
