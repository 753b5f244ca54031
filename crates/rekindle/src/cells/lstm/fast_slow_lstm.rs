//! The fast-slow network of LSTMs: A. Mujika, F. Meier and A. Steger, *Fast-Slow Recurrent Neural
//! Networks* (2017), <https://arxiv.org/abs/1705.08639>.
//!
//! ```text
//! h^{F_1} = f^{F_1}(h_{t-1}^{F_k}, x_t)                     the first fast cell sees the input
//! h_t^S = f^S(h_{t-1}^S, h^{F_1})                           the slow cell moves once a step
//! h^{F_2} = f^{F_2}(h^{F_1}, h_t^S)                         and tells the second fast cell
//! h^{F_i} = f^{F_i}(h^{F_{i-1}})                            for i = 3 .. k; h_t = h^{F_k}
//! ```
//!
//! Every `f` is an LSTM. The fast ones take turns on one pair of states, `h` and `c`; the slow one
//! has a pair of its own, `s` and `m`. Blocks are those of the cell they belong to: `i1`, `f1` and so
//! on of the first fast cell; `i_s` of the slow one for its own output and `i_h` for its input; `i2`
//! of the second fast cell for the memory and `i_x` for what the slow one says. The paper's layer
//! normalisation and zoneout are left out.

use crate::card::Card;
use crate::invalid::Invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, Var, sigmoid, tanh};

fn fast_slow_lstm(k: &Step, cells: usize) -> Next {
    let [h, c, s, m] = k.state(["h", "c", "s", "m"]);
    let of = |suffix: &str| ["i", "f", "g", "o"].map(|gate| format!("{gate}{suffix}"));
    let own = |suffix: &str, v| of(suffix).map(|name| k.hidden(name.as_str(), v));
    let given = |suffix: &str, v| of(suffix).map(|name| k.plain_hidden(name.as_str(), v));

    let first = of("1").map(|name| k.affine(name.as_str(), h));
    let (mut h, mut c) = lstm(first, c);
    let (s, m) = lstm(both(own("_s", s), given("_h", h)), m);
    (h, c) = lstm(both(own("2", h), given("_x", s)), c);
    for cell in 3..=cells {
        (h, c) = lstm(own(&cell.to_string(), h), c);
    }
    k.next([h, c, s, m])
}

/// The output and memory of an LSTM, of its four sums.
fn lstm<'k>([i, f, g, o]: [Var<'k>; 4], c: Var<'k>) -> (Var<'k>, Var<'k>) {
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    (sigmoid(o) * tanh(c), c)
}

fn both<'k>(a: [Var<'k>; 4], b: [Var<'k>; 4]) -> [Var<'k>; 4] {
    std::array::from_fn(|gate| a[gate] + b[gate])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct FastSlowLstm: 4
}

crate::cell_config! {
    /// Configuration of [`FastSlowLstm`].
    pub struct FastSlowLstmConfig: FastSlowLstm {
        /// `k`: how many fast cells a step has.
        fast_cells: usize = 2,
    }
    equations: |config, k| fast_slow_lstm(k, config.fast_cells);
    valid: |config| match config.fast_cells {
        2..=16 => Ok(()),
        cells => Err(Invalid::new("fast_cells", cells, "from 2 to 16")),
    };
    begin: |config, gates, device| {
        let forget_bias = Tensor::full([1], config.init.forget_bias(), device);
        let hidden = ["f_s".to_string()].into_iter();
        let hidden = hidden.chain((2..=config.fast_cells).map(|cell| format!("f{cell}")));
        hidden.fold(gates.with_bias("f1", forget_bias.clone()), |gates, name| {
            gates.with_hidden_bias(&name, forget_bias.clone())
        })
    };
    forms: |usual| vec![FastSlowLstmConfig { fast_cells: 4, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "fast_slow_lstm",
    title: "Fast-slow LSTM",
    authors: "Mujika et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1705.08639",
    gates: &[
        (
            "i1",
            "input gate of the first fast cell: how much of the candidate is written",
        ),
        (
            "f1",
            "forget gate of the first fast cell: how much of each memory is kept",
        ),
        (
            "g1",
            "candidate of the first fast cell: what could be written",
        ),
        (
            "o1",
            "output gate of the first fast cell: how much of the memory is shown",
        ),
    ],
    oracle: "float64 code written from the paper, with torch's LSTM cells",
};
