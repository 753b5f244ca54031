//! The antisymmetric network with a gate: B. Chang, M. Chen, E. Haber and E. H. Chi, *AntisymmetricRNN: A
//! Dynamical System View on Recurrent Neural Networks* (2019), <https://arxiv.org/abs/1902.09689>.
//!
//! ```text
//! A = W - Wᵀ - γI
//! z_t = σ(A h_{t-1} + V_z x_t + b_z)                        input gate: how far the memory moves
//! h_t = h_{t-1} + ε z_t * tanh(A h_{t-1} + V_h x_t + b_h)
//! ```
//!
//! One product serves both lines, so that the Jacobian keeps the form of the network without the gate. `W` is stored
//! as it is, and becomes `A` once a sequence.

use crate::card::Card;
use crate::invalid;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn gated_antisymmetric_rnn(k: &Step, epsilon: f64) -> Next {
    let h = k.state("h");
    let a = k.plain_hidden("a", h);
    let z = sigmoid(a + k.input("z"));
    k.next(h + epsilon * z * tanh(a + k.input("h")))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct GatedAntisymmetricRnn: 1
}

crate::cell_config! {
    /// Configuration of [`GatedAntisymmetricRnn`].
    pub struct GatedAntisymmetricRnnConfig: GatedAntisymmetricRnn {
        /// `ε`: the length of a step in time.
        epsilon: f64 = 0.01,
        /// `γ`: the strength of the diffusion.
        gamma: f64 = 0.01,
    }
    equations: |config, k| gated_antisymmetric_rnn(k, config.epsilon);
    structure: |config| Structure::of("a", Map::Antisymmetric { gamma: config.gamma });
    valid: |config| {
        invalid::step_size("epsilon", config.epsilon)?;
        invalid::finite("gamma", config.gamma)
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "gated_antisymmetric_rnn",
    title: "Antisymmetric RNN with a gate",
    authors: "Chang et al.",
    year: 2019,
    url: "https://arxiv.org/abs/1902.09689",
    gates: &[
        ("z", "input gate: how far the memory moves"),
        ("h", "how the memory changes"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
