//! The clockwork network, CW-RNN: J. Koutník, K. Greff, F. Gomez and J. Schmidhuber, *A Clockwork RNN* (2014),
//! <https://arxiv.org/abs/1402.3511>.
//!
//! ```text
//! y_H(t) = f_H(W_H y_H(t-1) + W_I x(t))                     units of module i whose period divides t
//! y_H(t) = y_H(t-1)                                         all others, which keep what they are
//! ```
//!
//! The units are in `modules`, and those of module `i` move at every `T_i`-th step only, `T_i = 1, 2, 4, ...`: slow
//! modules remember, fast ones see details. A module hears itself and slower ones, so that `W_H` is block upper
//! triangular; what is stored below the blocks is not read. Steps are counted by the state `t`, the same for all units,
//! from 0, where every module moves. Where there are fewer units than modules, some periods have none. Every product has
//! a bias.

use crate::card::Card;
use crate::invalid::Invalid;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, floor, tanh};
use std::sync::Arc;

fn clockwork(k: &Step) -> Next {
    let [h, t] = k.state(["h", "t"]);
    let period = k.vector("period");
    let moves = floor(t / period) - floor((t - 1.0) / period);
    let new = tanh(k.affine("h", h));
    k.next([moves * new + (1.0 - moves) * h, t + 1.0])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Clockwork: 2
}

crate::cell_config! {
    /// Configuration of [`Clockwork`].
    pub struct ClockworkConfig: Clockwork {
        /// In how many modules the units are: the slowest moves every `2^(modules - 1)` steps.
        modules: usize = 7,
    }
    equations: |_, k| clockwork(k);
    structure: ClockworkConfig::clocks;
    valid: |config| match config.modules {
        1..=24 => Ok(()),
        modules => Err(Invalid::new("modules", modules, "from 1 to 24")),
    };
    forms: |usual| vec![ClockworkConfig { modules: 2, bias: false, ..usual }];
}

impl ClockworkConfig {
    /// The periods, and which units hear which.
    fn clocks(&self) -> Structure {
        let module = |unit: usize| unit * self.modules / self.d_hidden;
        let units = 0..self.d_hidden;
        let period = units.clone().map(|unit| f64::from(1_u32 << module(unit)));
        let hears = units.clone().flat_map(|unit| {
            let from = units.clone();
            from.map(move |other| f64::from(u8::from(module(other) >= module(unit))))
        });
        Structure {
            maps: vec![("h".to_string(), Map::Masked(Arc::new(hears.collect())))],
            vectors: vec![("period".to_string(), Arc::new(period.collect()))],
            ..Structure::default()
        }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "clockwork",
    title: "Clockwork RNN",
    authors: "Koutník et al.",
    year: 2014,
    url: "https://arxiv.org/abs/1402.3511",
    gates: &[("h", "what a unit becomes when its period has passed")],
    oracle: "float64 code written from the paper",
};
