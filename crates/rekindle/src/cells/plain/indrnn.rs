//! The independently recurrent network, IndRNN: S. Li, W. Li, C. Cook, C. Zhu and Y. Gao,
//! *Independently Recurrent Neural Network (IndRNN): Building A Longer and Deeper RNN* (2018),
//! <https://arxiv.org/abs/1803.04831>.
//!
//! ```text
//! h_t = relu(W x_t + u * h_{t-1} + b)                       every unit remembers by itself
//! ```
//!
//! `u` is a vector: units meet in the next layer only. The gradient through k steps is `u^k`, which
//! one number a unit controls. `u` begins uniform in [0, 1]. The authors keep `|u|` below
//! `2^(1/T)`, which is left to the task.

use crate::activation::Activation;
use crate::card::Card;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step};

fn indrnn(k: &Step, activation: Activation) -> Next {
    let h = k.state("h");
    k.next(activation.of(k.input("h") + k.vector("u") * h))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct IndRnn: 1
}

crate::cell_config! {
    /// Configuration of [`IndRnn`].
    pub struct IndRnnConfig: IndRnn {
        /// What squashes the memory: `relu`, as in the paper, or another.
        activation: Activation = Activation::Relu,
    }
    equations: |config, k| indrnn(k, config.activation);
    begin: |config, gates, device| {
        let u = Tensor::random([config.d_hidden], Distribution::Uniform(0.0, 1.0), device);
        gates.with_vector("u", u)
    };
    forms: |usual| vec![IndRnnConfig { activation: Activation::Tanh, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "indrnn",
    title: "Independently recurrent network",
    authors: "Li et al.",
    year: 2018,
    url: "https://arxiv.org/abs/1803.04831",
    gates: &[("h", "what is added to the memory")],
    oracle: "torchrecurrent 0.2.5",
};
