//! The strongly typed recurrent network, T-RNN: D. Balduzzi and M. Ghifary, *Strongly-Typed
//! Recurrent Neural Networks* (2016), <https://arxiv.org/abs/1602.02218>.
//!
//! ```text
//! z_t = W x_t
//! f_t = σ(V x_t + b)                                        forget gate
//! h_t = f_t * h_{t-1} + (1 - f_t) * z_t
//! ```
//!
//! Nothing is fed back through a matrix, so that memory and input keep their types. `W` has no
//! bias, as in the paper; torchrecurrent gives it one.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid};

fn trnn(k: &Step) -> Next {
    let h = k.state("h");
    let z = k.plain_input("z");
    let f = sigmoid(k.input("f"));
    k.next(f * h + (1.0 - f) * z)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Trnn: 1
}

crate::cell_config! {
    /// Configuration of [`Trnn`].
    pub struct TrnnConfig: Trnn {}
    equations: |_, k| trnn(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "trnn",
    title: "Strongly typed RNN",
    authors: "Balduzzi & Ghifary",
    year: 2016,
    url: "https://arxiv.org/abs/1602.02218",
    gates: &[
        ("z", "the input, as the memory can hold it"),
        ("f", "forget gate: how much of the old memory stays"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
