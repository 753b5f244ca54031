//! Long short-term memory: S. Hochreiter and J. Schmidhuber, *Long Short-Term Memory*, Neural
//! Computation 9 (1997), <https://doi.org/10.1162/neco.1997.9.8.1735>, with the forget gate of
//! F. Gers, J. Schmidhuber and F. Cummins, *Learning to Forget* (2000),
//! <https://doi.org/10.1162/089976600300015015>.
//!
//! ```text
//! f_t = σ(W_f · [h_{t-1}, x_t] + b_f)        forget gate: how much of each memory is kept
//! i_t = σ(W_i · [h_{t-1}, x_t] + b_i)        input gate: how much of the candidate is written
//! C̃_t = tanh(W_C · [h_{t-1}, x_t] + b_C)     candidate: what could be written
//! C_t = f_t * C_{t-1} + i_t * C̃_t            the memory, changed only by what the gates let through
//! o_t = σ(W_o · [h_{t-1}, x_t] + b_o)        output gate: how much of the memory is shown
//! h_t = o_t * tanh(C_t)                      the output
//! ```
//!
//! Every bias stands outside its bracket, and every gate has its own `W` and `b`; texts that put
//! `b_f` inside, or repeat `W_C` and `b_C` for the input gate, slip there. Along `C` the gradient is
//! multiplied by `f_t` alone, which the network can hold near 1: this is what plain networks lack.
//!
//! `W_f · [h, x]` is stored as `W_f x + U_f h`, the candidate is called `g`, and the gates are
//! stacked i, f, g, o, as PyTorch has them. With `d_projection` the output is `h_t = R (o_t *
//! tanh(C_t))` (Sak et al. 2014, <https://arxiv.org/abs/1402.1128>), PyTorch's `proj_size`.

use crate::card::Card;
use crate::cell::CellConfig;
use crate::gates::{GateSizes, Gates};
use crate::init::{self, Init};
use crate::invalid::{self, Invalid};
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Next, Program, Step, sigmoid, tanh};

fn lstm(k: &Step, projected: bool) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    let h = sigmoid(o) * tanh(c);
    k.next([if projected { k.project(h) } else { h }, c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Lstm: 2
}

crate::config! {
    /// Configuration of [`Lstm`].
    pub struct LstmConfig {
        /// The number of units.
        d_hidden: usize,
        /// The width of the recurrent projection; none by default.
        #[serde(skip_serializing_if = "Option::is_none")]
        d_projection: Option<usize> = None,
        /// Whether both products carry a bias.
        bias: bool = true,
        /// What is added to the forget gate's bias at the start: 1, so that a new network remembers;
        /// 0 with `init = "pytorch"`.
        #[serde(skip_serializing_if = "Option::is_none")]
        forget_bias: Option<f64> = None,
        /// The longest dependency expected, in steps, for biases that begin with time scales up to it:
        /// `b_f = ln u` with `u` uniform in [1, chrono - 1] and `b_i = -b_f` (Tallec & Ollivier 2018,
        /// <https://arxiv.org/abs/1804.11188>). In place of `forget_bias`.
        #[serde(skip_serializing_if = "Option::is_none")]
        chrono: Option<usize> = None,
        /// How the parameters begin.
        init: Init = Init::default(),
    }
}

impl CellConfig for LstmConfig {
    type Cell = Lstm;

    fn new(d_hidden: usize) -> Self {
        Self::usual(d_hidden)
    }

    fn validate(&self) -> Result<(), Invalid> {
        invalid::width("d_hidden", self.d_hidden)?;
        if let Some(b) = self.forget_bias {
            invalid::finite("forget_bias", b)?;
        }
        let biases = [
            ("forget_bias", self.forget_bias.map(|b| b.to_string())),
            ("chrono", self.chrono.map(|t| t.to_string())),
        ];
        for (key, value) in biases {
            if let (false, Some(value)) = (self.bias, value) {
                return Err(Invalid::new(key, value, "left out where bias = false"));
            }
        }
        if let Some(t) = self.chrono {
            invalid::chrono("chrono", t)?;
            if self.forget_bias.is_some() {
                return Err(Invalid::new("chrono", t, "alone, without forget_bias"));
            }
        }
        match self.d_projection {
            None => Ok(()),
            Some(p) if p < self.d_hidden => invalid::width("d_projection", p),
            Some(p) => Err(Invalid::new("d_projection", p, "smaller than d_hidden")),
        }
    }

    fn d_output(&self) -> usize {
        self.d_projection.unwrap_or(self.d_hidden)
    }

    fn program(&self) -> Option<Program> {
        Some(Program::new(|k| lstm(k, self.d_projection.is_some())))
    }

    fn forms(d_hidden: usize) -> Vec<Self> {
        let projected = LstmConfig {
            d_projection: (d_hidden > 1).then(|| d_hidden.div_ceil(2)),
            bias: false,
            ..Self::new(d_hidden)
        };
        vec![Self::new(d_hidden), projected]
    }

    fn drawn(self, init: Init) -> Self {
        Self { init, ..self }
    }

    fn init(&self, d_input: usize, device: &Device) -> Lstm {
        let sizes = GateSizes {
            d_projection: self.d_projection,
            bias: self.bias,
            init: self.init,
            ..GateSizes::new(d_input, self.d_hidden)
        };
        let gates = Gates::new(|k| lstm(k, self.d_projection.is_some()), sizes, device);
        let gates = match self.chrono {
            None => {
                let forget_bias = self.forget_bias.unwrap_or(self.init.forget_bias());
                gates.with_bias("f", Tensor::full([1], forget_bias, device))
            }
            Some(longest) => {
                let b_f = init::chrono(longest, self.d_hidden, device);
                gates.with_bias("f", b_f.clone()).with_bias("i", b_f.neg())
            }
        };
        Lstm { gates }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "lstm",
    title: "Long short-term memory",
    authors: "Hochreiter & Schmidhuber; Gers et al.",
    year: 2000,
    url: "https://doi.org/10.1162/089976600300015015",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "torch.nn.LSTM",
};
