//! The recurrent highway network: J. G. Zilly, R. K. Srivastava, J. Koutník and J. Schmidhuber,
//! *Recurrent Highway Networks* (2016), <https://arxiv.org/abs/1607.03474>.
//!
//! ```text
//! s_0 = the memory, s_{t-1}
//! h_l = tanh(W_H x_t 1{l = 1} + R_Hl s_{l-1} + b_Hl)        candidate of level l = 1 .. L
//! t_l = σ(W_T x_t 1{l = 1} + R_Tl s_{l-1} + b_Tl)           transform gate
//! s_l = h_l * t_l + s_{l-1} * (1 - t_l)                     s_L is the new memory
//! ```
//!
//! Every step in time is a highway network of `depth` levels, each with a product of its own that
//! depends on the one below; the input enters the first. The carry gate is `1 - t`, as in the
//! paper's experiments, which go from depth 1 to 10. The recurrent blocks are `h1`, `t1`, `h2`,
//! `t2` and so on.

use crate::card::Card;
use crate::invalid::Invalid;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn rhn(k: &Step, depth: usize) -> Next {
    let mut s = k.state("s");
    for l in 1..=depth {
        let [h, t] = ["h", "t"].map(|gate| {
            let level = k.hidden(format!("{gate}{l}").as_str(), s);
            if l == 1 { k.input(gate) + level } else { level }
        });
        let t = sigmoid(t);
        s = tanh(h) * t + s * (1.0 - t);
    }
    k.next(s)
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Rhn: 1
}

crate::cell_config! {
    /// Configuration of [`Rhn`].
    pub struct RhnConfig: Rhn {
        /// How many levels a step has.
        depth: usize = 3,
    }
    equations: |config, k| rhn(k, config.depth);
    valid: |config| match config.depth {
        1..=64 => Ok(()),
        depth => Err(Invalid::new("depth", depth, "from 1 to 64")),
    };
    forms: |usual| vec![RhnConfig { depth: 1, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "rhn",
    title: "Recurrent highway network",
    authors: "Zilly et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1607.03474",
    gates: &[
        (
            "h",
            "candidate of the first level: what could replace the memory",
        ),
        (
            "t",
            "transform gate of the first level: how much of the memory is replaced",
        ),
    ],
    oracle: "float64 code written from the paper",
};
