//! The cells of Keras' that have an equal here, and how their weights are stored.

use rekindle::engine::Program;
use rekindle::{
    Activation, AnyCellConfig, CellConfig, CustomConfig, ElmanConfig, GruConfig, LstmConfig, Reset,
};

use serde_json::{Value, json};

use super::settings::{HARD_SIGMOID, One};
use crate::mapping::Layout::{Columns, Folded, Pair, Rows};
use crate::mapping::{Row, row};

/// Keras' names of functions, what they make of `#` in the language of equations, and an Elman network's key for them.
const FUNCTIONS: [(&str, &str, Option<Activation>); 10] = [
    ("tanh", "tanh(#)", Some(Activation::Tanh)),
    ("sigmoid", "sigmoid(#)", Some(Activation::Sigmoid)),
    ("relu", "relu(#)", Some(Activation::Relu)),
    ("elu", "elu(#)", Some(Activation::Elu)),
    ("silu", "silu(#)", Some(Activation::Silu)),
    ("softplus", "softplus(#)", Some(Activation::Softplus)),
    ("softsign", "softsign(#)", Some(Activation::Softsign)),
    (
        "hard_sigmoid",
        "hard_sigmoid(#)",
        Some(Activation::HardSigmoid),
    ),
    (HARD_SIGMOID, "max(min(0.2 * # + 0.5, 1), 0)", None),
    ("linear", "#", Some(Activation::Identity)),
];

/// A function of the table by Keras' name.
fn known(name: &str) -> Option<&'static (&'static str, &'static str, Option<Activation>)> {
    FUNCTIONS.iter().find(|(known, ..)| *known == name)
}

const RNN: &[Row] = &[
    row("kernel", Columns, "W_h"),
    row("recurrent_kernel", Columns, "U_h"),
    row("bias", Rows, "b_h+d_h"),
];

const LSTM: &[Row] = &[
    row("kernel", Columns, "W_i W_f W_g W_o"),
    row("recurrent_kernel", Columns, "U_i U_f U_g U_o"),
    row("bias", Rows, "b_i+d_i b_f+d_f b_g+d_g b_o+d_o"),
];

const CUDNN_LSTM: &[Row] = &[
    row("kernel", Folded, "W_i W_f W_g W_o"),
    row("recurrent_kernel", Folded, "U_i U_f U_g U_o"),
    row("bias", Rows, "b_i b_f b_g b_o d_i d_f d_g d_o"),
];

const GRU_AFTER: &[Row] = &[
    row("kernel", Columns, "W_z W_r W_n"),
    row("recurrent_kernel", Columns, "U_z U_r U_n"),
    row("bias", Pair, "b_z b_r b_n d_z d_r d_n"),
];

const CUDNN_GRU: &[Row] = &[
    row("kernel", Folded, "W_z W_r W_n"),
    row("recurrent_kernel", Folded, "U_z U_r U_n"),
    row("bias", Rows, "b_z b_r b_n d_z d_r d_n"),
];

const GRU_BEFORE: &[Row] = &[
    row("kernel", Columns, "W_z W_r W_n"),
    row("recurrent_kernel", Columns, "U_z U_r U_n"),
    row("bias", Rows, "b_z+d_z b_r+d_r b_n+d_n"),
];

/// A kind of cell that both have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SimpleRnn,
    Lstm,
    Gru(Reset),
}

/// A cell that both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Twin {
    pub(super) kind: Kind,
    /// Keras' names of its functions: that of the gates, where there are gates, and the other.
    gates: &'static str,
    activation: &'static str,
}

impl Kind {
    const ALL: [Kind; 4] = [
        Kind::SimpleRnn,
        Kind::Lstm,
        Kind::Gru(Reset::After),
        Kind::Gru(Reset::Before),
    ];

    /// The name of Keras' class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Kind::SimpleRnn => "SimpleRNN",
            Kind::Lstm => "LSTM",
            Kind::Gru(_) => "GRU",
        }
    }

    /// The kind with its usual functions.
    pub(super) fn usual(self) -> Twin {
        Twin {
            kind: self,
            gates: "sigmoid",
            activation: "tanh",
        }
    }

    /// All cells of the kind, the usual one first.
    fn twins(self) -> impl Iterator<Item = Twin> {
        // An RNN has no gates, so that what they compute makes no difference.
        let gates = FUNCTIONS.iter().map(|(name, ..)| *name);
        let gates = gates.filter(move |name| self != Kind::SimpleRnn || *name == "sigmoid");
        let all = gates.flat_map(move |gates| {
            FUNCTIONS.iter().map(move |(activation, ..)| Twin {
                kind: self,
                gates,
                activation,
            })
        });
        std::iter::once(self.usual()).chain(all)
    }

    /// How the weights of the kind are stored, and how cuDNN's layers store them.
    pub(super) fn stored(self) -> &'static [&'static [Row]] {
        match self {
            Kind::SimpleRnn => &[RNN],
            Kind::Lstm => &[LSTM, CUDNN_LSTM],
            Kind::Gru(Reset::After) => &[GRU_AFTER, CUDNN_GRU],
            Kind::Gru(Reset::Before) => &[GRU_BEFORE],
        }
    }
}

