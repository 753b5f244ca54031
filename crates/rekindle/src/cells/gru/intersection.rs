//! The intersection RNN, or +RNN: J. Collins, J. Sohl-Dickstein and D. Sussillo, *Capacity and
//! Trainability in Recurrent Neural Networks* (2016), <https://arxiv.org/abs/1611.09913>.
//!
//! ```text
//! y^in_t = relu(W_yin x_t + U_yin h_{t-1} + b_yin)          candidate for the output
//! h^in_t = tanh(W_hin x_t + U_hin h_{t-1} + b_hin)          candidate for the memory
//! g^y_t = σ(W_gy x_t + U_gy h_{t-1} + b_gy)                 gate across layers
//! g^h_t = σ(W_gh x_t + U_gh h_{t-1} + b_gh)                 gate across time
//! y_t = g^y_t * x_t + (1 - g^y_t) * y^in_t                  the output
//! h_t = g^h_t * h_{t-1} + (1 - g^h_t) * h^in_t              the memory
//! ```
//!
//! A highway through depth and through time at once, which its authors found to be trained more
//! easily than the LSTM and the GRU in deep stacks. The output is no part of the recurrence; it is
//! the first state here, as that is what a layer shows.
//!
//! Where the input has another width than the memory, a last block `x` without a bias maps it.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, relu, sigmoid, tanh};

fn intersection(k: &Step) -> Next {
    let [_y, h] = k.state(["y", "h"]);
    let [y_in, h_in, g_y, g_h] = k.affine(["y_in", "h_in", "g_y", "g_h"], h);
    let [g_y, g_h] = [g_y, g_h].map(sigmoid);
    k.next([
        g_y * k.raw() + (1.0 - g_y) * relu(y_in),
        g_h * h + (1.0 - g_h) * tanh(h_in),
    ])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Intersection: 2
}

crate::cell_config! {
    /// Configuration of [`Intersection`].
    pub struct IntersectionConfig: Intersection {}
    equations: |_, k| intersection(k);
    begin: |config, gates, device| {
        gates.with_bias("g_h", Tensor::full([1], config.init.forget_bias(), device))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "intersection",
    title: "Intersection RNN (+RNN)",
    authors: "Collins et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1611.09913",
    gates: &[
        ("y_in", "candidate: what could be the output"),
        ("h_in", "candidate: what could replace the memory"),
        ("g_y", "depth gate: how much of the input is the output"),
        ("g_h", "time gate: how much of the old memory stays"),
    ],
    oracle: "float64 code written from the paper; torchrecurrent 0.2.5 where widths agree",
};
