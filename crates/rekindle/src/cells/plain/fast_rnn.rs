//! FastRNN: A. Kusupati et al., *FastGRNN: A Fast, Accurate, Stable and Tiny Kilobyte Sized Gated
//! Recurrent Neural Network* (2018), <https://arxiv.org/abs/1901.02358>.
//!
//! ```text
//! h̃_t = tanh(W x_t + U h_{t-1} + b)
//! h_t = α h̃_t + β h_{t-1}                                   two numbers, learned for all units alike
//! ```
//!
//! An Elman network with a residual connection through time, which is all it takes to train it
//! stably. `α` and `β` are kept in (0, 1) by a sigmoid of what is stored, which begins at -3 and 3
//! in the authors' code: `α` small, `β` near 1. torchrecurrent begins with the two exchanged.

use crate::card::Card;
use crate::invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn fast_rnn(k: &Step) -> Next {
    let h = k.state("h");
    let [alpha, beta] = k.scalar(["alpha", "beta"]).map(sigmoid);
    k.next(alpha * tanh(k.affine("h", h)) + beta * h)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct FastRnn: 1
}

crate::cell_config! {
    /// Configuration of [`FastRnn`].
    pub struct FastRnnConfig: FastRnn {
        /// What `α` begins with, before the sigmoid.
        alpha: f64 = -3.0,
        /// What `β` begins with, before the sigmoid.
        beta: f64 = 3.0,
    }
    equations: |_, k| fast_rnn(k);
    valid: |config| {
        invalid::finite("alpha", config.alpha)?;
        invalid::finite("beta", config.beta)
    };
    begin: |config, gates, device| {
        gates
            .with_vector("alpha", Tensor::full([1], config.alpha, device))
            .with_vector("beta", Tensor::full([1], config.beta, device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "fast_rnn",
    title: "FastRNN",
    authors: "Kusupati et al.",
    year: 2018,
    url: "https://arxiv.org/abs/1901.02358",
    gates: &[("h", "candidate: what is added to the memory")],
    oracle: "torchrecurrent 0.2.5, with alpha_init=-3 and beta_init=3",
};
