//! The recurrent additive network: K. Lee, O. Levy and L. Zettlemoyer, *Recurrent Additive
//! Networks* (2017), <https://arxiv.org/abs/1705.07393>.
//!
//! ```text
//! c̃_t = W_c x_t                                             content, linear in the input
//! i_t = σ(W_i x_t + U_i h_{t-1} + b_i)                      input gate
//! f_t = σ(W_f x_t + U_f h_{t-1} + b_f)                      forget gate
//! c_t = i_t * c̃_t + f_t * c_{t-1}                           the memory: a weighted sum of inputs
//! h_t = tanh(c_t)
//! ```
//!
//! An LSTM without the recurrent nonlinearity: only the gates see the old output. `W_c` has no
//! bias. The paper also has a form with `h = c`.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn ran(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let content = k.plain_input("c");
    let [i, f] = k.affine(["i", "f"], h).map(sigmoid);
    let c = i * content + f * c;
    k.next([tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Ran: 2
}

crate::cell_config! {
    /// Configuration of [`Ran`].
    pub struct RanConfig: Ran {}
    equations: |_, k| ran(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "ran",
    title: "Recurrent additive network",
    authors: "Lee et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1705.07393",
    gates: &[
        ("c", "content: the input, as the memory can hold it"),
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
