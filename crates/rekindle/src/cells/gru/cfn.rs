//! The chaos-free network: T. Laurent and J. von Brecht, *A Recurrent Neural Network without Chaos*
//! (2016), <https://arxiv.org/abs/1612.06212>.
//!
//! ```text
//! θ_t = σ(U_θ h_{t-1} + V_θ x_t + b_θ)                      forget gate
//! η_t = σ(U_η h_{t-1} + V_η x_t + b_η)                      input gate
//! h_t = θ_t * tanh(h_{t-1}) + η_t * tanh(W x_t)
//! ```
//!
//! Without input the memory goes to zero whatever the weights: no chaotic orbit of the network
//! itself gets in the way. `W` has no bias, as in the paper; torchrecurrent gives it one.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn cfn(k: &Step) -> Next {
    let h = k.state("h");
    let [theta, eta] = k.affine(["theta", "eta"], h).map(sigmoid);
    k.next(theta * tanh(h) + eta * tanh(k.plain_input("w")))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Cfn: 1
}

crate::cell_config! {
    /// Configuration of [`Cfn`].
    pub struct CfnConfig: Cfn {}
    equations: |_, k| cfn(k);
    begin: |config, gates, device| {
        gates.with_bias("theta", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "cfn",
    title: "Chaos-free network",
    authors: "Laurent & von Brecht",
    year: 2016,
    url: "https://arxiv.org/abs/1612.06212",
    gates: &[
        ("theta", "forget gate: how much of the old memory stays"),
        ("eta", "input gate: how much of the input is written"),
        ("w", "the input, as the memory can hold it"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
