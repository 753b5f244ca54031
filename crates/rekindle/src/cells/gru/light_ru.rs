//! The light recurrent unit: H. Ye, Y. Zhang, H. Liu, X. Li, J. Chang and H. Zheng, *Light Recurrent
//! Unit: Towards an Interpretable Recurrent Neural Network for Modeling Long-Range Dependency*,
//! Electronics 13 (2024), 3204, <https://doi.org/10.3390/electronics13163204>.
//!
//! ```text
//! h̃_t = tanh(W_h x_t)                                       candidate, of the input alone
//! f_t = σ(W_f x_t + U_f h_{t-1} + b_f)                      gate
//! h_t = (1 - f_t) * h_{t-1} + f_t * h̃_t
//! ```
//!
//! One recurrent product of one block. The candidate is called `n`, and has a bias, as in
//! torchrecurrent.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn light_ru(k: &Step) -> Next {
    let h = k.state("h");
    let n = tanh(k.input("n"));
    let f = sigmoid(k.affine("f", h));
    k.next((1.0 - f) * h + f * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct LightRu: 1
}

crate::cell_config! {
    /// Configuration of [`LightRu`].
    pub struct LightRuConfig: LightRu {}
    equations: |_, k| light_ru(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "light_ru",
    title: "Light recurrent unit",
    authors: "Ye et al.",
    year: 2024,
    url: "https://doi.org/10.3390/electronics13163204",
    gates: &[
        ("n", "candidate: what could replace the memory"),
        ("f", "gate: how much of the memory is replaced"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
