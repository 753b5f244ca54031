//! The LSTM that conserves mass, MC-LSTM: P.-J. Hoedt, F. Kratzert, D. Klotz, C. Halmich, M. Holzleitner, G. S.
//! Nearing, S. Hochreiter and G. Klambauer, *MC-LSTM: Mass-Conserving LSTM* (2021),
//! <https://arxiv.org/abs/2101.05186>.
//!
//! ```text
//! i_t = softmax(W_i a_t + U_i c_{t-1} / ‖c_{t-1}‖₁ + b_i)   how the mass that comes in is shared out
//! o_t = σ(W_o a_t + U_o c_{t-1} / ‖c_{t-1}‖₁ + b_o)         how much of every unit's mass leaves
//! m_t = R c_{t-1} + i_t x_t                                 the mass of every unit; columns of R sum to 1
//! c_t = (1 - o_t) * m_t                                     what stays, the memory
//! h_t = o_t * m_t                                           what leaves, the output
//! ```
//!
//! No mass is lost: what was there and what comes in is what stays and what leaves. In the paper the mass `x_t` is an input
//! beside the others, `a_t`; here it is a learned sum of the inputs, `x_t = Σ W_m a_t`. `R` is the softmax of a stored
//! matrix, column by column, the paper's simplest form, in which it does not depend on the step.

use crate::card::Card;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, abs, sigmoid, softmax, sum};

fn mass_conserving_lstm(k: &Step) -> Next {
    let [_h, c] = k.state(["h", "c"]);
    let share = c / (sum(abs(c)) + 1e-5);
    let i = softmax(k.input("i") + k.plain_hidden("i", share));
    let o = sigmoid(k.input("o") + k.plain_hidden("o", share));
    let mass = k.plain_hidden("r", c) + i * sum(k.plain_input("m"));
    k.next([o * mass, (1.0 - o) * mass])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MassConservingLstm: 2
}

crate::cell_config! {
    /// Configuration of [`MassConservingLstm`].
    pub struct MassConservingLstmConfig: MassConservingLstm {}
    equations: |_, k| mass_conserving_lstm(k);
    structure: |_| Structure::of("r", Map::Stochastic);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mass_conserving_lstm",
    title: "LSTM that conserves mass",
    authors: "Hoedt et al.",
    year: 2021,
    url: "https://arxiv.org/abs/2101.05186",
    gates: &[
        ("i", "input gate: how what comes in is shared out"),
        ("o", "output gate: how much of every mass leaves"),
        ("m", "how much mass comes in"),
    ],
    oracle: "float64 code written from the paper",
};
