//! The undamped independent controlled oscillatory network, UnICORNN: T. K. Rusch and S. Mishra,
//! *UnICORNN: A Recurrent Model for Learning Very Long Time Dependencies* (2021),
//! <https://arxiv.org/abs/2103.05487>.
//!
//! ```text
//! z_t = z_{t-1} - Δt σ(c) * (tanh(w * y_{t-1} + V x_t + b) + α y_{t-1})
//! y_t = y_{t-1} + Δt σ(c) * z_t
//! ```
//!
//! Oscillators without damping, each by itself, with a step in time of its own, `Δt σ(c)`. `w`
//! begins uniform in [0, 1], `c` in [-0.1, 0.1]. The paper chooses `Δt` and `α` for each task; the
//! defaults are torchrecurrent's.

use crate::card::Card;
use crate::invalid;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn unicornn(k: &Step, dt: f64, alpha: f64) -> Next {
    let [y, z] = k.state(["y", "z"]);
    let [w, c] = k.vector(["w", "c"]);
    let dt = dt * sigmoid(c);
    let z = z - dt * (tanh(w * y + k.input("a")) + alpha * y);
    k.next([y + dt * z, z])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct UniCornn: 2
}

crate::cell_config! {
    /// Configuration of [`UniCornn`].
    pub struct UniCornnConfig: UniCornn {
        /// `Δt`: the longest step in time.
        dt: f64 = 0.1,
        /// `α`: how strongly the oscillators are drawn to rest.
        alpha: f64 = 0.0,
    }
    equations: |config, k| unicornn(k, config.dt, config.alpha);
    valid: |config| {
        invalid::step_size("dt", config.dt)?;
        invalid::finite("alpha", config.alpha)
    };
    begin: |config, gates, device| {
        let uniform = |low, high| {
            let range = Distribution::Uniform(low, high);
            Tensor::random([config.d_hidden], range, device)
        };
        gates
            .with_vector("w", uniform(0.0, 1.0))
            .with_vector("c", uniform(-0.1, 0.1))
    };
    forms: |usual| vec![UniCornnConfig { alpha: 0.5, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "unicornn",
    title: "Undamped independent controlled oscillatory RNN",
    authors: "Rusch & Mishra",
    year: 2021,
    url: "https://arxiv.org/abs/2103.05487",
    gates: &[("a", "the force on every oscillator")],
    oracle: "torchrecurrent 0.2.5",
};
