//! The structurally constrained recurrent network: T. Mikolov, A. Joulin, S. Chopra, M. Mathieu and
//! M. Ranzato, *Learning Longer Memory in Recurrent Neural Networks* (2014),
//! <https://arxiv.org/abs/1412.7753>.
//!
//! ```text
//! s_t = (1 - α) B x_t + α s_{t-1}                           context units, which change slowly
//! h_t = σ(P s_t + A x_t + R h_{t-1})                        hidden units
//! y_t = softmax(U h_t + V s_t)                              the output, which a task adds on top
//! ```
//!
//! The context is a mean of inputs that fades at a constant rate: a long memory without any gate.
//! Here there are as many context units as hidden ones, and the layer shows `h`, which holds `P s`.
//! The recurrence is the paper's; torchrecurrent feeds an output back and learns `α`. `B` and `P`
//! have no biases.

use crate::card::Card;
use crate::invalid;
use rekindle_engine::{Next, Step, sigmoid};

fn scrn(k: &Step, alpha: f64) -> Next {
    let [h, s] = k.state(["h", "s"]);
    let s = (1.0 - alpha) * k.plain_input("b") + alpha * s;
    let h = sigmoid(k.plain_hidden("p", s) + k.affine("a", h));
    k.next([h, s])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Scrn: 2
}

crate::cell_config! {
    /// Configuration of [`Scrn`].
    pub struct ScrnConfig: Scrn {
        /// `α`: the share of the context that stays at every step.
        alpha: f64 = 0.95,
    }
    equations: |config, k| scrn(k, config.alpha);
    valid: |config| invalid::share("alpha", config.alpha);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "scrn",
    title: "Structurally constrained recurrent network",
    authors: "Mikolov et al.",
    year: 2014,
    url: "https://arxiv.org/abs/1412.7753",
    gates: &[
        ("b", "what the context remembers of the input"),
        ("a", "what the hidden units make of the input"),
    ],
    oracle: "float64 code written from the paper",
};
