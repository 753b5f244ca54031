//! The coupled oscillatory network, coRNN: T. K. Rusch and S. Mishra, *Coupled Oscillatory
//! Recurrent Neural Network (coRNN): An Accurate and (Gradient) Stable Architecture for Learning
//! Long Time Dependencies* (2020), <https://arxiv.org/abs/2010.00951>.
//!
//! ```text
//! z_t = z_{t-1} + Δt (tanh(W y_{t-1} + 𝒲 z_{t-1} + V x_t + b) - γ y_{t-1} - ε z_{t-1})
//! y_t = y_{t-1} + Δt z_t
//! ```
//!
//! Every unit is a driven, damped oscillator: `y` is its place, `z` its speed, `γ` its frequency,
//! `ε` its damping. Gradients neither vanish nor explode for small `Δt`. The paper chooses them for
//! each task; the defaults are torchrecurrent's. The recurrent blocks are `a` (`W`) and `z` (`𝒲`,
//! without a bias of its own).

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, tanh};

fn cornn(k: &Step, config: &CoRnnConfig) -> Next {
    let [y, z] = k.state(["y", "z"]);
    let force = tanh(k.affine("a", y) + k.plain_hidden("z", z));
    let z = z + config.dt * (force - config.gamma * y - config.epsilon * z);
    k.next([y + config.dt * z, z])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct CoRnn: 2
}

crate::cell_config! {
    /// Configuration of [`CoRnn`].
    pub struct CoRnnConfig: CoRnn {
        /// `Δt`: the length of a step in time.
        dt: f64 = 0.1,
        /// `γ`: the frequency of the oscillators.
        gamma: f64 = 1.0,
        /// `ε`: their damping.
        epsilon: f64 = 1.0,
    }
    equations: |config, k| cornn(k, config);
    valid: |config| {
        invalid::step_size("dt", config.dt)?;
        invalid::finite("gamma", config.gamma)?;
        invalid::finite("epsilon", config.epsilon)
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "cornn",
    title: "Coupled oscillatory RNN",
    authors: "Rusch & Mishra",
    year: 2020,
    url: "https://arxiv.org/abs/2010.00951",
    gates: &[("a", "the force on every oscillator")],
    oracle: "torchrecurrent 0.2.5",
};
