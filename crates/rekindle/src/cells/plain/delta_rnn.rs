//! The Delta-RNN of the differential state framework: A. G. Ororbia II, T. Mikolov and D. Reitter,
//! *Learning Simpler Language Models with the Differential State Framework* (2017),
//! <https://arxiv.org/abs/1703.08864>.
//!
//! ```text
//! d_1 = α * V h_{t-1} * W x_t                               the input and the memory scale one another
//! d_2 = β_1 * V h_{t-1} + β_2 * W x_t                       and are added up
//! z_t = tanh(d_1 + d_2 + b)                                 candidate
//! r_t = σ(W x_t + b_r)                                      how much of the memory stays
//! h_t = Φ((1 - r_t) * z_t + r_t * h_{t-1})
//! ```
//!
//! Two products in all: the gate shares that of the input. `α`, `β`, `b` and `b_r` are vectors; they
//! begin as in the authors' code, 2, 1, 1, 0 and 0. `Φ`, the key `activation`, is relu there.

use crate::activation::Activation;
use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn delta_rnn(k: &Step, activation: Activation, bias: bool) -> Next {
    let h = k.state("h");
    let w = k.plain_input("w");
    let v = k.plain_hidden("v", h);
    let [alpha, beta1, beta2] = k.vector(["alpha", "beta1", "beta2"]);
    let d = alpha * v * w + beta1 * v + beta2 * w;
    let (z, r) = match bias {
        true => (d + k.vector("b"), w + k.vector("b_r")),
        false => (d, w),
    };
    let (z, r) = (tanh(z), sigmoid(r));
    k.next(activation.of((1.0 - r) * z + r * h))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct DeltaRnn: 1
}

crate::cell_config! {
    /// Configuration of [`DeltaRnn`].
    pub struct DeltaRnnConfig: DeltaRnn {
        /// `Φ`: `relu`, as in the authors' code, or another.
        activation: Activation = Activation::Relu,
    }
    equations: |config, k| delta_rnn(k, config.activation, config.bias);
    begin: |_, gates, device| {
        let same = |value| Tensor::full([1], value, device);
        gates
            .with_vector("alpha", same(2.0))
            .with_vector("beta1", same(1.0))
            .with_vector("beta2", same(1.0))
    };
    forms: |usual| vec![
        DeltaRnnConfig { activation: Activation::Identity, bias: false, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "delta_rnn",
    title: "Delta-RNN",
    authors: "Ororbia II et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1703.08864",
    gates: &[("w", "the input, for the candidate and the gate")],
    oracle: "float64 code written from the paper",
};
