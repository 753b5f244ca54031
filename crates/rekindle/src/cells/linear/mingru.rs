//! minGRU: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, *Were RNNs All We
//! Needed?* (2024), <https://arxiv.org/abs/2410.01201>.
//!
//! ```text
//! z_t = σ(W_z x_t + b_z)                                    gate
//! h̃_t = W_h x_t + b_h                                       candidate
//! h_t = (1 - z_t) * h_{t-1} + z_t * h̃_t
//! ```
//!
//! A GRU whose gate and candidate do not see the memory. `candidate = "positive"` is the form that
//! the paper computes in log space (appendix B): the candidate goes through `g(x)`, `x + 1/2` where
//! `x` is positive and `σ(x)` elsewhere. The candidate is called `n`.

use super::candidate::Candidate;
use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid};

fn mingru(k: &Step, candidate: Candidate) -> Next {
    let h = k.state("h");
    let z = sigmoid(k.input("z"));
    let n = candidate.of(k.input("n"));
    k.next((1.0 - z) * h + z * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MinGru: 1
}

crate::cell_config! {
    /// Configuration of [`MinGru`].
    pub struct MinGruConfig: MinGru {
        /// What becomes of the candidate: `linear`, nothing, or `positive`.
        candidate: Candidate = Candidate::Linear,
    }
    equations: |config, k| mingru(k, config.candidate);
    forms: |usual| vec![MinGruConfig { candidate: Candidate::Positive, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mingru",
    title: "Minimal GRU for parallel training",
    authors: "Feng et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2410.01201",
    gates: &[
        ("z", "gate: how much of the memory is replaced"),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "float64 code written from the paper",
};
