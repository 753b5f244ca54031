//! The LSTM with refined gates that begin uniform: A. Gu, C. Gulcehre, T. Le Paine, M. Hoffman and R.
//! Pascanu, *Improving the Gating Mechanism of Recurrent Neural Networks* (2019),
//! <https://arxiv.org/abs/1910.09890>.
//!
//! ```text
//! f_t = σ(W_f x_t + U_f h_{t-1} + b)                        forget gate
//! r_t = σ(W_r x_t + U_r h_{t-1} - b)                        refine gate
//! g_t = r_t * (1 - (1 - f_t)²) + (1 - r_t) * f_t²           what is made of them: between f² and 1 - (1 - f)²
//! c_t = g_t * c_{t-1} + (1 - g_t) * tanh(W_u x_t + U_u h_{t-1} + b_u)
//! h_t = o_t * tanh(c_t)                                     o_t is the gate of an LSTM
//! ```
//!
//! Near 0 and 1 a gate learns slowly, as its gradient vanishes; a refined one does not. `b` begins so
//! that the gates are uniform between 1 / d_hidden and 1 - 1 / d_hidden, and the memory has all time
//! scales. It is a bias of each of the two here, which begin as negatives of each other.

use crate::card::Card;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn ur_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [f, r, u, o] = k.affine(["f", "r", "u", "o"], h);
    let [f, r, o] = [f, r, o].map(sigmoid);
    let g = r * (1.0 - (1.0 - f) * (1.0 - f)) + (1.0 - r) * f * f;
    let c = g * c + (1.0 - g) * tanh(u);
    k.next([o * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct UrLstm: 2
}

crate::cell_config! {
    /// Configuration of [`UrLstm`].
    pub struct UrLstmConfig: UrLstm {}
    equations: |_, k| ur_lstm(k);
    begin: |config, gates, device| {
        // From a quarter for few units, where the paper's range is empty.
        let least = 1.0 / config.d_hidden.max(4) as f64;
        let range = Distribution::Uniform(least, 1.0 - least);
        let open = Tensor::<1>::random([config.d_hidden], range, device);
        let b = open.clone().log() - (open.neg() + 1.0).log();
        gates.with_bias("f", b.clone()).with_bias("r", b.neg())
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "ur_lstm",
    title: "LSTM with uniform refined gates, UR-LSTM",
    authors: "Gu et al.",
    year: 2019,
    url: "https://arxiv.org/abs/1910.09890",
    gates: &[
        ("f", "forget gate: how much of each memory is kept"),
        ("r", "refine gate: whether rather more is kept, or less"),
        ("u", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper",
};
