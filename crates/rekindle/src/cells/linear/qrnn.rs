//! The quasi-recurrent network, QRNN: J. Bradbury, S. Merity, C. Xiong and R. Socher,
//! *Quasi-Recurrent Neural Networks* (2016), <https://arxiv.org/abs/1611.01576>.
//!
//! ```text
//! z_t = tanh(W_z^1 x_{t-k+1} + .. + W_z^k x_t)              candidate
//! f_t = σ(W_f^1 x_{t-k+1} + .. + W_f^k x_t), and so o_t and i_t
//! h_t = f_t * h_{t-1} + (1 - f_t) * z_t                     pooling = "f"
//! c_t = f_t * c_{t-1} + (1 - f_t) * z_t,  h_t = o_t * c_t   pooling = "fo"
//! c_t = f_t * c_{t-1} + i_t * z_t,        h_t = o_t * c_t   pooling = "ifo"
//! ```
//!
//! Gates see inputs only; nothing is multiplied with a matrix from step to step. `W` are
//! convolutions over the last `k` inputs, the key `window`: 2 and more in the paper, 1 by default
//! here, where gates see one input and the memory all others. Blocks have biases. Salesforce's code
//! exchanges the sides of `f`. With pooling `f` the first two states are the same.
//!
//! What an input is in the gates of later steps is a state: `p1_z` is the share of inputs before
//! this one in `z_t`, `p2_z` of those before the last, and so on. The blocks that they are made of
//! are `u1_z` for the input before this one, `u2_z` for the one before that.

use crate::card::Card;
use crate::invalid::Invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, Var, sigmoid, tanh};
use serde::{Deserialize, Serialize};

fn qrnn(k: &Step, pooling: Pooling, window: usize) -> Next {
    let [_h, c] = k.state(["h", "c"]);
    let gates = pooling.gates();
    let mut sums: Vec<Var> = gates.iter().map(|&gate| k.input(gate)).collect();
    let mut shares = Vec::new();
    for past in 1..window {
        let named = |letter: &str, gate: &str| format!("{letter}{past}_{gate}");
        for (sum, gate) in sums.iter_mut().zip(gates) {
            let share = k.state(named("p", gate).as_str());
            if past == 1 {
                *sum = *sum + share;
            }
            let seen = k.plain_input(named("u", gate).as_str());
            shares.push((share, seen));
        }
    }
    // A share moves one step nearer, and the share of this input is added to it.
    let further = shares
        .iter()
        .skip(gates.len())
        .map(|(share, _)| Some(*share));
    let further = further.chain(std::iter::repeat(None));
    let shares = shares.iter().zip(further);
    let shares = shares.map(|((_, seen), further)| further.map_or(*seen, |p| *seen + p));

    let (z, f) = (tanh(sums[0]), sigmoid(sums[1]));
    let i = sums.get(3).map_or(1.0 - f, |i| sigmoid(*i));
    let c = f * c + i * z;
    let h = sums.get(2).map_or(c, |o| sigmoid(*o) * c);
    k.next([h, c].into_iter().chain(shares).collect::<Vec<_>>())
}

/// Which gates the memory has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// A forget gate.
    F,
    /// Forget and output gates.
    #[default]
    Fo,
    /// Forget and output gates, and an input gate of its own.
    Ifo,
}

impl Pooling {
    fn gates(self) -> &'static [&'static str] {
        match self {
            Pooling::F => &["z", "f"],
            Pooling::Fo => &["z", "f", "o"],
            Pooling::Ifo => &["z", "f", "o", "i"],
        }
    }
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Qrnn
}

crate::cell_config! {
    /// Configuration of [`Qrnn`].
    pub struct QrnnConfig: Qrnn {
        /// Which gates the memory has: `f`, `fo` or `ifo`.
        pooling: Pooling = Pooling::Fo,
        /// `k`: how many inputs the gates see, the newest included.
        window: usize = 1,
    }
    equations: |config, k| qrnn(k, config.pooling, config.window);
    valid: |config| match config.window {
        1..=16 => Ok(()),
        window => Err(Invalid::new("window", window, "from 1 to 16")),
    };
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![
        QrnnConfig { pooling: Pooling::F, bias: false, ..usual.clone() },
        QrnnConfig { pooling: Pooling::Ifo, ..usual.clone() },
        QrnnConfig { window: 2, ..usual.clone() },
        QrnnConfig { pooling: Pooling::Ifo, window: 3, bias: false, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "qrnn",
    title: "Quasi-recurrent network",
    authors: "Bradbury et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1611.01576",
    gates: &[
        ("z", "candidate: what could be written"),
        ("f", "forget gate: how much of the old memory stays"),
        (
            "o",
            "output gate, with pooling fo and ifo: how much of the memory is shown",
        ),
        (
            "i",
            "input gate, with pooling ifo: how much of the candidate is written",
        ),
        ("u1_z", "what the next step's `z` has of this input"),
        ("u1_f", "what the next step's `f` has of this input"),
        ("u1_o", "what the next step's `o` has of this input"),
        ("u1_i", "what the next step's `i` has of this input"),
        ("u2_z", "what the `z` after the next has of this input"),
        ("u2_f", "what the `f` after the next has of this input"),
        ("u2_o", "what the `o` after the next has of this input"),
        ("u2_i", "what the `i` after the next has of this input"),
    ],
    oracle: "float64 code written from the paper",
};
