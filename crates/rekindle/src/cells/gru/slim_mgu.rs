//! Minimal gated units whose gate does not see the input: J. C. Heck and F. M. Salem, *Simplified
//! Minimal Gated Unit Variations for Recurrent Neural Networks* (2017),
//! <https://arxiv.org/abs/1701.03452>.
//!
//! ```text
//! f_t = σ(U_f h_{t-1} + b_f)                                variant = 1
//! f_t = σ(U_f h_{t-1})                                      variant = 2
//! f_t = σ(b_f)                                              variant = 3
//! h̃_t = tanh(W_h x_t + U_h (f_t * h_{t-1}) + b_h)           candidate
//! h_t = (1 - f_t) * h_{t-1} + f_t * h̃_t
//! ```
//!
//! The paper calls them MGU1 to MGU3. The candidate is called `n`. The bias of variant 3 is a
//! learned vector.

use crate::card::Card;
use crate::invalid::Invalid;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn slim_mgu(k: &Step, variant: u8) -> Next {
    let h = k.state("h");
    let f = sigmoid(match variant {
        1 => k.hidden("f", h),
        2 => k.plain_hidden("f", h),
        _ => k.vector("b_f"),
    });
    let n = tanh(k.affine("n", f * h));
    k.next((1.0 - f) * h + f * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct SlimMgu: 1
}

crate::cell_config! {
    /// Configuration of [`SlimMgu`].
    pub struct SlimMguConfig: SlimMgu {
        /// What the gate is made of: 1, memory and bias; 2, memory; 3, bias.
        variant: u8 = 1,
    }
    equations: |config, k| slim_mgu(k, config.variant);
    valid: |config| match (config.variant, config.bias) {
        (3, false) => Err(Invalid::because("variant", "3 has a bias only: it needs bias = true")),
        (1..=3, _) => Ok(()),
        (variant, _) => Err(Invalid::new("variant", variant, "from 1 to 3")),
    };
    forms: |usual| vec![
        SlimMguConfig { variant: 2, bias: false, ..usual.clone() },
        SlimMguConfig { variant: 3, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "slim_mgu",
    title: "Slim minimal gated unit, MGU1 to MGU3",
    authors: "Heck & Salem",
    year: 2017,
    url: "https://arxiv.org/abs/1701.03452",
    gates: &[("n", "candidate: what could replace the memory")],
    oracle: "float64 code written from the paper",
};
