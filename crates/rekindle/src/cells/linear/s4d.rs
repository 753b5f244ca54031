//! The diagonal state space, S4D: A. Gu, A. Gupta, K. Goel and C. Ré, *On the Parameterization and
//! Initialization of Diagonal State Space Models* (2022), <https://arxiv.org/abs/2206.11893>.
//!
//! ```text
//! dx/dt = A * x(t) + u(t),  y(t) = 2 Re(C · x(t)) + D u(t)  for each channel, A of N / 2 complex numbers
//! x_k = Ā * x_{k-1} + B̄ u_k,  y_k = 2 Re(C · x_k) + D u_k   in steps of Δ, one a channel
//! Ā = exp(AΔ),  B̄ = (Ā - 1) / A                             discretization = "zoh"
//! Ā = (1 + AΔ/2) / (1 - AΔ/2),  B̄ = Δ / (1 - AΔ/2)          discretization = "bilinear"
//! A = -exp(a_re) + i a_im                                   never unstable
//! ```
//!
//! A unit is a channel with a memory of its own, of `d_state = N` numbers, which stand for a
//! conjugate pair each two: the states `x0_re`, `x0_im`, `x1_re` and so on. The paper has 64 of them;
//! 16 by default here, where each is a state with a name. `B` is 1, and `C` learned.
//! The channels `u` are mixed from the input by a block with a bias, as the linear layers between the
//! paper's layers do. `A` begins as `-1/2 + iπn`, S4D-Lin, or as `-1/2 + i N/π (N / (2n + 1) - 1)`,
//! S4D-Inv. `Δ` begins between `dt_min` and `dt_max`, and is stored as its logarithm. `activation`
//! acts on the output: none in these equations, gelu in the paper's layers.

use super::state_space::{Discretization, log_steps, steps_in_time};
use crate::activation::Activation;
use crate::card::Card;
use crate::complex::Complex;
use crate::invalid::Invalid;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, exp};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

fn s4d(k: &Step, config: &S4dConfig) -> Next {
    let _y = k.state("y");
    let u = k.input("u");
    let dt = exp(k.vector("dt"));
    let mut y = k.vector("d") * u;
    let mut states = Vec::new();
    for n in 0..config.d_state / 2 {
        let pair = |letter: &str| ["re", "im"].map(|part| format!("{letter}{n}_{part}"));
        let x = Complex::new(pair("x").map(|name| k.state(name.as_str())));
        let [a_re, a_im] = pair("a").map(|name| k.vector(name.as_str()));
        let c = Complex::new(pair("c").map(|name| k.vector(name.as_str())));
        let [a, b] = config
            .discretization
            .of(Complex::new([-exp(a_re), a_im]), dt);
        let x = a * x + b.scaled(u);
        y = y + (c.times(2.0) * x).re;
        states.extend([x.re, x.im]);
    }
    states.insert(0, config.activation.of(y));
    k.next(states)
}

/// What the eigenvalues begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spectrum {
    /// S4D-Lin: `-1/2 + iπn`.
    #[default]
    Lin,
    /// S4D-Inv: `-1/2 + i N/π (N / (2n + 1) - 1)`.
    Inv,
}

impl Spectrum {
    fn imaginary(self, n: usize, order: usize) -> f64 {
        let (n, order) = (n as f64, order as f64);
        match self {
            Spectrum::Lin => PI * n,
            Spectrum::Inv => order / PI * (order / (2.0 * n + 1.0) - 1.0),
        }
    }
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct S4d
}

crate::cell_config! {
    /// Configuration of [`S4d`].
    pub struct S4dConfig: S4d {
        /// `N`: the memory of a channel, in real numbers; an even number.
        d_state: usize = 16,
        /// How the equations become steps: `zoh`, the input held over a step, or `bilinear`.
        discretization: Discretization = Discretization::Zoh,
        /// What the eigenvalues begin with: `lin` or `inv`.
        spectrum: Spectrum = Spectrum::Lin,
        /// The shortest step in time at the start.
        dt_min: f64 = 0.001,
        /// The longest step in time at the start.
        dt_max: f64 = 0.1,
        /// What acts on the output: `identity`, or another.
        activation: Activation = Activation::Identity,
    }
    equations: |config, k| s4d(k, config);
    valid: |config| {
        steps_in_time(config.dt_min, config.dt_max)?;
        match config.d_state {
            n @ 2..=64 if n.is_multiple_of(2) => Ok(()),
            n => Err(Invalid::new("d_state", n, "an even number from 2 to 64")),
        }
    };
    begin: |config, gates, device| {
        let units = config.d_hidden;
        let normal = |size| Tensor::random([units], Distribution::Normal(0.0, size), device);
        let same = |value| Tensor::full([1], value, device);
        let steps = log_steps([config.dt_min, config.dt_max], units, device);
        let gates = gates.with_vector("dt", steps).with_vector("d", normal(1.0));
        (0..config.d_state / 2).fold(gates, |gates, n| {
            let imaginary = config.spectrum.imaginary(n, config.d_state);
            gates
                .with_vector(&format!("a{n}_re"), same(0.5_f64.ln()))
                .with_vector(&format!("a{n}_im"), same(imaginary))
                .with_vector(&format!("c{n}_re"), normal(0.5_f64.sqrt()))
                .with_vector(&format!("c{n}_im"), normal(0.5_f64.sqrt()))
        })
    };
    forms: |usual| vec![
        S4dConfig {
            d_state: 4,
            discretization: Discretization::Bilinear,
            spectrum: Spectrum::Inv,
            activation: Activation::Gelu,
            bias: false,
            ..usual
        },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "s4d",
    title: "Diagonal state space, S4D",
    authors: "Gu et al.",
    year: 2022,
    url: "https://arxiv.org/abs/2206.11893",
    gates: &[(
        "u",
        "the channels, each of which drives a memory of its own",
    )],
    oracle: "float64 code written from the paper, with complex numbers",
};
