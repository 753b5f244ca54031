//! The network with a deep step from memory to memory: R. Pascanu, C. Gulcehre, K. Cho and Y. Bengio,
//! *How to Construct Deep Recurrent Neural Networks* (2013), <https://arxiv.org/abs/1312.6026>.
//!
//! ```text
//! h^1 = tanh(V x_t + U_1 h_{t-1} + b_1)
//! h^l = tanh(U_l h^{l-1} + b_l)                             for l = 2 .. L; h_t = h^L
//! ```
//!
//! There, DT-RNN; its shortcut, which adds `U h_{t-1}` to the last level, makes it DT(S)-RNN. The
//! blocks are `h1`, `h2` and so on, that of the shortcut `s`.

use crate::card::Card;
use crate::invalid::Invalid;
use rekindle_engine::{Next, Step, tanh};

fn deep_transition(k: &Step, depth: usize, shortcut: bool) -> Next {
    let h = k.state("h");
    let mut a = k.affine("h1", h);
    for level in 2..=depth {
        a = k.hidden(format!("h{level}").as_str(), tanh(a));
    }
    let a = if shortcut {
        a + k.plain_hidden("s", h)
    } else {
        a
    };
    k.next(tanh(a))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct DeepTransition: 1
}

crate::cell_config! {
    /// Configuration of [`DeepTransition`].
    pub struct DeepTransitionConfig: DeepTransition {
        /// How many levels a step has.
        depth: usize = 2,
        /// Whether the last level sees the old memory as well.
        shortcut: bool = false,
    }
    equations: |config, k| deep_transition(k, config.depth, config.shortcut);
    valid: |config| match config.depth {
        1..=64 => Ok(()),
        depth => Err(Invalid::new("depth", depth, "from 1 to 64")),
    };
    forms: |usual| vec![
        DeepTransitionConfig { depth: 3, shortcut: true, bias: false, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "deep_transition",
    title: "Deep transition network, DT-RNN",
    authors: "Pascanu et al.",
    year: 2013,
    url: "https://arxiv.org/abs/1312.6026",
    gates: &[(
        "h1",
        "mixes the new input with the memory, on the first level",
    )],
    oracle: "float64 code written from the paper",
};
