//! The sLSTM of xLSTM: M. Beck, K. Pöppel, M. Spanring, A. Auer, O. Prudnikova, M. Kopp, G. Klambauer, J.
//! Brandstetter and S. Hochreiter, *xLSTM: Extended Long Short-Term Memory* (2024),
//! <https://arxiv.org/abs/2405.04517>.
//!
//! ```text
//! ĩ, f̃, z̃, õ = W x_t + R h_{t-1} + b
//! m_t = max(log f_t + m_{t-1}, ĩ_t)                         the stabiliser: no exponential overflows
//! i_t = exp(ĩ_t - m_t)        f_t' = exp(log f_t + m_{t-1} - m_t)
//! c_t = f_t' * c_{t-1} + i_t * tanh(z̃_t)                    the memory
//! n_t = f_t' * n_{t-1} + i_t                                its normaliser
//! h_t = σ(õ_t) * c_t / n_t
//! ```
//!
//! Gates that are exponentials, so that new evidence can outweigh everything stored. `f` is `σ(f̃)` or, with
//! `forget = "exponential"`, `exp(f̃)`. A unit's memories mix within its head only: `R` is block diagonal. Where `n` is 0,
//! as before the first step, `m_t = ĩ_t`, as in the authors' code; from then on `n` is at least 1, and where a state is
//! given in which it is not, 1 stands in its place. Blocks are stacked i, f, z, o.

use crate::card::Card;
use crate::invalid::Invalid;
use crate::structure::Structure;
use rekindle_engine::{Next, Step, abs, exp, max, sigmoid, sign, softplus, tanh};
use serde::{Deserialize, Serialize};

/// The logarithm of a factor that leaves nothing.
const NOTHING: f64 = -1e9;

fn slstm(k: &Step, forget: Forget) -> Next {
    let [h, c, n, m] = k.state(["h", "c", "n", "m"]);
    let [i, f, z, o] = k.affine(["i", "f", "z", "o"], h);
    let log_f = match forget {
        Forget::Sigmoid => -softplus(-f),
        Forget::Exponential => f,
    };
    let old = log_f + m + NOTHING * (1.0 - abs(sign(n)));
    let m = max(old, i);
    let (i, f) = (exp(i - m), exp(old - m));
    let c = f * c + i * tanh(z);
    let n = f * n + i;
    k.next([sigmoid(o) * c / max(n, k.constant(1.0)), c, n, m])
}

/// What the forget gate is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forget {
    /// `σ(f̃)`
    #[default]
    Sigmoid,
    /// `exp(f̃)`
    Exponential,
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Slstm: 4
}

crate::cell_config! {
    /// Configuration of [`Slstm`].
    pub struct SlstmConfig: Slstm {
        /// In how many heads the units are, each with a recurrent matrix of its own.
        heads: usize = 1,
        /// What the forget gate is: `sigmoid` or `exponential`.
        forget: Forget = Forget::Sigmoid,
    }
    equations: |config, k| slstm(k, config.forget);
    structure: |config| Structure::heads(config.heads);
    valid: |config| match config.heads > 0 && config.d_hidden.is_multiple_of(config.heads) {
        true => Ok(()),
        false => Err(Invalid::new("heads", config.heads, "a divisor of d_hidden")),
    };
    begin: |config, gates, device| {
        gates.with_bias("f", burn::tensor::Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![SlstmConfig {
        heads: if usual.d_hidden.is_multiple_of(2) { 2 } else { usual.d_hidden },
        forget: Forget::Exponential,
        bias: false,
        ..usual
    }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "slstm",
    title: "sLSTM",
    authors: "Beck et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2405.04517",
    gates: &[
        (
            "i",
            "input gate, an exponential: how much the candidate weighs",
        ),
        ("f", "forget gate: how much of the old memory stays"),
        ("z", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "float64 code written from the paper",
};
