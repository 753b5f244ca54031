//! The liquid time-constant network, LTC: R. Hasani, M. Lechner, A. Amini, D. Rus and R. Grosu, *Liquid
//! Time-constant Networks* (2020), <https://arxiv.org/abs/2006.04439>.
//!
//! ```text
//! f = σ(W x_t + U h + b)
//! h ← (h + Δ f * A) / (1 + Δ (1/τ + f))                     as often as there are unfolds; Δ = 1 / unfolds
//! ```
//!
//! The paper's fused step through `dh/dt = -(1/τ + f) h + f A`: how fast a unit follows depends on what it sees. `f` is
//! one layer, whose matrix all unfolds share; the paper lets it be any network, and its later code gives every pair of
//! units a sigmoid of its own. `1/τ` is the softplus of a learned vector, so that it is positive.

use crate::card::Card;
use crate::invalid::Invalid;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, sigmoid, softplus};

fn ltc(k: &Step, unfolds: usize) -> Next {
    let mut h = k.state("h");
    let x = k.input("f");
    let [a, leak] = k.vector(["a", "leak"]);
    let leak = softplus(leak);
    let delta = 1.0 / unfolds as f64;
    for n in 1..=unfolds {
        let f = sigmoid(x + k.plain_hidden(block(n).as_str(), h));
        h = (h + delta * f * a) / (1.0 + delta * (leak + f));
    }
    k.next(h)
}

/// The recurrent block of an unfold.
fn block(n: usize) -> String {
    format!("f{n}")
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Ltc: 1
}

crate::cell_config! {
    /// Configuration of [`Ltc`].
    pub struct LtcConfig: Ltc {
        /// How many steps the solver takes for one of the sequence.
        unfolds: usize = 6,
    }
    equations: |config, k| ltc(k, config.unfolds);
    structure: |config| Structure {
        maps: (2..=config.unfolds).map(|n| (block(n), Map::Same(block(1)))).collect(),
        ..Structure::default()
    };
    valid: |config| match config.unfolds {
        1..=64 => Ok(()),
        unfolds => Err(Invalid::new("unfolds", unfolds, "from 1 to 64")),
    };
    begin: |config, gates, device| {
        let uniform = burn::tensor::Distribution::Uniform(-1.0, 1.0);
        gates.with_vector("a", burn::tensor::Tensor::random([config.d_hidden], uniform, device))
    };
    forms: |usual| vec![LtcConfig { unfolds: 1, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "ltc",
    title: "Liquid time-constant network",
    authors: "Hasani et al.",
    year: 2020,
    url: "https://arxiv.org/abs/2006.04439",
    gates: &[("f", "how strongly a unit is drawn to its target")],
    oracle: "float64 code written from the paper",
};
