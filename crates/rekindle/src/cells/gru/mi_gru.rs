//! The GRU with multiplicative integration: Y. Wu, S. Zhang, Y. Zhang, Y. Bengio and R.
//! Salakhutdinov, *On Multiplicative Integration with Recurrent Neural Networks* (2016),
//! <https://arxiv.org/abs/1606.06630>.
//!
//! ```text
//! z_t = σ(α_z * W_z x_t * U_z h_{t-1} + β_1z * U_z h_{t-1} + β_2z * W_z x_t + b_z)
//! r_t = σ(α_r * W_r x_t * U_r h_{t-1} + β_1r * U_r h_{t-1} + β_2r * W_r x_t + b_r)
//! h̃_t = tanh(α_h * W_h x_t * U_h (r_t * h_{t-1}) + β_1h * U_h (r_t * h_{t-1}) + β_2h * W_h x_t + b_h)
//! h_t = (1 - z_t) * h_{t-1} + z_t * h̃_t
//! ```
//!
//! The input and the memory scale one another, where a GRU adds them up. `α`, `β` and `b` are
//! vectors. `z` replaces the memory here, where `gru` keeps it. The candidate is called `n`.

use crate::card::Card;
use crate::integration::{begin, integrate, valid};
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn mi_gru(k: &Step, bias: bool) -> Next {
    let h = k.state("h");
    let [r, z] = ["r", "z"].map(|gate| sigmoid(integrate(k, gate, h, bias)));
    let n = tanh(integrate(k, "n", r * h, bias));
    k.next((1.0 - z) * h + z * n)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MiGru: 1
}

crate::cell_config! {
    /// Configuration of [`MiGru`].
    pub struct MiGruConfig: MiGru {
        /// What `α` begins with.
        alpha: f64 = 2.0,
        /// What `β_1` and `β_2` begin with.
        beta: f64 = 0.5,
    }
    equations: |config, k| mi_gru(k, config.bias);
    valid: |config| valid(config.alpha, config.beta);
    begin: |config, gates, device| {
        begin(gates, ["r", "z", "n"], config.alpha, config.beta, device)
    };
    forms: |usual| vec![MiGruConfig { bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mi_gru",
    title: "GRU with multiplicative integration",
    authors: "Wu et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1606.06630",
    gates: &[
        (
            "r",
            "reset gate: how much of the old memory the candidate sees",
        ),
        ("z", "update gate: how much of the memory is replaced"),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "float64 code written from the paper",
};
