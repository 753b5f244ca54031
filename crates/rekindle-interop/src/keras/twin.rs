//! The cells of Keras' that have an equal here, and how their weights are stored.

use rekindle::engine::Program;
use rekindle::{Activation, AnyCellConfig, CellConfig, ElmanConfig, GruConfig, LstmConfig, Reset};

use super::settings::One;
use crate::mapping::Layout::{Columns, Folded, Pair, Rows};
use crate::mapping::{Row, row};

/// Keras' names of functions, and ours.
const FUNCTIONS: [(&str, Activation); 9] = [
    ("tanh", Activation::Tanh),
    ("relu", Activation::Relu),
    ("sigmoid", Activation::Sigmoid),
    ("elu", Activation::Elu),
    ("silu", Activation::Silu),
    ("softplus", Activation::Softplus),
    ("hard_sigmoid", Activation::HardSigmoid),
    ("softsign", Activation::Softsign),
    ("linear", Activation::Identity),
];

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

/// A cell that both have.
#[derive(Clone, Debug)]
pub(super) struct Twin {
    pub(super) class: &'static str,
    pub(super) activation: &'static str,
    /// Where the reset gate of a GRU acts.
    pub(super) reset: Option<Reset>,
    /// How its weights are stored, and how cuDNN's layers store them.
    pub(super) rows: &'static [Row],
    pub(super) folded: Option<&'static [Row]>,
    function: Activation,
}

impl Twin {
    /// The cell here.
    pub(super) fn cell(&self, d_hidden: usize, bias: bool) -> AnyCellConfig {
        match (self.class, self.reset) {
            ("LSTM", _) => AnyCellConfig::Lstm(LstmConfig {
                bias,
                ..LstmConfig::new(d_hidden)
            }),
            (_, Some(reset)) => {
                AnyCellConfig::Gru(GruConfig::new(d_hidden).with_reset(reset).with_bias(bias))
            }
            _ => AnyCellConfig::Elman(
                ElmanConfig::new(d_hidden)
                    .with_activation(self.function)
                    .with_bias(bias),
            ),
        }
    }

    /// Whether a cell of these equations is this one.
    pub(super) fn is(&self, program: &Program) -> bool {
        self.cell(1, true).program().as_ref() == Some(program)
    }

    /// Whether a layer that is set so is this one.
    pub(super) fn is_set(&self, one: &One) -> bool {
        let class = one.class.strip_prefix("CuDNN").unwrap_or(&one.class);
        let gates = one.recurrent_activation.as_deref();
        let after = one.reset_after;
        let own_after = self.reset.map(|reset| reset == Reset::After);
        class == self.class
            && alias(&one.activation) == self.activation
            && gates.is_none_or(|gates| gates == "sigmoid")
            && after == own_after
    }

    /// How the weights of this layer are stored.
    pub(super) fn stored(&self) -> impl Iterator<Item = &'static [Row]> + use<> {
        std::iter::once(self.rows).chain(self.folded)
    }
}

/// The usual name of a function that Keras has two names for.
fn alias(name: &str) -> &str {
    match name {
        "swish" => "silu",
        name => name,
    }
}

/// All cells that both have.
pub(super) fn twins() -> Vec<Twin> {
    let gru = |reset, rows, folded| Twin {
        class: "GRU",
        activation: "tanh",
        reset: Some(reset),
        rows,
        folded,
        function: Activation::Tanh,
    };
    let mut all = vec![
        Twin {
            class: "LSTM",
            activation: "tanh",
            reset: None,
            rows: LSTM,
            folded: Some(CUDNN_LSTM),
            function: Activation::Tanh,
        },
        gru(Reset::After, GRU_AFTER, Some(CUDNN_GRU)),
        gru(Reset::Before, GRU_BEFORE, None),
    ];
    all.extend(FUNCTIONS.map(|(activation, function)| Twin {
        class: "SimpleRNN",
        activation,
        reset: None,
        rows: RNN,
        folded: None,
        function,
    }));
    all
}
