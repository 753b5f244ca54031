//! A cell that nobody compiled: its equations are a text, in a config file or in code.
//!
//! ```text
//! [model.cell]
//! kind = "custom"
//! d_hidden = 32
//! equations = """
//! state h, c
//! input i, f, g, o
//! hidden i, f, g, o
//! c' = sigmoid(affine(f, h)) * c + sigmoid(affine(i, h)) * tanh(affine(g, h))
//! h' = sigmoid(affine(o, h)) * tanh(c')
//! """
//! begin = { f = 1.0 }                  # the bias of the forget gate
//! ```
//!
//! This one is an LSTM, and computes what `kind = "lstm"` computes. The text becomes a
//! [`Program`](rekindle_engine::Program) like that of any other cell, so layers, directions, lengths,
//! dropout, weights by name and gradients come with it. The language is
//! [`GRAMMAR`](rekindle_engine::GRAMMAR).

use crate::card::Card;
use crate::cell::CellConfig;
use crate::gates::{GateSizes, Gates};
use crate::init::Init;
use crate::invalid::{self, Invalid};
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Program, Width, suggest};
use std::collections::BTreeMap;

/// The equations of a config that has none: an Elman network.
const ELMAN: &str = "\
# an Elman network
state h
input h
hidden h
h' = tanh(affine(h, h))
";

const LSTM: &str = "\
# an LSTM
state h, c
input i, f, g, o
hidden i, f, g, o
c' = sigmoid(affine(f, h)) * c + sigmoid(affine(i, h)) * tanh(affine(g, h))
h' = sigmoid(affine(o, h)) * tanh(c')
";

const PROJECTED: &str = "\
# an LSTM with a recurrent projection
state h, c
input i, f, g, o
hidden i, f, g, o
c' = sigmoid(affine(f, h)) * c + sigmoid(affine(i, h)) * tanh(affine(g, h))
h' = R (sigmoid(affine(o, h)) * tanh(c'))
";

const GRU: &str = "\
# a GRU
state h
input r, z, n
hidden r, z, n
r = sigmoid(W_r x + b_r + U_r h + d_r)
z = sigmoid(W_z x + b_z + U_z h + d_z)
n = tanh(W_n x + b_n + r * (U_n h + d_n))
h' = (1 - z) * n + z * h
";

const TWO_PRODUCTS: &str = "\
# two dependent products and a peephole
state h, c
input a, g
hidden a, g, o
vector p
a = sigmoid(affine(a, h) + p * c)
g = softsign(W_g x + b_g + U_g (a * h) + d_g)
c' = a * c + (1 - a) * g
h' = tanh(U_o c' + d_o) - 0.5 * g / (2 + a)
";

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Custom
}

crate::config! {
    /// Configuration of [`Custom`].
    ///
    /// ```
    /// # use burn::tensor::Device;
    /// use rekindle::{CellConfig, CustomConfig, RecurrentConfig};
    ///
    /// let mut cell = CustomConfig::from_equations(32, "
    ///     state h
    ///     input f, n
    ///     hidden f, n
    ///     f = sigmoid(affine(f, h))
    ///     h' = (1 - f) * h + f * tanh(affine(n, f * h))
    /// ");
    /// cell.begin.insert("f".into(), -1.0); // remembers at the start
    /// cell.validate()?;
    /// let layer = RecurrentConfig::new(cell).init(24, &Device::flex());
    /// # Ok::<(), rekindle::Invalid>(())
    /// ```
    pub struct CustomConfig {
        /// The number of units.
        d_hidden: usize,
        /// The equations, in the language of [`GRAMMAR`](rekindle_engine::GRAMMAR); an Elman network by
        /// default.
        equations: String = ELMAN.into(),
        /// The width of the recurrent projection, for equations with `R`.
        #[serde(skip_serializing_if = "Option::is_none")]
        d_projection: Option<usize> = None,
        /// Whether both products carry a bias.
        bias: bool = true,
        /// How the parameters begin.
        init: Init = Init::default(),
        /// What the input bias of a block, a vector or a scalar begins at, by its name: `f = 1.0` for a
        /// forget gate. With `init = "pytorch"` a bias is drawn around it.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        begin: BTreeMap<String, f64> = BTreeMap::new(),
    }
}

impl CustomConfig {
    /// A cell of these equations.
    pub fn from_equations(d_hidden: usize, equations: impl Into<String>) -> Self {
        CustomConfig {
            equations: equations.into(),
            ..Self::new(d_hidden)
        }
    }