impl Twin {
    /// The cell of these equations, if both have it.
    pub(super) fn of(program: &Program) -> Option<Twin> {
        let gates = |kind: Kind| match kind {
            Kind::SimpleRnn => 1,
            Kind::Lstm => 4,
            Kind::Gru(_) => 3,
        };
        let kinds = Kind::ALL.into_iter();
        let kinds = kinds.filter(|kind| gates(*kind) == program.inputs().len());
        let mut all = kinds.flat_map(Kind::twins);
        all.find(|twin| twin.cell(1, true).program().as_ref() == Some(program))
    }

    /// The functions of the cell as Keras 3 writes them in a configuration; none if it has no name for one.
    pub(super) fn config(&self) -> Option<Value> {
        if [self.gates, self.activation].contains(&HARD_SIGMOID) {
            return None;
        }
        let mut config = json!({ "activation": self.activation });
        if self.kind != Kind::SimpleRnn {
            config["recurrent_activation"] = json!(self.gates);
        }
        if let Kind::Gru(reset) = self.kind {
            config["reset_after"] = json!(reset == Reset::After);
        }
        Some(config)
    }

    /// The cell of a layer that is set so, if both have it.
    pub(super) fn set(one: &One) -> Option<Twin> {
        if one.convolved.is_some() {
            return None;
        }
        let class = one.class.strip_prefix("CuDNN").unwrap_or(&one.class);
        let kind = match (class, one.reset_after) {
            ("SimpleRNN", _) => Kind::SimpleRnn,
            ("LSTM", _) => Kind::Lstm,
            (_, Some(false)) => Kind::Gru(Reset::Before),
            _ => Kind::Gru(Reset::After),
        };
        let gates = match &one.recurrent_activation {
            Some(gates) if kind != Kind::SimpleRnn => known(gates)?.0,
            _ => "sigmoid",
        };
        Some(Twin {
            kind,
            gates,
            activation: known(&one.activation)?.0,
        })
    }

    /// The cell here: one of the list where it has these equations.
    pub(super) fn cell(&self, d_hidden: usize, bias: bool) -> AnyCellConfig {
        let usual = *self == self.kind.usual();
        let activation = known(self.activation).and_then(|(.., activation)| *activation);
        match (self.kind, activation) {
            (Kind::SimpleRnn, Some(activation)) => {
                let cell = ElmanConfig::new(d_hidden).with_activation(activation);
                AnyCellConfig::Elman(cell.with_bias(bias))
            }
            (Kind::Lstm, _) if usual => AnyCellConfig::Lstm(LstmConfig {
                bias,
                ..LstmConfig::new(d_hidden)
            }),
            (Kind::Gru(reset), _) if usual => {
                AnyCellConfig::Gru(GruConfig::new(d_hidden).with_reset(reset).with_bias(bias))
            }
            _ => {
                let custom = CustomConfig::from_equations(d_hidden, self.equations());
                AnyCellConfig::Custom(custom.with_bias(bias))
            }
        }
    }

    fn equations(&self) -> String {
        let function = |name: &str, argument: &str| {
            let (_, text, _) = known(name).expect("a function of the table");
            text.replace('#', argument)
        };
        let gate = |name: &str| {
            let value = function(self.gates, &format!("affine({name}, h)"));
            format!("{name} = {value}\n")
        };
        let last = |argument: &str| function(self.activation, argument);
        match self.kind {
            Kind::SimpleRnn => format!(
                "state h\ninput h\nhidden h\nh' = {}\n",
                last("affine(h, h)")
            ),
            Kind::Lstm => format!(
                "state h, c\ninput i, f, g, o\nhidden i, f, g, o\n{}{}g = {}\nc' = f * c + i * g\n{}h' = o * {}\n",
                gate("i"),
                gate("f"),
                last("affine(g, h)"),
                gate("o"),
                last("c'")
            ),
            Kind::Gru(reset) => {
                let candidate = match reset {
                    Reset::After => "(W_n x + b_n + r * (U_n h + d_n))",
                    Reset::Before => "affine(n, r * h)",
                };
                format!(
                    "state h\ninput r, z, n\nhidden r, z, n\n{}{}n = {}\nh' = (1 - z) * n + z * h\n",
                    gate("r"),
                    gate("z"),
                    last(candidate)
                )
            }
        }
    }
}
