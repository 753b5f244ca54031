//! The antisymmetric network: B. Chang, M. Chen, E. Haber and E. H. Chi, *AntisymmetricRNN: A Dynamical
//! System View on Recurrent Neural Networks* (2019), <https://arxiv.org/abs/1902.09689>.
//!
//! ```text
//! h_t = h_{t-1} + ε tanh((W - Wᵀ - γI) h_{t-1} + V x_t + b)
//! ```
//!
//! A step of Euler's method through an ordinary differential equation, whose Jacobian has eigenvalues with a real
//! part near zero: the memory neither fades nor explodes. `γ` is a little diffusion that keeps the discrete steps
//! stable. `W` is stored as it is, and becomes `W - Wᵀ - γI` once a sequence.

use crate::card::Card;
use crate::invalid;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, tanh};

fn antisymmetric_rnn(k: &Step, epsilon: f64) -> Next {
    let h = k.state("h");
    let change = tanh(k.input("h") + k.plain_hidden("h", h));
    k.next(h + epsilon * change)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct AntisymmetricRnn: 1
}

crate::cell_config! {
    /// Configuration of [`AntisymmetricRnn`].
    pub struct AntisymmetricRnnConfig: AntisymmetricRnn {
        /// `ε`: the length of a step in time.
        epsilon: f64 = 0.01,
        /// `γ`: the strength of the diffusion.
        gamma: f64 = 0.01,
    }
    equations: |config, k| antisymmetric_rnn(k, config.epsilon);
    structure: |config| Structure::of("h", Map::Antisymmetric { gamma: config.gamma });
    valid: |config| {
        invalid::step_size("epsilon", config.epsilon)?;
        invalid::finite("gamma", config.gamma)
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "antisymmetric_rnn",
    title: "Antisymmetric RNN",
    authors: "Chang et al.",
    year: 2019,
    url: "https://arxiv.org/abs/1902.09689",
    gates: &[("h", "how the memory changes")],
    oracle: "torchrecurrent 0.2.5",
};
