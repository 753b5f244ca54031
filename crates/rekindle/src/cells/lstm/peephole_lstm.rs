//! The LSTM whose gates see the memory itself: F. Gers, N. Schraudolph and J. Schmidhuber,
//! *Learning Precise Timing with LSTM Recurrent Networks*, Journal of Machine Learning Research 3
//! (2002), <https://www.jmlr.org/papers/v3/gers02a.html>.
//!
//! ```text
//! i_t = σ(W_i x_t + U_i h_{t-1} + p_i * c_{t-1} + b_i)      input gate
//! f_t = σ(W_f x_t + U_f h_{t-1} + p_f * c_{t-1} + b_f)      forget gate
//! c_t = f_t * c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)
//! o_t = σ(W_o x_t + U_o h_{t-1} + p_o * c_t + b_o)          output gate, which sees the new memory
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! A closed output gate hides the memory from the gates of an LSTM, which then cannot measure time
//! by it. A peephole is one weight a unit, `p`, and shows it to them.
//!
//! K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink and J. Schmidhuber, *LSTM: A Search Space
//! Odyssey* (2015), <https://arxiv.org/abs/1503.04069>, ask which of its parts it needs, and take them
//! away one by one: the key `without`. The rest of their variants are `lstm`, without peepholes, and
//! `cifg_lstm`, with coupled gates, but for their full gate recurrence.

use crate::card::Card;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, Var, sigmoid, tanh};
use serde::{Deserialize, Serialize};

fn peephole_lstm(k: &Step, without: Option<Part>) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let has = |part| without != Some(part);
    let i = has(Part::InputGate).then(|| gate(k, "i", h, c));
    let f = has(Part::ForgetGate).then(|| gate(k, "f", h, c));
    let g = k.affine("g", h);
    let g = if has(Part::InputActivation) {
        tanh(g)
    } else {
        g
    };
    let c = gated(f, c) + gated(i, g);
    let o = has(Part::OutputGate).then(|| gate(k, "o", h, c));
    let shown = if has(Part::OutputActivation) {
        tanh(c)
    } else {
        c
    };
    k.next([gated(o, shown), c])
}

/// A gate with a peephole to the memory.
fn gate<'k>(k: &'k Step, name: &str, h: Var<'k>, c: Var<'k>) -> Var<'k> {
    sigmoid(k.affine(name, h) + k.vector(format!("p_{name}").as_str()) * c)
}

fn gated<'k>(gate: Option<Var<'k>>, v: Var<'k>) -> Var<'k> {
    gate.map_or(v, |gate| gate * v)
}

/// A part of the LSTM that can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The input gate: `i = 1`, NIG.
    InputGate,
    /// The forget gate: `f = 1`, NFG.
    ForgetGate,
    /// The output gate: `o = 1`, NOG.
    OutputGate,
    /// The function of the candidate, which is linear then: NIAF.
    InputActivation,
    /// The function of the memory, which is shown as it is then: NOAF.
    OutputActivation,
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct PeepholeLstm: 2
}

crate::cell_config! {
    /// Configuration of [`PeepholeLstm`].
    pub struct PeepholeLstmConfig: PeepholeLstm {
        /// The part that is taken away: `input_gate`, `forget_gate`, `output_gate`,
        /// `input_activation` or `output_activation`; none by default.
        #[serde(skip_serializing_if = "Option::is_none")]
        without: Option<Part> = None,
    }
    equations: |config, k| peephole_lstm(k, config.without);
    begin: |config, gates, device| match config.without {
        Some(Part::ForgetGate) => gates,
        _ => gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device)),
    };
    forms: |usual| [
        Part::InputGate,
        Part::ForgetGate,
        Part::OutputGate,
        Part::InputActivation,
        Part::OutputActivation,
    ]
    .map(|part| PeepholeLstmConfig { without: Some(part), ..usual.clone() })
    .into();
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "peephole_lstm",
    title: "LSTM with peepholes",
    authors: "Gers et al.",
    year: 2002,
    url: "https://www.jmlr.org/papers/v3/gers02a.html",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
