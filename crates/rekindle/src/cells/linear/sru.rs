//! The simple recurrent unit, SRU: T. Lei, Y. Zhang, S. I. Wang, H. Dai and Y. Artzi, *Simple
//! Recurrent Units for Highly Parallelizable Recurrence* (2017),
//! <https://arxiv.org/abs/1709.02755>.
//!
//! ```text
//! f_t = σ(W_f x_t + v_f * c_{t-1} + b_f)                    forget gate
//! c_t = f_t * c_{t-1} + (1 - f_t) * (W x_t)
//! r_t = σ(W_r x_t + v_r * c_{t-1} + b_r)                    reset gate
//! h_t = r_t * c_t + (1 - r_t) * x_t                         a highway for the input
//! ```
//!
//! All products are of the input; `v` are vectors. `W` has no bias. The paper multiplies the
//! highway by a constant, √3 where `b_r` begins at 0, which is the key `scale`, 1 by default, as in
//! the paper's equations.
//!
//! Where the input has another width than the memory, a last block `x` without a bias maps it.

use crate::card::Card;
use crate::invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid};

fn sru(k: &Step, scale: f64) -> Next {
    let [_h, c] = k.state(["h", "c"]);
    let u = k.plain_input("u");
    let [f, r] = k.input(["f", "r"]);
    let [v_f, v_r] = k.vector(["v_f", "v_r"]);
    let (f, r) = (sigmoid(f + v_f * c), sigmoid(r + v_r * c));
    let c = f * c + (1.0 - f) * u;
    let x = if scale == 1.0 {
        k.raw()
    } else {
        scale * k.raw()
    };
    k.next([r * c + (1.0 - r) * x, c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Sru: 2
}

crate::cell_config! {
    /// Configuration of [`Sru`].
    pub struct SruConfig: Sru {
        /// What the input is multiplied with on its way to the output.
        scale: f64 = 1.0,
    }
    equations: |config, k| sru(k, config.scale);
    valid: |config| invalid::finite("scale", config.scale);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![SruConfig { scale: 1.7320508075688772, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "sru",
    title: "Simple recurrent unit",
    authors: "Lei et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1709.02755",
    gates: &[
        ("u", "the input, as the memory can hold it"),
        ("f", "forget gate: how much of the old memory stays"),
        (
            "r",
            "reset gate: how much of the output is memory, and how much input",
        ),
    ],
    oracle: "float64 code written from the paper",
};
