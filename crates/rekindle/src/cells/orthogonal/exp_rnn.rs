//! The network with a rotation by the exponential: M. Lezcano-Casado and D. Martínez-Rubio, *Cheap Orthogonal
//! Constraints in Neural Networks: A Simple Parametrization of the Orthogonal and Unitary Group* (2019),
//! <https://arxiv.org/abs/1901.08428>.
//!
//! ```text
//! h_t = modReLU(exp(A) h_{t-1} + V x_t; b)                  A = M - Mᵀ
//! modReLU(z; b) = sign(z) max(|z| + b, 0)
//! ```
//!
//! The exponential of a skew-symmetric matrix is a rotation: the memory turns, and keeps its length. `M` is stored, and
//! becomes `exp(A)` once a sequence. It begins as every recurrent matrix does, and not with the angles that
//! the paper draws.

use super::mod_relu::mod_relu;
use crate::card::Card;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step};

fn exp_rnn(k: &Step) -> Next {
    let h = k.state("h");
    let z = k.plain_hidden("h", h) + k.plain_input("h");
    k.next(mod_relu(z, k.vector("b")))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct ExpRnn: 1
}

crate::cell_config! {
    /// Configuration of [`ExpRnn`].
    pub struct ExpRnnConfig: ExpRnn {}
    equations: |_, k| exp_rnn(k);
    structure: |_| Structure::of("h", Map::Exponential);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "exp_rnn",
    title: "RNN with a rotation, by the exponential",
    authors: "Lezcano-Casado & Martínez-Rubio",
    year: 2019,
    url: "https://arxiv.org/abs/1901.08428",
    gates: &[("h", "what the input adds to the turned memory")],
    oracle: "float64 code written from the paper",
};
