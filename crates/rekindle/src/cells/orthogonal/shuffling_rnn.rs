//! The shuffling network, SRNN: M. Rotman and L. Wolf, *Shuffling Recurrent Neural Networks* (2020),
//! <https://arxiv.org/abs/2007.07324>.
//!
//! ```text
//! h_t = relu(W_p h_{t-1} + b(x_t))                          W_p a permutation: the memory is shifted by one unit
//! b(x_t) = f_r(x_t) * σ(W_s x_t + b_s)                      what is written, and how much of it
//! ```
//!
//! Nothing of the recurrence is learned: a shift keeps every number, so that gradients neither vanish nor explode. `f_r`
//! is a network of two layers with a rectifier between them, each as wide as the memory; the paper lets it be any. Its
//! layers are called `f` and `r`, the gate `s`.

use crate::activation::Activation;
use crate::card::Card;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, relu, sigmoid};
use std::sync::Arc;

fn shuffling_rnn(k: &Step, activation: Activation) -> Next {
    let h = k.state("h");
    let written = k.hidden("r", relu(k.input("f")));
    let b = written * sigmoid(k.input("s"));
    k.next(activation.of(k.plain_hidden("p", h) + b))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct ShufflingRnn: 1
}

crate::cell_config! {
    /// Configuration of [`ShufflingRnn`].
    pub struct ShufflingRnnConfig: ShufflingRnn {
        /// What acts on the memory: `relu`, or another.
        activation: Activation = Activation::Relu,
    }
    equations: |config, k| shuffling_rnn(k, config.activation);
    structure: |config| {
        let units = config.d_hidden;
        let from = |unit: usize| (unit + units - 1) % units;
        let shift = (0..units).flat_map(|unit| {
            (0..units).map(move |other| f64::from(u8::from(other == from(unit))))
        });
        Structure::of("p", Map::Given(Arc::new(shift.collect())))
    };
    forms: |usual| vec![ShufflingRnnConfig { activation: Activation::Tanh, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "shuffling_rnn",
    title: "Shuffling RNN",
    authors: "Rotman & Wolf",
    year: 2020,
    url: "https://arxiv.org/abs/2007.07324",
    gates: &[
        ("f", "first layer of what is written"),
        ("s", "gate: how much of it is written"),
    ],
    oracle: "float64 code written from the paper",
};
