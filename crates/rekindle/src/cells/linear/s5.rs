//! The simplified state space layer, S5: J. T. H. Smith, A. Warrington and S. W. Linderman, *Simplified
//! State Space Layers for Sequence Modeling* (2022), <https://arxiv.org/abs/2208.04933>.
//!
//! ```text
//! dx/dt = Λ * x(t) + B u(t),  y(t) = Re(C x(t)) + D * u(t)  Λ diagonal, complex
//! x_k = Λ̄ * x_{k-1} + B̄ u_k,  y_k = 2 Re(C x_k) + D * u_k   in steps of Δ, a learned one each
//! Λ̄ = exp(ΛΔ),  B̄ = (Λ̄ - 1) / Λ * B                         discretization = "zoh"
//! Λ̄ = (1 + ΛΔ/2) / (1 - ΛΔ/2),  B̄ = Δ / (1 - ΛΔ/2) * B      discretization = "bilinear"
//! ```
//!
//! All inputs drive one memory, whose eigenvalues come in conjugate pairs. One of each is kept, and
//! counts twice in the output; with `conj_sym = false` each stands for itself. The memory is as wide
//! as the output, a pair of real vectors, `x_re` and `x_im`; `B` and `C` are pairs of real matrices.
//! `Λ` begins with the eigenvalues of HiPPO-N in one block, `Δ` between `dt_min` and `dt_max`; it is
//! stored as its logarithm. `B` and `C` begin as the scheme draws them; the paper's are turned into
//! the eigenvectors' frame, which leaves their distribution as it is. `activation` acts on the
//! output: none in these equations, gelu in the paper's layers.

use super::state_space::{Discretization, hippo_frequencies, log_steps, steps_in_time};
use crate::activation::Activation;
use crate::card::Card;
use crate::complex::Complex;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, exp};

fn s5(k: &Step, config: &S5Config) -> Next {
    let [_y, x_re, x_im] = k.state(["y", "x_re", "x_im"]);
    let lambda = Complex::new(k.vector(["lambda_re", "lambda_im"]));
    let [a, b] = config.discretization.of(lambda, exp(k.vector("dt")));
    let bu = Complex::new(k.plain_input(["b_re", "b_im"]));
    let x = a * Complex::new([x_re, x_im]) + b * bu;
    let cx = k.plain_hidden("c_re", x.re) - k.plain_hidden("c_im", x.im);
    let cx = if config.conj_sym { 2.0 * cx } else { cx };
    let y = cx + k.vector("d") * k.raw();
    k.next([config.activation.of(y), x.re, x.im])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct S5: 3
}

crate::cell_config! {
    /// Configuration of [`S5`].
    pub struct S5Config: S5 {
        /// How the equations become steps: `zoh`, the input held over a step, or `bilinear`.
        discretization: Discretization = Discretization::Zoh,
        /// Whether each eigenvalue stands for itself and its conjugate.
        conj_sym: bool = true,
        /// The shortest step in time at the start.
        dt_min: f64 = 0.001,
        /// The longest step in time at the start.
        dt_max: f64 = 0.1,
        /// What acts on the output: `identity`, or another.
        activation: Activation = Activation::Identity,
    }
    equations: |config, k| s5(k, config);
    valid: |config| steps_in_time(config.dt_min, config.dt_max);
    begin: |config, gates, device| {
        let units = config.d_hidden;
        let imaginary = match config.conj_sym {
            true => hippo_frequencies(2 * units),
            false => {
                let above = hippo_frequencies(units);
                let below = above.iter().rev().map(|mu| -mu);
                let zero = (units % 2 == 1).then_some(0.0);
                below.chain(zero).chain(above.iter().copied()).collect()
            }
        };
        let d = Distribution::Normal(0.0, 1.0);
        gates
            .with_vector("lambda_re", Tensor::full([1], -0.5, device))
            .with_vector("lambda_im", Tensor::from_data(imaginary.as_slice(), device))
            .with_vector("dt", log_steps([config.dt_min, config.dt_max], units, device))
            .with_vector("d", Tensor::random([units], d, device))
    };
    forms: |usual| vec![
        S5Config { discretization: Discretization::Bilinear, ..usual.clone() },
        S5Config { conj_sym: false, activation: Activation::Gelu, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "s5",
    title: "Simplified state space layer, S5",
    authors: "Smith et al.",
    year: 2022,
    url: "https://arxiv.org/abs/2208.04933",
    gates: &[
        ("b_re", "what drives the real part of the memory"),
        ("b_im", "what drives the imaginary part"),
    ],
    oracle: "float64 code written from the paper, with complex numbers",
};
