//! `burn::nn`: a `GateController` a gate, which holds two `Linear`s; of both directions `forward` and `reverse`.

use super::{Lacks, Library, Position, Tables};
use crate::mapping::Layout::{Columns, Rows};
use crate::mapping::{Row, row};

pub(super) const TABLES: Tables = Tables {
    library: Library::Burn,
    cells: &[
        ("elman", RNN),
        ("lstm", LSTM),
        ("cifg_lstm", COUPLED),
        ("gru", GRU),
    ],
    maps: &[],
    lacks: Lacks::NOTHING,
    places: |position: Position| match (position.levels, position.directions, position.direction) {
        (1, 1, _) => &[""],
        (1, _, 0) => &["forward."],
        (1, ..) => &["reverse."],
        _ => &[],
    },
};

/// The four rows of a gate.
macro_rules! gate {
    ($gate:literal, $block:literal) => {
        [
            row(
                concat!($gate, ".input_transform.weight"),
                Columns,
                concat!("W_", $block),
            ),
            row(
                concat!($gate, ".input_transform.bias"),
                Rows,
                concat!("b_", $block),
            ),
            row(
                concat!($gate, ".hidden_transform.weight"),
                Columns,
                concat!("U_", $block),
            ),
            row(
                concat!($gate, ".hidden_transform.bias"),
                Rows,
                concat!("d_", $block),
            ),
        ]
    };
}

const RNN: &[Row] = &gate!("gate", "h");

const GRU: &[Row] = [
    gate!("reset_gate", "r"),
    gate!("update_gate", "z"),
    gate!("new_gate", "n"),
]
.as_flattened();

const LSTM: &[Row] = [
    gate!("input_gate", "i"),
    gate!("forget_gate", "f"),
    gate!("cell_gate", "g"),
    gate!("output_gate", "o"),
]
.as_flattened();

/// With `input_forget`, there is no forget gate.
const COUPLED: &[Row] = [
    gate!("input_gate", "i"),
    gate!("cell_gate", "g"),
    gate!("output_gate", "o"),
]
.as_flattened();
