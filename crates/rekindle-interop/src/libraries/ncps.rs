//! ncps 1.0: the layers of a `CfC` read the input and the state side by side.

use super::{Lacks, Library, Position, Tables};
use crate::mapping::Layout::{Rows, Single};
use crate::mapping::{Row, row};

pub(super) const TABLES: Tables = Tables {
    library: Library::Ncps,
    cells: &[("cfc", CFC), ("cfc", PURE)],
    maps: &[],
    lacks: Lacks::NOTHING,
    places: |position: Position| match (position.levels, position.directions) {
        (1, 1) => &["rnn_cell.", ""],
        _ => &[],
    },
};

const CFC: &[Row] = &[
    row("backbone.0.weight", Rows, "W_z|U_z"),
    row("backbone.0.bias", Rows, "b_z+d_z"),
    row("ff1.weight", Rows, "U_first"),
    row("ff1.bias", Rows, "d_first"),
    row("ff2.weight", Rows, "U_second"),
    row("ff2.bias", Rows, "d_second"),
    row("time_a.weight", Rows, "U_t_a"),
    row("time_a.bias", Rows, "d_t_a"),
    row("time_b.weight", Rows, "U_t_b"),
    row("time_b.bias", Rows, "d_t_b"),
];

/// `mode="pure"`.
const PURE: &[Row] = &[
    row("backbone.0.weight", Rows, "W_z|U_z"),
    row("backbone.0.bias", Rows, "b_z+d_z"),
    row("ff1.weight", Rows, "U_first"),
    row("ff1.bias", Rows, "d_first"),
    row("w_tau", Single, "v_w_tau"),
    row("A", Single, "v_a"),
];
