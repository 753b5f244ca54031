//! The Lipschitz network: N. B. Erichson, O. Azencot, A. Queiruga, L. Hodgkinson and M. W. Mahoney, *Lipschitz
//! Recurrent Neural Networks* (2020), <https://arxiv.org/abs/2006.12070>.
//!
//! ```text
//! h_t = h_{t-1} + ε (A h_{t-1} + tanh(W h_{t-1} + U x_t + b))
//! A = (1 - β)(M_A + M_Aᵀ) + β (M_A - M_Aᵀ) - γI             and W likewise, of M_W
//! ```
//!
//! A linear part and one that cannot grow faster than linearly: with `γ` large enough the network is stable whatever
//! the input. `β` is how antisymmetric both matrices are; what is stored is `M_A` and `M_W`. The authors choose `β`, `γ`
//! and `ε` for each task; one `β` and one `γ` serve both matrices here.

use crate::card::Card;
use crate::invalid;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, tanh};

fn lipschitz_rnn(k: &Step, epsilon: f64) -> Next {
    let h = k.state("h");
    let [a, w] = k.plain_hidden(["a", "w"], h);
    k.next(h + epsilon * (a + tanh(w + k.input("w"))))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct LipschitzRnn: 1
}

crate::cell_config! {
    /// Configuration of [`LipschitzRnn`].
    pub struct LipschitzRnnConfig: LipschitzRnn {
        /// `ε`: the length of a step in time.
        epsilon: f64 = 0.03,
        /// `β`: how antisymmetric the matrices are, from 0 to 1.
        beta: f64 = 0.75,
        /// `γ`: how strongly the memory is drawn to zero.
        gamma: f64 = 0.001,
    }
    equations: |config, k| lipschitz_rnn(k, config.epsilon);
    structure: |config| {
        let map = Map::Blended { beta: config.beta, gamma: config.gamma };
        let maps = ["a", "w"].map(|block| (block.to_string(), map.clone()));
        Structure { maps: maps.to_vec(), ..Structure::default() }
    };
    valid: |config| {
        invalid::step_size("epsilon", config.epsilon)?;
        invalid::share("beta", config.beta)?;
        invalid::finite("gamma", config.gamma)
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "lipschitz_rnn",
    title: "Lipschitz RNN",
    authors: "Erichson et al.",
    year: 2020,
    url: "https://arxiv.org/abs/2006.12070",
    gates: &[("w", "what moves the memory, bounded")],
    oracle: "float64 code written from the paper",
};
