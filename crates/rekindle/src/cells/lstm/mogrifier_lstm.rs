//! The LSTM whose input and memory gate one another before it sees them: G. Melis, T. Kočiský and
//! P. Blunsom, *Mogrifier LSTM* (2019), <https://arxiv.org/abs/1909.01792>.
//!
//! ```text
//! x^{-1} = x_t,  h^0 = h_{t-1}
//! x^i = 2σ(Q^i h^{i-1}) * x^{i-2}                           for odd i in 1 .. r
//! h^i = 2σ(R^i x^{i-1}) * h^{i-2}                           for even i in 1 .. r
//! h_t, c_t = LSTM(x^{r or r-1}, c_{t-1}, h^{r or r-1})      the last of each
//! ```
//!
//! The number of rounds `r` is the key `rounds`. Inputs are embeddings of words in the paper, as
//! wide as the memory; here they are mapped to that width by the one block of the input, `e`, and
//! `e = 1` is the paper's cell. `Q` and `R` are of full rank and have no bias. As the input that
//! the LSTM sees depends on the memory, its blocks are recurrent ones: `w_i`, `w_f`, `w_g` and `w_o`.

use crate::card::Card;
use crate::invalid::Invalid;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn mogrifier_lstm(k: &Step, rounds: usize) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let (mut x, mut h) = (k.plain_input("e"), h);
    for round in 1..=rounds {
        match round % 2 {
            1 => x = 2.0 * sigmoid(k.plain_hidden(format!("q{round}").as_str(), h)) * x,
            _ => h = 2.0 * sigmoid(k.plain_hidden(format!("r{round}").as_str(), x)) * h,
        }
    }
    let w = k.plain_hidden(["w_i", "w_f", "w_g", "w_o"], x);
    let u = k.hidden(["i", "f", "g", "o"], h);
    let [i, f, g, o] = std::array::from_fn(|gate| w[gate] + u[gate]);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct MogrifierLstm: 2
}

crate::cell_config! {
    /// Configuration of [`MogrifierLstm`].
    pub struct MogrifierLstmConfig: MogrifierLstm {
        /// How often input and memory gate one another.
        rounds: usize = 5,
    }
    equations: |config, k| mogrifier_lstm(k, config.rounds);
    valid: |config| match config.rounds {
        0..=16 => Ok(()),
        rounds => Err(Invalid::new("rounds", rounds, "from 0 to 16")),
    };
    begin: |config, gates, device| {
        gates.with_hidden_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![MogrifierLstmConfig { rounds: 2, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mogrifier_lstm",
    title: "Mogrifier LSTM",
    authors: "Melis et al.",
    year: 2019,
    url: "https://arxiv.org/abs/1909.01792",
    gates: &[("e", "the input, as wide as the memory")],
    oracle: "float64 code written from the paper",
};
