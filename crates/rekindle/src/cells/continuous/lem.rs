//! Long expressive memory: T. K. Rusch, S. Mishra, N. B. Erichson and M. W. Mahoney, *Long
//! Expressive Memory for Sequence Modeling* (2021), <https://arxiv.org/abs/2110.04744>.
//!
//! ```text
//! Δt_n = Δt σ(W_1 y_{n-1} + V_1 u_n + b_1)                  the step in time of z
//! Δ̄t_n = Δt σ(W_2 y_{n-1} + V_2 u_n + b_2)                  that of y
//! z_n = (1 - Δt_n) * z_{n-1} + Δt_n * tanh(W_z y_{n-1} + V_z u_n + b_z)
//! y_n = (1 - Δ̄t_n) * y_{n-1} + Δ̄t_n * tanh(W_y z_n + V_y u_n + b_y)
//! ```
//!
//! Two memories with learned time scales, many at once. `y` sees the new `z`, as in the paper and
//! the authors' code; torchrecurrent gives it the old one. Blocks are stacked as the authors have
//! them: `dt_bar`, `dt`, `z`, `y`.

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn lem(k: &Step, dt: f64) -> Next {
    let [y, z] = k.state(["y", "z"]);
    let [dt_bar, dt] = k.affine(["dt_bar", "dt"], y).map(|a| dt * sigmoid(a));
    let z = (1.0 - dt) * z + dt * tanh(k.affine("z", y));
    let y = (1.0 - dt_bar) * y + dt_bar * tanh(k.affine("y", z));
    k.next([y, z])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Lem: 2
}

crate::cell_config! {
    /// Configuration of [`Lem`].
    pub struct LemConfig: Lem {
        /// `Δt`: the longest step in time.
        dt: f64 = 1.0,
    }
    equations: |config, k| lem(k, config.dt);
    valid: |config| invalid::step_size("dt", config.dt);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "lem",
    title: "Long expressive memory",
    authors: "Rusch et al.",
    year: 2021,
    url: "https://arxiv.org/abs/2110.04744",
    gates: &[
        ("dt_bar", "how fast the shown memory changes"),
        ("dt", "how fast the hidden memory changes"),
        ("z", "candidate for the hidden memory"),
        ("y", "candidate for the shown memory, of the hidden one"),
    ],
    oracle: "float64 code written from the paper; torchrecurrent 0.2.5 with the old z",
};
