//! The network with an orthogonal matrix by the scaled Cayley transform: K. Helfrich, D. Willmott and Q. Ye,
//! *Orthogonal Recurrent Neural Networks with Scaled Cayley Transform* (2017), <https://arxiv.org/abs/1707.09520>.
//!
//! ```text
//! h_t = modReLU(W h_{t-1} + V x_t; b)
//! W = (I + A)⁻¹ (I - A) D                                   A = M - Mᵀ, D diagonal, ±1
//! modReLU(z; b) = sign(z) max(|z| + b, 0)
//! ```
//!
//! Without `D` the transform reaches no matrix with an eigenvalue of -1; with it, every orthogonal one. `M` is stored, and
//! becomes `W` once a sequence. It begins as every recurrent matrix does, and not with the angles that the paper
//! draws. How many of `D` are -1 is chosen for each task in the paper.

use super::mod_relu::mod_relu;
use crate::card::Card;
use crate::invalid;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step};

fn sco_rnn(k: &Step) -> Next {
    let h = k.state("h");
    let z = k.plain_hidden("h", h) + k.plain_input("h");
    k.next(mod_relu(z, k.vector("b")))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct ScoRnn: 1
}

crate::cell_config! {
    /// Configuration of [`ScoRnn`].
    pub struct ScoRnnConfig: ScoRnn {
        /// The share of `D` that is -1, rounded down.
        negative: f64 = 0.5,
    }
    equations: |_, k| sco_rnn(k);
    structure: |config| {
        let negative = (config.negative * config.d_hidden as f64) as usize;
        Structure::of("h", Map::Cayley { negative })
    };
    valid: |config| invalid::share("negative", config.negative);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "sco_rnn",
    title: "RNN with an orthogonal matrix, by the scaled Cayley transform",
    authors: "Helfrich et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1707.09520",
    gates: &[("h", "what the input adds to the turned memory")],
    oracle: "float64 code written from the paper",
};
