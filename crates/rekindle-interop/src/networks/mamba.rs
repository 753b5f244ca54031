//! Mamba-2, in flash-linear-attention 0.6 and in mamba-ssm 2.3: one group, a number `D` a head, without `norm_before_gate`.

use super::Form::{Same, Taps, Turned};
use super::{Row, Table, row};

pub(super) const FLA: Table = Table {
    whole: &[
        row("backbone.embeddings.weight", Same, &["embedding.weight"]),
        row("lm_head.weight", Turned, &["output.weight"]),
    ],
    ..SSM
};

pub(super) const SSM: Table = Table {
    model: "backbone.",
    block: "layers",
    mixer: "mixer.",
    whole: &[
        row("backbone.embedding.weight", Same, &["embedding.weight"]),
        row("lm_head.weight", Turned, &["output.weight"]),
    ],
    stack: &[row("norm_f.weight", Same, &["norm.rms.gamma"])],
    kinds: &[&[BLOCK]],
};

const BLOCK: &[Row] = &[
    row("norm.weight", Same, &["mixer_norm.rms.gamma"]),
    row(
        "mixer.in_proj.weight",
        Turned,
        &[
            "mixer.gate.weight",
            "mixer.recurrent.layers.0.forward.x.weight",
            "mixer.recurrent.layers.0.forward.b.weight",
            "mixer.recurrent.layers.0.forward.c.weight",
            "mixer.recurrent.layers.0.forward.dt.weight",
        ],
    ),
    row(
        "mixer.conv1d.weight",
        Taps,
        &[
            "mixer.convolved.0.weight",
            "mixer.convolved.1.weight",
            "mixer.convolved.2.weight",
        ],
    ),
    row(
        "mixer.conv1d.bias",
        Same,
        &[
            "mixer.convolved.0.bias",
            "mixer.convolved.1.bias",
            "mixer.convolved.2.bias",
        ],
    ),
    row(
        "mixer.dt_bias",
        Same,
        &["mixer.recurrent.layers.0.forward.dt.bias"],
    ),
    row(
        "mixer.A_log",
        Same,
        &["mixer.recurrent.layers.0.forward.a_log"],
    ),
    row("mixer.D", Same, &["mixer.recurrent.layers.0.forward.d"]),
    row("mixer.norm.weight", Same, &["mixer.norm.rms.gamma"]),
    row("mixer.out_proj.weight", Turned, &["mixer.output.weight"]),
];
