//! What a recurrent operator computes, as the configuration of a cell.

use rekindle::cells::{CifgLstmConfig, PeepholeLstmConfig};
use rekindle::{
    Activation, AnyCellConfig, CellConfig, CustomConfig, ElmanConfig, GruConfig, LstmConfig, Reset,
};

use super::activation::number;
use super::node::Settled;
use crate::checkpoint::Kind;

/// The cell of one direction: one of the list where its equations are the operator's, else the equations themselves.
pub(super) fn cell(settled: &Settled, direction: usize) -> AnyCellConfig {
    let text = equations(settled, direction);
    let (d_hidden, bias) = (settled.d_hidden, settled.bias);
    let custom = CustomConfig::from_equations(d_hidden, text).with_bias(bias);
    let program = custom.program();
    let known = listed(settled.kind, d_hidden, bias);
    let same = known.into_iter().find(|cell| cell.program() == program);
    same.unwrap_or(AnyCellConfig::Custom(custom))
}

/// The cells whose equations an operator may have.
fn listed(kind: Kind, d_hidden: usize, bias: bool) -> Vec<AnyCellConfig> {
    let elman = |activation| {
        let cell = ElmanConfig::new(d_hidden).with_activation(activation);
        AnyCellConfig::Elman(cell.with_bias(bias))
    };
    let gru =
        |reset| AnyCellConfig::Gru(GruConfig::new(d_hidden).with_reset(reset).with_bias(bias));
    match kind {
        Kind::Rnn => [
            Activation::Tanh,
            Activation::Relu,
            Activation::Sigmoid,
            Activation::LeakyRelu,
            Activation::Elu,
            Activation::Softplus,
            Activation::Softsign,
            Activation::Identity,
        ]
        .map(elman)
        .into(),
        Kind::Gru => [Reset::After, Reset::Before].map(gru).into(),
        Kind::Lstm => vec![
            AnyCellConfig::Lstm(LstmConfig::new(d_hidden).with_bias(bias)),
            AnyCellConfig::PeepholeLstm(PeepholeLstmConfig::new(d_hidden).with_bias(bias)),
            AnyCellConfig::CifgLstm(CifgLstmConfig::new(d_hidden).with_bias(bias)),
        ],
    }
}

/// The equations as a text. What a function takes has a line of its own, `a_i`, for some take it twice.
fn equations(settled: &Settled, direction: usize) -> String {
    let functions = &settled.functions[direction];
    let clipped = |sum: &str| match settled.clip {
        None => sum.to_owned(),
        Some(clip) => format!("max(min({sum}, {clip}), {})", number(-clip)),
    };
    let gate = |name: &str, function: usize, sum: &str| {
        let value = functions[function].of_value(&format!("a_{name}"));
        format!("a_{name} = {}\n{name} = {value}\n", clipped(sum))
    };
    match settled.kind {
        Kind::Rnn => {
            let value = functions[0].of_value("a_h");
            let sum = clipped("affine(h, h)");
            format!("state h\ninput h\nhidden h\na_h = {sum}\nh' = {value}\n")
        }
        Kind::Gru => {
            let candidate = match settled.after {
                true => "W_n x + b_n + r * (U_n h + d_n)",
                false => "affine(n, r * h)",
            };
            [
                "state h\ninput r, z, n\nhidden r, z, n\n".to_owned(),
                gate("r", 0, "affine(r, h)"),
                gate("z", 0, "affine(z, h)"),
                gate("n", 1, candidate),
                "h' = (1 - z) * n + z * h\n".to_owned(),
            ]
            .concat()
        }
        Kind::Lstm => {
            let sum = |gate: &str, memory: &str| match settled.peepholes {
                true => format!("affine({gate}, h) + p_{gate} * {memory}"),
                false => format!("affine({gate}, h)"),
            };
            let (blocks, vectors) = match settled.coupled {
                true => ("i, g, o", "p_i, p_o"),
                false => ("i, f, g, o", "p_i, p_f, p_o"),
            };
            let vectors = match settled.peepholes {
                true => format!("vector {vectors}\n"),
                false => String::new(),
            };
            let forget = match settled.coupled {
                true => "f = 1 - i\n".to_owned(),
                false => gate("f", 0, &sum("f", "c")),
            };
            [
                format!("state h, c\ninput {blocks}\nhidden {blocks}\n{vectors}"),
                gate("i", 0, &sum("i", "c")),
                forget,
                gate("g", 1, "affine(g, h)"),
                "c' = f * c + i * g\n".to_owned(),
                gate("o", 0, &sum("o", "c'")),
                format!("h' = o * {}\n", shown(&functions[2].of_value("c'"))),
            ]
            .concat()
        }
    }
}

/// A factor of a product.
fn shown(value: &str) -> String {
    match value.contains(' ') {
        true => format!("({value})"),
        false => value.to_owned(),
    }
}
