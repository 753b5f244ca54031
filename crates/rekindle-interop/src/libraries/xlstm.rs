//! xlstm 2.0: `sLSTMLayer` with `conv1d_kernel_size=0`. A head reads its own part of the input. What stands behind the recurrence, its
//! normalisation, is no part of a cell.
//!
//! The layer feeds its `fgate` to the cell's input gate, and its `igate` to the forget gate: trained weights are so, and the table is.
//! The cell for CUDA, which is the usual one, stores its weights otherwise than the plain one (`backend="vanilla"`); the shape of the recurrent
//! ones tells which. Its forget gate is a sigmoid.

use super::{Lacks, Library, Position, Tables};
use crate::mapping::Layout::{Diagonal, Heads, HeadsTurned, Rows};
use crate::mapping::{Row, row};

pub(super) const TABLES: Tables = Tables {
    library: Library::Xlstm,
    cells: &[("slstm", CUDA), ("slstm", VANILLA)],
    maps: &[],
    lacks: Lacks {
        tensors: &["conv1d.conv.weight"],
        made: "conv1d_kernel_size=0",
    },
    places: |position: Position| match (position.levels, position.directions) {
        (1, 1) => &[""],
        _ => &[],
    },
};

const CUDA: &[Row] = &[
    row("fgate.weight", Diagonal, "W_i"),
    row("igate.weight", Diagonal, "W_f"),
    row("zgate.weight", Diagonal, "W_z"),
    row("ogate.weight", Diagonal, "W_o"),
    row(
        "slstm_cell._recurrent_kernel_",
        HeadsTurned,
        "U_i U_f U_z U_o",
    ),
    row(
        "slstm_cell._bias_",
        Heads,
        "b_i+d_i b_f+d_f b_z+d_z b_o+d_o",
    ),
];

const VANILLA: &[Row] = &[
    row("fgate.weight", Diagonal, "W_i"),
    row("igate.weight", Diagonal, "W_f"),
    row("zgate.weight", Diagonal, "W_z"),
    row("ogate.weight", Diagonal, "W_o"),
    row("slstm_cell._recurrent_kernel_", Heads, "U_i U_f U_z U_o"),
    row("slstm_cell._bias_", Rows, "b_i+d_i b_f+d_f b_z+d_z b_o+d_o"),
];
