//! The LSTM with time gates: Y. Zhu, H. Li, Y. Liao, B. Wang, Z. Guan, H. Liu and D. Cai, *What to Do Next:
//! Modeling User Behaviors by Time-LSTM* (2017), <https://doi.org/10.24963/ijcai.2017/504>.
//!
//! ```text
//! T1_m = σ(x_m W_x1 + σ(Δt_m W_t1) + b_1)                   first time gate: how recent the last input is
//! T2_m = σ(x_m W_x2 + σ(Δt_m W_t2) + b_2)                   second: what is kept of the interval for later
//! c̃_m = (1 - i_m * T1_m) * c_{m-1} + i_m * T1_m * g_m       what is shown now
//! c_m = (1 - i_m) * c_{m-1} + i_m * T2_m * g_m              what is remembered
//! o_m = σ(x_m W_xo + Δt_m W_to + h_{m-1} W_ho + w_co * c̃_m + b_o)
//! h_m = o_m * tanh(c̃_m)
//! ```
//!
//! `Δt` is the time since the last input, the last feature of the input; `x` are the others. `i` is an LSTM's gate
//! with a peephole, `g` its candidate, which the paper writes out. These are the lines of Time-LSTM 3. `variant` 2 has a
//! forget gate, `f * c_{m-1}` for both memories; 1 one time gate `T`, in which `c̃` and `c` are the same. Of a matrix of
//! which a block reads `x` or `Δt` alone the rest is stored and not read. An implementation of others has tanh for the `σ`
//! around `Δt`. The paper holds `W_t1` at or below 0 by a
//! projection after every update, which is a matter of training and not done here.

use crate::card::Card;
use crate::invalid::Invalid;
use crate::structure::{Sees, Structure};
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, Var, sigmoid, tanh};

fn time_lstm(k: &Step, variant: u8) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let i = sigmoid(k.affine("i", h) + k.vector("p_i") * c);
    let f = match variant {
        3 => 1.0 - i,
        _ => sigmoid(k.affine("f", h) + k.vector("p_f") * c),
    };
    let new = i * tanh(k.affine("g", h));
    let o = k.affine("o", h) + k.plain_input("dt_o");
    let first = time_gate(k, "t1");
    let (seen, kept) = match variant {
        1 => (f * c + first * new, None),
        2 => (f * c + first * new, Some(f * c + time_gate(k, "t2") * new)),
        _ => (
            (1.0 - i * first) * c + first * new,
            Some(f * c + time_gate(k, "t2") * new),
        ),
    };
    let o = sigmoid(o + k.vector("p_o") * seen);
    k.next([o * tanh(seen), kept.unwrap_or(seen)])
}

/// `σ(W x + σ(W Δt) + b)`
fn time_gate<'k>(k: &'k Step, name: &str) -> Var<'k> {
    let interval = sigmoid(k.plain_input(interval(name).as_str()));
    sigmoid(k.input(name) + interval)
}

/// The block of a gate that sees the interval.
fn interval(name: &str) -> String {
    format!("dt_{name}")
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct TimeLstm: 2
}

crate::cell_config! {
    /// Configuration of [`TimeLstm`].
    pub struct TimeLstmConfig: TimeLstm {
        /// Which of the paper's three: 1 has one time gate, 2 two, and 3 two and no forget gate.
        variant: u8 = 3,
    }
    equations: |config, k| time_lstm(k, config.variant);
    structure: |config| {
        let blocks: &[&str] = match config.variant {
            1 => &["i", "f", "g", "o", "t1"],
            2 => &["i", "f", "g", "o", "t1", "t2"],
            _ => &["i", "g", "o", "t1", "t2"],
        };
        let values = blocks.iter().map(|block| (block.to_string(), Sees::AllButLast));
        let times = blocks.iter().filter(|block| block.len() > 1 || **block == "o");
        let times = times.map(|block| (interval(block), Sees::Last));
        Structure { sees: values.chain(times).collect(), ..Structure::default() }
    };
    valid: |config| match config.variant {
        1..=3 => Ok(()),
        variant => Err(Invalid::new("variant", variant, "from 1 to 3")),
    };
    begin: |config, gates, device| match config.variant {
        3 => gates,
        _ => gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device)),
    };
    forms: |usual| vec![
        TimeLstmConfig { variant: 1, bias: false, ..usual.clone() },
        TimeLstmConfig { variant: 2, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "time_lstm",
    title: "LSTM with time gates, Time-LSTM 1 to 3",
    authors: "Zhu et al.",
    year: 2017,
    url: "https://doi.org/10.24963/ijcai.2017/504",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        (
            "f",
            "forget gate, in variants 1 and 2: how much of each memory is kept",
        ),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
        ("dt_o", "what the output gate makes of the interval"),
        ("dt_t1", "what the first time gate makes of the interval"),
        ("t1", "first time gate: how much the last input counts now"),
        ("dt_t2", "what the second time gate makes of the interval"),
        ("t2", "second time gate: how much of it is remembered"),
    ],
    oracle: "float64 code written from the paper",
};
