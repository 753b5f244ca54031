//! xlstm 2.0: blocks with an mLSTM or an sLSTM, their stack and language model, with the library's options as they are by default.
//!
//! Factors of its normalisations are what is added to one. The sLSTM's `fgate` feeds the input gate and its `igate` the forget gate, and
//! its cell for CUDA stores weights otherwise than the plain one, as in the table of the cell.

use super::Form::{AboveOne, Flat, HeadByHead, Heads, HeadsTurned, Same, Taps, Turned};
use super::{Row, Table, row};

/// As the usual cell, that for CUDA, stores its weights.
pub(super) const TABLE: Table = Table {
    model: "xlstm_block_stack.",
    block: "blocks",
    mixer: "xlstm.",
    whole: &[
        row("token_embedding.weight", Same, &["embedding.weight"]),
        row("lm_head.weight", Turned, &["output.weight"]),
    ],
    stack: &[row(
        "post_blocks_norm.weight",
        AboveOne,
        &["norm.layer.gamma"],
    )],
    kinds: &[&[BLOCK, MLSTM], &[BLOCK, SLSTM, CUDA]],
};

/// As the plain cell does.
pub(super) const PLAIN: Table = Table {
    kinds: &[&[BLOCK, MLSTM], &[BLOCK, SLSTM, VANILLA]],
    ..TABLE
};

const BLOCK: &[Row] = &[
    row("xlstm_norm.weight", AboveOne, &["mixer_norm.layer.gamma"]),
    row("ffn_norm.weight", AboveOne, &["mlp_norm.layer.gamma"]),
    row(
        "ffn.proj_up.weight",
        Turned,
        &["mlp.gate.weight", "mlp.up.weight"],
    ),
    row("ffn.proj_down.weight", Turned, &["mlp.down.weight"]),
    row(
        "xlstm.conv1d.conv.weight",
        Taps,
        &["mixer.convolution.weight"],
    ),
    row("xlstm.conv1d.conv.bias", Same, &["mixer.convolution.bias"]),
];

const MLSTM: &[Row] = &[
    row(
        "xlstm.proj_up.weight",
        Turned,
        &["mixer.up.weight", "mixer.gate.weight"],
    ),
    row("xlstm.q_proj.weight", Same, &["mixer.q.weight"]),
    row("xlstm.k_proj.weight", Same, &["mixer.k.weight"]),
    row("xlstm.v_proj.weight", Same, &["mixer.v.weight"]),
    row("xlstm.mlstm_cell.igate.weight", Turned, &["mixer.i.weight"]),
    row("xlstm.mlstm_cell.igate.bias", Same, &["mixer.i.bias"]),
    row("xlstm.mlstm_cell.fgate.weight", Turned, &["mixer.f.weight"]),
    row("xlstm.mlstm_cell.fgate.bias", Same, &["mixer.f.bias"]),
    row(
        "xlstm.mlstm_cell.outnorm.weight",
        AboveOne,
        &["mixer.norm.gamma"],
    ),
    row("xlstm.learnable_skip", Same, &["mixer.skip"]),
    row("xlstm.proj_down.weight", Turned, &["mixer.down.weight"]),
];

const SLSTM: &[Row] = &[
    row("xlstm.fgate.weight", Same, &["mixer.gates.0.weight"]),
    row("xlstm.igate.weight", Same, &["mixer.gates.1.weight"]),
    row("xlstm.zgate.weight", Same, &["mixer.gates.2.weight"]),
    row("xlstm.ogate.weight", Same, &["mixer.gates.3.weight"]),
    row("xlstm.group_norm.weight", AboveOne, &["mixer.norm.gamma"]),
];

const CUDA: &[Row] = &[
    row(
        "xlstm.slstm_cell._recurrent_kernel_",
        HeadsTurned,
        RECURRENT,
    ),
    row("xlstm.slstm_cell._bias_", HeadByHead, &["mixer.bias"]),
];

const VANILLA: &[Row] = &[
    row("xlstm.slstm_cell._recurrent_kernel_", Heads, RECURRENT),
    row("xlstm.slstm_cell._bias_", Flat, &["mixer.bias"]),
];

const RECURRENT: &[&str] = &[
    "mixer.recurrent.0.weight",
    "mixer.recurrent.1.weight",
    "mixer.recurrent.2.weight",
    "mixer.recurrent.3.weight",
];
