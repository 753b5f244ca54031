//! The closed-form continuous-time network, CfC: R. Hasani, M. Lechner, A. Amini, L. Liebenwein, A. Ray, M.
//! Tschaikowski, G. Teschl and D. Rus, *Closed-form Continuous-time Neural Networks* (2021),
//! <https://arxiv.org/abs/2106.13898>.
//!
//! ```text
//! z = 1.7159 tanh(0.666 (W x_t + U h_{t-1} + b))            the backbone that all heads share
//! h_t = σ(-f t) * g + (1 - σ(-f t)) * h                     with heads f, g, h of z
//! ```
//!
//! An approximation in closed form of the liquid time-constant network, without a solver: the gate `σ(f t)` goes from one
//! target to the other with the time since the last step. That time is 1 here, and as in the authors' code `f t` is a
//! sum of two heads, `t_a · 1 + t_b`. The targets are `g = tanh(z_1)` and `h = tanh(z_2)`. Further forms are the authors':
//! `mode = "no_gate"` adds, `h_t = g + σ(f t) * h`; `"pure"` is the solution itself,
//! `h_t = A - A * exp(-(|w_τ| + |z_1|)) * z_1`.

use crate::card::Card;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, abs, exp, sigmoid, tanh};
use serde::{Deserialize, Serialize};

fn cfc(k: &Step, mode: Mode) -> Next {
    let h = k.state("h");
    let z = 1.7159 * tanh(0.666 * k.affine("z", h));
    let first = k.hidden("first", z);
    if mode == Mode::Pure {
        let [a, w_tau] = k.vector(["a", "w_tau"]);
        return k.next(a - a * exp(-(abs(w_tau) + abs(first))) * first);
    }
    let second = k.hidden("second", z);
    let t = sigmoid(k.hidden("t_a", z) + k.hidden("t_b", z));
    let (g, h) = (tanh(first), tanh(second));
    k.next(match mode {
        Mode::NoGate => g + t * h,
        _ => (1.0 - t) * g + t * h,
    })
}

/// What the heads are put together to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The gate goes from one target to the other.
    #[default]
    Default,
    /// The gate scales the second target alone.
    NoGate,
    /// The solution itself.
    Pure,
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Cfc: 1
}

crate::cell_config! {
    /// Configuration of [`Cfc`].
    pub struct CfcConfig: Cfc {
        /// What the heads are put together to: `default`, `no_gate` or `pure`.
        mode: Mode = Mode::Default,
    }
    equations: |config, k| cfc(k, config.mode);
    begin: |config, gates, device| match config.mode {
        Mode::Pure => {
            let draw = |low| {
                let uniform = Distribution::Uniform(low, 1.0);
                Tensor::random([config.d_hidden], uniform, device)
            };
            gates.with_vector("a", draw(-1.0)).with_vector("w_tau", draw(0.0))
        }
        _ => gates,
    };
    forms: |usual| vec![
        CfcConfig { mode: Mode::NoGate, bias: false, ..usual.clone() },
        CfcConfig { mode: Mode::Pure, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "cfc",
    title: "Closed-form continuous-time network",
    authors: "Hasani et al.",
    year: 2021,
    url: "https://arxiv.org/abs/2106.13898",
    gates: &[("z", "the backbone that all heads share")],
    oracle: "float64 code written from the paper",
};
