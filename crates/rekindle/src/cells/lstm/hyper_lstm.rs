//! The HyperLSTM: D. Ha, A. Dai and Q. V. Le, *HyperNetworks* (2016), <https://arxiv.org/abs/1609.09106>.
//!
//! ```text
//! ĥ_t, ĉ_t = LSTM([h_{t-1}; x_t], ĥ_{t-1}, ĉ_{t-1})         a second LSTM, which watches the first
//! y_t = d_h^y(ĥ_{t-1}) * W_h^y h_{t-1} + d_x^y(ĥ_{t-1}) * W_x^y x_t + b^y(ĥ_{t-1})       y = i, g, f, o
//! c_t = σ(f_t) * c_{t-1} + σ(i_t) * tanh(g_t)
//! h_t = σ(o_t) * tanh(c_t)
//! ```
//!
//! The second network scales the rows of the first's matrices and makes its biases, anew at every step. `d_h^y`,
//! `d_x^y` and `b^y` are linear with a bias. In the paper each goes through an embedding of a few numbers, which makes
//! matrices of low rank of theirs; here they are of full rank, and `ĥ` is as wide as `h`. As in the paper `d` sees
//! `ĥ_{t-1}`; the authors' code has `ĥ_t`. The paper's form without layer normalisation. Blocks of the second LSTM are
//! called `hyper_i` and so on, those of the three maps `zh_i`, `zx_i` and `zb_i`; `d` begins with 1, so that the first begins
//! as an LSTM.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, Var, sigmoid, tanh};

const GATES: [&str; 4] = ["i", "f", "g", "o"];

fn named(prefix: &str) -> [String; 4] {
    GATES.map(|gate| format!("{prefix}_{gate}"))
}

fn hyper_lstm(k: &Step) -> Next {
    let [h, c, hyper_h, hyper_c] = k.state(["h", "c", "hyper_h", "hyper_c"]);
    let main = GATES.map(|gate| k.plain_input(gate));
    let watching = named("hyper").map(|gate| k.affine(gate.as_str(), hyper_h));
    let watched = named("watched").map(|gate| k.plain_hidden(gate.as_str(), h));
    let before = GATES.map(|gate| k.plain_hidden(gate, h));
    let [d_h, d_x, b] =
        ["zh", "zx", "zb"].map(|prefix| named(prefix).map(|name| k.hidden(name.as_str(), hyper_h)));
    let y = std::array::from_fn(|y| d_h[y] * before[y] + d_x[y] * main[y] + b[y]);
    let (h, c) = lstm(y, c);
    let sums = std::array::from_fn(|y| watching[y] + watched[y]);
    let (hyper_h, hyper_c) = lstm(sums, hyper_c);
    k.next([h, c, hyper_h, hyper_c])
}

/// An LSTM behind its products.
fn lstm<'k>([i, f, g, o]: [Var<'k>; 4], c: Var<'k>) -> (Var<'k>, Var<'k>) {
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    (sigmoid(o) * tanh(c), c)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct HyperLstm: 4
}

crate::cell_config! {
    /// Configuration of [`HyperLstm`].
    pub struct HyperLstmConfig: HyperLstm {}
    equations: |_, k| hyper_lstm(k);
    begin: |config, gates, device| {
        let full = |value| Tensor::full([1], value, device);
        let scales = ["zh", "zx"].into_iter().flat_map(named);
        scales
            .fold(gates, |gates, d| gates.with_hidden_bias(&d, full(1.0)))
            .with_hidden_bias("zb_f", full(config.init.forget_bias()))
            .with_bias("hyper_f", full(config.init.forget_bias()))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "hyper_lstm",
    title: "LSTM whose weights another scales, HyperLSTM",
    authors: "Ha et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1609.09106",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
        ("hyper_i", "input gate of the LSTM that scales"),
        ("hyper_f", "forget gate of the LSTM that scales"),
        ("hyper_g", "candidate of the LSTM that scales"),
        ("hyper_o", "output gate of the LSTM that scales"),
    ],
    oracle: "float64 code written from the paper, with torch's LSTM cell",
};
