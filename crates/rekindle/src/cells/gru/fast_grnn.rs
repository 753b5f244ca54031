//! FastGRNN: A. Kusupati et al., *FastGRNN: A Fast, Accurate, Stable and Tiny Kilobyte Sized Gated
//! Recurrent Neural Network* (2018), <https://arxiv.org/abs/1901.02358>.
//!
//! ```text
//! z_t = σ(W x_t + U h_{t-1} + b_z)                          gate
//! h̃_t = tanh(W x_t + U h_{t-1} + b_h)                       candidate, of the same products
//! h_t = (ζ (1 - z_t) + ν) * h̃_t + z_t * h_{t-1}
//! ```
//!
//! Gate and candidate share both matrices and differ in their biases only, which are vectors here.
//! `ζ` and `ν` are kept in (0, 1) by a sigmoid of what is stored, which begins at 1 and -4 in the
//! authors' code. torchrecurrent's gate is a `tanh` unless it is told otherwise.

use crate::card::Card;
use crate::invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn fast_grnn(k: &Step, bias: bool) -> Next {
    let h = k.state("h");
    let a = k.plain_input("a") + k.plain_hidden("a", h);
    let [z, n] = match bias {
        true => k.vector(["b_z", "b_h"]).map(|b| a + b),
        false => [a, a],
    };
    let (z, n) = (sigmoid(z), tanh(n));
    let [nu, zeta] = k.scalar(["nu", "zeta"]).map(sigmoid);
    k.next((zeta * (1.0 - z) + nu) * n + z * h)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct FastGrnn: 1
}

crate::cell_config! {
    /// Configuration of [`FastGrnn`].
    pub struct FastGrnnConfig: FastGrnn {
        /// What `ζ` begins with, before the sigmoid.
        zeta: f64 = 1.0,
        /// What `ν` begins with, before the sigmoid.
        nu: f64 = -4.0,
    }
    equations: |config, k| fast_grnn(k, config.bias);
    valid: |config| {
        invalid::finite("zeta", config.zeta)?;
        invalid::finite("nu", config.nu)
    };
    begin: |config, gates, device| {
        gates
            .with_vector("zeta", Tensor::full([1], config.zeta, device))
            .with_vector("nu", Tensor::full([1], config.nu, device))
    };
    forms: |usual| vec![FastGrnnConfig { bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "fast_grnn",
    title: "FastGRNN",
    authors: "Kusupati et al.",
    year: 2018,
    url: "https://arxiv.org/abs/1901.02358",
    gates: &[("a", "what the gate and the candidate are made of")],
    oracle: "torchrecurrent 0.2.5, with nonlinearity='sigmoid'",
};
