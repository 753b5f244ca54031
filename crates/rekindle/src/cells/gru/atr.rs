//! The addition-subtraction twin-gated recurrent network: B. Zhang, D. Xiong, J. Su, Q. Lin and H.
//! Zhang, *Simplifying Neural Machine Translation with Addition-Subtraction Twin-Gated Recurrent
//! Networks* (2018), <https://arxiv.org/abs/1810.12546>.
//!
//! ```text
//! p_t = W_p x_t,   q_t = U h_{t-1}                          the only two products
//! i_t = σ(p_t + q_t)                                        input gate
//! f_t = σ(p_t - q_t)                                        forget gate
//! h_t = i_t * p_t + f_t * h_{t-1}
//! ```
//!
//! The cheapest of the gated cells: both gates are made of the same two products. The paper has no
//! biases, and neither has the default; `bias = true` gives one to each product, as torchrecurrent
//! does.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid};

fn atr(k: &Step) -> Next {
    let h = k.state("h");
    let (p, q) = (k.input("p"), k.hidden("p", h));
    k.next(sigmoid(p + q) * p + sigmoid(p - q) * h)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Atr: 1
}

crate::cell_config! {
    /// Configuration of [`Atr`].
    pub struct AtrConfig: Atr, bias: false {}
    equations: |_, k| atr(k);
    forms: |usual| vec![AtrConfig { bias: true, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "atr",
    title: "Addition-subtraction twin-gated unit",
    authors: "Zhang et al.",
    year: 2018,
    url: "https://arxiv.org/abs/1810.12546",
    gates: &[("p", "the input, of which both gates are made")],
    oracle: "torchrecurrent 0.2.5",
};
