//! MinimalRNN: M. Chen, *MinimalRNN: Toward More Interpretable and Trainable Recurrent Neural
//! Networks* (2017), <https://arxiv.org/abs/1711.06788>.
//!
//! ```text
//! z_t = Φ(x_t) = tanh(W x_t + b)                            the input, as the memory can hold it
//! u_t = σ(U_h h_{t-1} + U_z z_t + b_u)                      update gate
//! h_t = u_t * h_{t-1} + (1 - u_t) * z_t
//! ```
//!
//! The memory is a mean of mapped inputs and stays in their space, which can be read. `U_z z` does
//! not depend on the memory. `U_h` and `b_u` are the recurrent block `u`.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn minimal_rnn(k: &Step) -> Next {
    let h = k.state("h");
    let z = tanh(k.input("z"));
    let u = sigmoid(k.hidden("u", h) + k.plain_hidden("z", z));
    k.next(u * h + (1.0 - u) * z)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MinimalRnn: 1
}

crate::cell_config! {
    /// Configuration of [`MinimalRnn`].
    pub struct MinimalRnnConfig: MinimalRnn {}
    equations: |_, k| minimal_rnn(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "minimal_rnn",
    title: "MinimalRNN",
    authors: "Chen",
    year: 2017,
    url: "https://arxiv.org/abs/1711.06788",
    gates: &[("z", "the input, as the memory can hold it")],
    oracle: "torchrecurrent 0.2.5",
};
