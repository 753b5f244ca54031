//! GRUs whose gates do not see the input: R. Dey and F. M. Salem, *Gate-Variants of Gated Recurrent
//! Unit (GRU) Neural Networks* (2017), <https://arxiv.org/abs/1701.05923>.
//!
//! ```text
//! z_t = σ(U_z h_{t-1} + b_z),  r_t = σ(U_r h_{t-1} + b_r)   variant = 1
//! z_t = σ(U_z h_{t-1}),        r_t = σ(U_r h_{t-1})         variant = 2
//! z_t = σ(b_z),                r_t = σ(b_r)                 variant = 3
//! h̃_t = tanh(W_h x_t + U_h (r_t * h_{t-1}) + b_h)           candidate
//! h_t = (1 - z_t) * h_{t-1} + z_t * h̃_t
//! ```
//!
//! The paper calls them GRU1 to GRU3. `z` replaces the memory here, where `gru` keeps it. The
//! candidate is called `n`. The biases of variant 3 are learned vectors.

use crate::card::Card;
use crate::invalid::Invalid;
use rekindle_engine::{Next, Step, Var, sigmoid, tanh};

fn slim_gru(k: &Step, variant: u8) -> Next {
    let h = k.state("h");
    let gate = |name: &str| -> Var {
        match variant {
            1 => k.hidden(name, h),
            2 => k.plain_hidden(name, h),
            _ => k.vector(format!("b_{name}").as_str()),
        }
    };
    let [r, z] = ["r", "z"].map(|name| sigmoid(gate(name)));
    let n = tanh(k.affine("n", r * h));
    k.next((1.0 - z) * h + z * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct SlimGru: 1
}

crate::cell_config! {
    /// Configuration of [`SlimGru`].
    pub struct SlimGruConfig: SlimGru {
        /// What the gates are made of: 1, memory and bias; 2, memory; 3, bias.
        variant: u8 = 1,
    }
    equations: |config, k| slim_gru(k, config.variant);
    valid: |config| match (config.variant, config.bias) {
        (3, false) => Err(Invalid::because("variant", "3 has biases only: it needs bias = true")),
        (1..=3, _) => Ok(()),
        (variant, _) => Err(Invalid::new("variant", variant, "from 1 to 3")),
    };
    forms: |usual| vec![
        SlimGruConfig { variant: 2, bias: false, ..usual.clone() },
        SlimGruConfig { variant: 3, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "slim_gru",
    title: "Slim GRU, GRU1 to GRU3",
    authors: "Dey & Salem",
    year: 2017,
    url: "https://arxiv.org/abs/1701.05923",
    gates: &[("n", "candidate: what could replace the memory")],
    oracle: "float64 code written from the paper",
};
