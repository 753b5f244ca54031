//! The statistical recurrent unit: J. B. Oliva, B. Póczos and J. Schneider, *The Statistical
//! Recurrent Unit* (2017), <https://arxiv.org/abs/1703.00381>.
//!
//! ```text
//! r_t = relu(W_r μ_{t-1} + b_r)                             summary of what was seen
//! φ_t = relu(W_φ r_t + W_x x_t + b_φ)                       statistics of the input in its light
//! μ_t^α = α μ_{t-1}^α + (1 - α) φ_t                         their averages, on five time scales α
//! o_t = relu(W_o μ_t + b_o)                                 the output
//! ```
//!
//! There is no gate, and nothing but averages is carried: differences of averages on other scales
//! tell what happened when. `μ` is all averages together, so that `W_r` and `W_o` are a block for
//! each, `r1` to `r5` and `o1` to `o5`; the averages are the states `m1` to `m5`. `r` and `φ` are as
//! wide as the output. The authors write SRU; here that is the simple recurrent unit.

use crate::card::Card;
use crate::invalid::Invalid;
use rekindle_engine::{Next, Step, Var, relu};

/// The number of time scales.
const SCALES: usize = 5;

fn statistical_ru(k: &Step, alpha: &[f64; SCALES]) -> Next {
    let _o = k.state("o");
    let numbered = |letter: &str, scale: usize| format!("{letter}{}", scale + 1);
    let averages: [Var; SCALES] =
        std::array::from_fn(|scale| k.state(numbered("m", scale).as_str()));
    let product = |letter: &str, averages: [Var<'_>; SCALES]| {
        let block = |scale: usize| {
            let name = numbered(letter, scale);
            match scale {
                0 => k.hidden(name.as_str(), averages[0]),
                _ => k.plain_hidden(name.as_str(), averages[scale]),
            }
        };
        (1..SCALES).fold(block(0), |sum, scale| sum + block(scale))
    };
    let r = relu(product("r", averages));
    let phi = relu(k.input("phi") + k.plain_hidden("phi", r));
    let averages = std::array::from_fn(|s| alpha[s] * averages[s] + (1.0 - alpha[s]) * phi);
    let o = relu(product("o", averages));
    k.next([vec![o], averages.to_vec()].concat())
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct StatisticalRu: 6
}

crate::cell_config! {
    /// Configuration of [`StatisticalRu`].
    pub struct StatisticalRuConfig: StatisticalRu {
        /// `α`: how much of each average stays at a step.
        alpha: [f64; SCALES] = [0.0, 0.5, 0.9, 0.99, 0.999],
    }
    equations: |config, k| statistical_ru(k, &config.alpha);
    valid: |config| match config.alpha.iter().find(|alpha| !(0.0..1.0).contains(*alpha)) {
        None => Ok(()),
        Some(alpha) => Err(Invalid::new("alpha", alpha, "at least 0 and less than 1")),
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "statistical_ru",
    title: "Statistical recurrent unit",
    authors: "Oliva et al.",
    year: 2017,
    url: "https://arxiv.org/abs/1703.00381",
    gates: &[("phi", "the input's share of the statistics")],
    oracle: "float64 code written from the paper",
};
