//! The network whose recurrent matrix is chosen by the input: I. Sutskever, J. Martens and G. Hinton,
//! *Generating Text with Recurrent Neural Networks*, ICML (2011),
//! <https://icml.cc/2011/papers/524_icmlpaper.pdf>.
//!
//! ```text
//! f_t = (W_fx x_t) * (W_fh h_{t-1})                         factors
//! h_t = tanh(W_hf f_t + W_hx x_t)
//! ```
//!
//! `W_hf diag(W_fx x_t) W_fh` is a recurrent matrix of its own for every input: for every character,
//! in the paper. There are as many factors as units. The last product has biases.

use crate::card::Card;
use rekindle_engine::{Next, Step, tanh};

fn multiplicative_rnn(k: &Step) -> Next {
    let h = k.state("h");
    let f = k.plain_input("f") * k.plain_hidden("f", h);
    k.next(tanh(k.affine("h", f)))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MultiplicativeRnn: 1
}

crate::cell_config! {
    /// Configuration of [`MultiplicativeRnn`].
    pub struct MultiplicativeRnnConfig: MultiplicativeRnn {}
    equations: |_, k| multiplicative_rnn(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "multiplicative_rnn",
    title: "Multiplicative RNN",
    authors: "Sutskever et al.",
    year: 2011,
    url: "https://icml.cc/2011/papers/524_icmlpaper.pdf",
    gates: &[
        ("f", "the input's share of the factors"),
        ("h", "what is added to what the factors say"),
    ],
    oracle: "float64 code written from the paper",
};
