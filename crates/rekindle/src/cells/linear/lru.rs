//! The linear recurrent unit: A. Orvieto, S. L. Smith, A. Gu, A. Fernando, C. Gulcehre, R. Pascanu and
//! S. De, *Resurrecting Recurrent Neural Networks for Long Sequences* (2023),
//! <https://arxiv.org/abs/2303.06349>.
//!
//! ```text
//! λ = exp(-exp(ν) + i exp(θ))                               eigenvalues, inside the unit circle
//! x_k = λ * x_{k-1} + exp(γ) * (B u_k)                      complex memory, a linear one
//! y_k = Re(C x_k) + D * u_k                                 the output
//! ```
//!
//! The memory is a pair of real vectors, `x_re` and `x_im`, and `B` and `C` are pairs of real
//! matrices. It is as wide as the output. `|λ|` begins in the ring from `r_min` to `r_max`, its angle
//! below `max_phase`, and `exp(γ) = √(1 - |λ|²)`, so that every part of the memory begins equally
//! large. `activation` acts on the output: none in these equations, gelu in the paper's blocks.

use crate::activation::Activation;
use crate::card::Card;
use crate::complex::Complex;
use crate::invalid::{self, Invalid};
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, exp};
use std::f64::consts::TAU;

fn lru(k: &Step, activation: Activation) -> Next {
    let [_y, x_re, x_im] = k.state(["y", "x_re", "x_im"]);
    let [nu, theta, gamma] = k.vector(["nu", "theta", "gamma"]).map(exp);
    let lambda = Complex::new([-nu, theta]).exp();
    let bu = Complex::new(k.plain_input(["b_re", "b_im"]));
    let x = lambda * Complex::new([x_re, x_im]) + bu.scaled(gamma);
    let y = k.plain_hidden("c_re", x.re) - k.plain_hidden("c_im", x.im) + k.vector("d") * k.raw();
    k.next([activation.of(y), x.re, x.im])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Lru: 3
}

crate::cell_config! {
    /// Configuration of [`Lru`].
    pub struct LruConfig: Lru {
        /// The least size that an eigenvalue begins with.
        r_min: f64 = 0.0,
        /// The largest size that an eigenvalue begins with.
        r_max: f64 = 1.0,
        /// The largest angle that an eigenvalue begins with.
        max_phase: f64 = TAU,
        /// What acts on the output: `identity`, or another.
        activation: Activation = Activation::Identity,
    }
    equations: |config, k| lru(k, config.activation);
    valid: |config| {
        invalid::share("r_max", config.r_max)?;
        match config.r_min >= 0.0 && config.r_min < config.r_max {
            true => Ok(()),
            false => Err(Invalid::new("r_min", config.r_min, "at least 0 and less than r_max")),
        }?;
        match config.max_phase > 0.0 && config.max_phase.is_finite() {
            true => Ok(()),
            false => Err(Invalid::new("max_phase", config.max_phase, "greater than 0")),
        }
    };
    begin: |config, gates, device| {
        // Never 0 or 1, of which the logarithms below would be no numbers.
        let share = || Tensor::<1>::random([config.d_hidden], Distribution::Uniform(1e-4, 0.9999), device);
        let [least, most] = [config.r_min, config.r_max].map(|r| r * r);
        let square = share() * (most - least) + least;
        gates
            .with_vector("nu", (square.clone().log() * -0.5).log())
            .with_vector("theta", (share() * config.max_phase).log())
            .with_vector("gamma", (square.neg() + 1.0).log() * 0.5)
            .with_vector("d", Tensor::random([config.d_hidden], Distribution::Normal(0.0, 1.0), device))
    };
    forms: |usual| vec![LruConfig { activation: Activation::Gelu, r_min: 0.5, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "lru",
    title: "Linear recurrent unit",
    authors: "Orvieto et al.",
    year: 2023,
    url: "https://arxiv.org/abs/2303.06349",
    gates: &[
        ("b_re", "what is added to the real part of the memory"),
        ("b_im", "what is added to the imaginary part"),
    ],
    oracle: "float64 code written from the paper, with complex numbers",
};
