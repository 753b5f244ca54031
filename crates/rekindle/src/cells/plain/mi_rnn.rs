//! The Elman network with multiplicative integration: Y. Wu, S. Zhang, Y. Zhang, Y. Bengio and R.
//! Salakhutdinov, *On Multiplicative Integration with Recurrent Neural Networks* (2016),
//! <https://arxiv.org/abs/1606.06630>.
//!
//! ```text
//! h_t = tanh(α * W x_t * U h_{t-1} + β_1 * U h_{t-1} + β_2 * W x_t + b)
//! ```
//!
//! The input and the memory scale one another, where an Elman network adds them up. `α`, `β` and `b`,
//! here `bias_h`, are vectors. See also `mi_gru` and `mi_lstm`.

use crate::card::Card;
use crate::integration::{begin, integrate, valid};
use rekindle_engine::{Next, Step, tanh};

fn mi_rnn(k: &Step, bias: bool) -> Next {
    let h = k.state("h");
    k.next(tanh(integrate(k, "h", h, bias)))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MiRnn: 1
}

crate::cell_config! {
    /// Configuration of [`MiRnn`].
    pub struct MiRnnConfig: MiRnn {
        /// What `α` begins with.
        alpha: f64 = 2.0,
        /// What `β_1` and `β_2` begin with.
        beta: f64 = 0.5,
    }
    equations: |config, k| mi_rnn(k, config.bias);
    valid: |config| valid(config.alpha, config.beta);
    begin: |config, gates, device| begin(gates, ["h"], config.alpha, config.beta, device);
    forms: |usual| vec![MiRnnConfig { bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mi_rnn",
    title: "RNN with multiplicative integration",
    authors: "Wu et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1606.06630",
    gates: &[("h", "what the input adds to the memory and scales it with")],
    oracle: "float64 code written from the paper",
};
