//! The simple recurrent network of J. L. Elman, *Finding Structure in Time*, Cognitive Science
//! 14 (1990), <https://doi.org/10.1207/s15516709cog1402_1>.
//!
//! ```text
//! s_t = tanh(U x_t + W s_{t-1})        the memory: what the network has seen so far
//! o_t = softmax(V s_t)                 the output, which a task adds on top of this cell
//! ```
//!
//! There is no gate: every step overwrites the whole memory with a squashed mixture of the new
//! input and the old memory. That is why it forgets. Going back k steps, the gradient is
//! multiplied k times by `diag(1 - s²) W`, and so vanishes or explodes with k (Bengio et al. 1994).
//!
//! As stored here, and by PyTorch, the input matrix is `W`, the recurrent one `U`, each with a bias.

use crate::{Card, CellConfig, GateSizes, Gates, Init, Invalid, invalid};
use burn::tensor::Device;
use rekindle_engine::{Next, Program, Step, Unary, Var};
use serde::{Deserialize, Serialize};

fn elman(k: &Step, activation: Activation) -> Next {
    let h = k.state("h");
    let a = k.affine("h", h);
    k.next(activation.of(a))
}

/// What squashes the memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the functions")]
pub enum Activation {
    #[default]
    Tanh,
    Relu,
    Sigmoid,
    LeakyRelu,
    Elu,
    Gelu,
    Silu,
    Softplus,
    HardSigmoid,
    Softsign,
    Identity,
}

impl Activation {
    fn of(self, v: Var) -> Var {
        let op = match self {
            Activation::Identity => return v,
            Activation::Tanh => Unary::Tanh,
            Activation::Relu => Unary::Relu,
            Activation::Sigmoid => Unary::Sigmoid,
            Activation::LeakyRelu => Unary::LeakyRelu,
            Activation::Elu => Unary::Elu,
            Activation::Gelu => Unary::Gelu,
            Activation::Silu => Unary::Silu,
            Activation::Softplus => Unary::Softplus,
            Activation::HardSigmoid => Unary::HardSigmoid,
            Activation::Softsign => Unary::Softsign,
        };
        v.apply(op)
    }
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Elman: 1
}

/// Configuration of [`Elman`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElmanConfig {
    /// The number of units.
    pub d_hidden: usize,
    /// What squashes the memory: `tanh`, as in the paper, or another.
    #[serde(default)]
    pub activation: Activation,
    /// Whether both products carry a bias.
    #[serde(default = "crate::yes")]
    pub bias: bool,
    /// How the parameters begin.
    #[serde(default)]
    pub init: Init,
}

impl CellConfig for ElmanConfig {
    type Cell = Elman;

    fn new(d_hidden: usize) -> Self {
        ElmanConfig {
            d_hidden,
            activation: Activation::Tanh,
            bias: true,
            init: Init::default(),
        }
    }

    fn validate(&self) -> Result<(), Invalid> {
        invalid::width("d_hidden", self.d_hidden)
    }

    fn program(&self) -> Program {
        Program::new(|k| elman(k, self.activation))
    }

    fn forms(d_hidden: usize) -> Vec<Self> {
        let relu = ElmanConfig {
            activation: Activation::Relu,
            bias: false,
            ..Self::new(d_hidden)
        };
        vec![Self::new(d_hidden), relu]
    }

    fn init(&self, d_input: usize, device: &Device) -> Elman {
        let sizes = GateSizes {
            bias: self.bias,
            init: self.init,
            ..GateSizes::new(d_input, self.d_hidden)
        };
        Elman {
            gates: Gates::from_program(self.program(), sizes, device),
        }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "elman",
    title: "Elman network",
    authors: "Elman",
    year: 1990,
    url: "https://doi.org/10.1207/s15516709cog1402_1",
    gates: &[("h", "mixes the new input with the whole old memory")],
    oracle: "torch.nn.RNN",
};