    fn check_projection(&self, program: &Program) -> Result<(), Invalid> {
        let key = "d_projection";
        match (self.d_projection, program.has_projection()) {
            (None, false) => Ok(()),
            (None, true) => {
                let missing =
                    "missing; the equations project with `R`: write a width below d_hidden";
                Err(Invalid::because(key, missing))
            }
            (Some(p), false) => Err(Invalid::new(
                key,
                p,
                "left out, for the equations have no `R`",
            )),
            (Some(p), true) if p < self.d_hidden => invalid::width(key, p),
            (Some(p), true) => Err(Invalid::new(key, p, "smaller than d_hidden")),
        }
    }

    fn check_begin(&self, program: &Program) -> Result<(), Invalid> {
        let vectors = program.vectors();
        let blocks = program.inputs().iter().zip(program.input_biases());
        let biased = blocks.filter(|(_, has)| self.bias && **has);
        let biased: Vec<&String> = biased.map(|(name, _)| name).collect();
        for (name, value) in &self.begin {
            let key = format!("begin.{name}");
            let (block, vector) = (biased.contains(&name), vectors.contains(name));
            if !value.is_finite() {
                return Err(Invalid::new(&key, value, "a finite number"));
            }
            if block && vector {
                let both = "a block and a vector have this name; rename one of them";
                return Err(Invalid::because(&key, both));
            }
            if !block && !vector && program.inputs().contains(name) {
                let none = "left out, for this block has no bias";
                return Err(Invalid::new(&key, value, none));
            }
            if !block && !vector {
                let known = biased.iter().copied().chain(vectors);
                let known: Vec<&str> = known.map(String::as_str).collect();
                let message = format!("no input block, vector or scalar{}", suggest(name, &known));
                return Err(Invalid::because(&key, message));
            }
        }
        Ok(())
    }
}

impl CustomConfig {
    fn parsed(&self) -> Program {
        Program::parse(&self.equations).unwrap_or_else(|e| panic!("{e}"))
    }
}

impl CellConfig for CustomConfig {
    type Cell = Custom;

    /// An Elman network, written as equations.
    fn new(d_hidden: usize) -> Self {
        Self::usual(d_hidden)
    }

    fn validate(&self) -> Result<(), Invalid> {
        invalid::width("d_hidden", self.d_hidden)?;
        let program =
            Program::parse(&self.equations).map_err(|e| Invalid::because("equations", e))?;
        self.check_projection(&program)?;
        self.check_begin(&program)
    }

    /// # Panics
    ///
    /// As [`program`](CellConfig::program).
    fn d_output(&self) -> usize {
        match self.parsed().state_width(0) {
            Width::Hidden => self.d_hidden,
            Width::Projection => self.d_projection.unwrap_or(self.d_hidden),
        }
    }

    /// # Panics
    ///
    /// If the text of the equations is none; [`validate`](CellConfig::validate) says so without a
    /// panic.
    fn program(&self) -> Option<Program> {
        Some(self.parsed())
    }

    fn forms(d_hidden: usize) -> Vec<Self> {
        let of = |equations| Self::from_equations(d_hidden, equations);
        let mut lstm = of(LSTM);
        lstm.begin.insert("f".into(), 1.0);
        let mut gru = of(GRU);
        gru.bias = false;
        let mut two = of(TWO_PRODUCTS);
        two.begin.insert("p".into(), -0.5);
        // One unit cannot be projected to fewer.
        let mut projected = of(if d_hidden > 1 { PROJECTED } else { LSTM });
        projected.d_projection = (d_hidden > 1).then(|| d_hidden.div_ceil(2));
        vec![of(ELMAN), lstm, projected, gru, two]
    }

    fn drawn(self, init: Init) -> Self {
        Self { init, ..self }
    }

    fn init(&self, d_input: usize, device: &Device) -> Custom {
        let sizes = GateSizes {
            d_projection: self.d_projection,
            bias: self.bias,
            init: self.init,
            ..GateSizes::new(d_input, self.d_hidden)
        };
        let mut gates = Gates::from_program(self.parsed(), sizes, device);
        for (name, value) in &self.begin {
            let value = Tensor::full([1], *value, device);
            gates = match gates.program().vectors().contains(name) {
                true => gates.with_vector(name, value),
                false => gates.with_bias(name, value),
            };
        }
        Custom { gates }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "custom",
    title: "A cell of your own, from its equations",
    authors: "Rekindle",
    year: 2026,
    url: "https://github.com/rekindle-rs/rekindle#a-cell-of-your-own",
    gates: &[],
    oracle: "torch.nn.LSTM, torch.nn.GRU; derivatives by a complex step",
};
