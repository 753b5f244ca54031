//! minLSTM: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, *Were RNNs All We
//! Needed?* (2024), <https://arxiv.org/abs/2410.01201>.
//!
//! ```text
//! f_t = σ(W_f x_t + b_f),  i_t = σ(W_i x_t + b_i)           gates
//! f'_t = f_t / (f_t + i_t),  i'_t = i_t / (f_t + i_t)       which share one unit of weight:
//!      = σ(ln f_t - ln i_t)       = 1 - f'_t
//! h̃_t = W_h x_t + b_h                                       candidate
//! h_t = f'_t * h_{t-1} + i'_t * h̃_t
//! ```
//!
//! An LSTM whose gates do not see the memory, and which shows all of it. `candidate = "positive"`
//! is the form that the paper computes in log space (appendix B): the candidate goes through
//! `g(x)`, `x + 1/2` where `x` is positive and `σ(x)` elsewhere. The candidate is called `n`.

use super::candidate::Candidate;
use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, softplus};

fn minlstm(k: &Step, candidate: Candidate) -> Next {
    let h = k.state("h");
    // ln σ(a), which is a number where σ(a) is none but 0.
    let [f, i] = k.input(["f", "i"]).map(|a| -softplus(-a));
    let n = candidate.of(k.input("n"));
    let f = sigmoid(f - i);
    k.next(f * h + (1.0 - f) * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MinLstm: 1
}

crate::cell_config! {
    /// Configuration of [`MinLstm`].
    pub struct MinLstmConfig: MinLstm {
        /// What becomes of the candidate: `linear`, nothing, or `positive`.
        candidate: Candidate = Candidate::Linear,
    }
    equations: |config, k| minlstm(k, config.candidate);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![MinLstmConfig { candidate: Candidate::Positive, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "minlstm",
    title: "Minimal LSTM for parallel training",
    authors: "Feng et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2410.01201",
    gates: &[
        (
            "f",
            "forget gate: how much of the old memory stays, against `i`",
        ),
        (
            "i",
            "input gate: how much of the candidate is written, against `f`",
        ),
        ("n", "candidate: what could be written"),
    ],
    oracle: "float64 code written from the paper",
};
