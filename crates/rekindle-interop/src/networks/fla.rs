//! flash-linear-attention 0.6 (`fla`): its models and layers, in the forms that have the same equations here.
//!
//! | theirs | options |
//! |---|---|
//! | `GatedLinearAttention` | `gate_logit_normalizer=16`, no `feature_map`, no `clamp_min`; `use_short_conv` either way |
//! | `DeltaNet` | `qk_activation="silu"`, `qk_norm="l2"`, `use_beta`, without `allow_neg_eigval`; `use_gate`, `use_short_conv` either way |
//! | `GatedDeltaNet` | as many heads of values as of keys, without `allow_neg_eigval`; `use_gate`, `use_short_conv` either way |
//! | `KimiDeltaAttention` | the same, without `safe_gate` and `lower_bound` |
//! | `HGRN2Attention` | `use_lower_bound` of the model; `use_short_conv` either way |
//! | `RWKV7Attention` | all |

use super::Form::{Flat, Same, Taps, Turned};
use super::{Row, Table, row};

pub(super) const TABLE: Table = Table {
    model: "model.",
    block: "layers",
    mixer: "attn.",
    whole: &[
        row("model.embeddings.weight", Same, &["embedding.weight"]),
        row("lm_head.weight", Turned, &["output.weight"]),
    ],
    stack: &[
        row("norm.weight", Same, &["norm.rms.gamma"]),
        row("norm.weight", Same, &["norm.layer.gamma"]),
        row("norm.bias", Same, &["norm.layer.beta"]),
        row(
            "layers.0.pre_norm.weight",
            Same,
            &["input_norm.layer.gamma"],
        ),
        row("layers.0.pre_norm.bias", Same, &["input_norm.layer.beta"]),
        row("lower_bounds", Same, &["lower_bounds"]),
    ],
    kinds: &[
        &[NORMS, SWIGLU, QKV, CONVOLUTIONS, OUTPUT, GLA],
        &[NORMS, SWIGLU, QKV, CONVOLUTIONS, OUTPUT, DELTA],
        &[NORMS, SWIGLU, QKV, CONVOLUTIONS, OUTPUT, KDA],
        &[NORMS, SWIGLU, OUTPUT, HGRN2],
        &[RWKV7],
    ],
};

const NORMS: &[Row] = &[
    row("attn_norm.weight", Same, &["mixer_norm.rms.gamma"]),
    row("mlp_norm.weight", Same, &["mlp_norm.rms.gamma"]),
];

const SWIGLU: &[Row] = &[
    row("mlp.gate_proj.weight", Turned, &["mlp.gate.weight"]),
    row("mlp.up_proj.weight", Turned, &["mlp.up.weight"]),
    row("mlp.down_proj.weight", Turned, &["mlp.down.weight"]),
];

const OUTPUT: &[Row] = &[row("attn.o_proj.weight", Turned, &["mixer.output.weight"])];

const QKV: &[Row] = &[
    row(
        "attn.q_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.q.weight"],
    ),
    row(
        "attn.k_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.k.weight"],
    ),
    row(
        "attn.v_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.v.weight"],
    ),
];

const CONVOLUTIONS: &[Row] = &[
    row("attn.q_conv1d.weight", Taps, &["mixer.convolved.0.weight"]),
    row("attn.k_conv1d.weight", Taps, &["mixer.convolved.1.weight"]),
    row("attn.v_conv1d.weight", Taps, &["mixer.convolved.2.weight"]),
    row("attn.q_conv1d.bias", Same, &["mixer.convolved.0.bias"]),
    row("attn.k_conv1d.bias", Same, &["mixer.convolved.1.bias"]),
    row("attn.v_conv1d.bias", Same, &["mixer.convolved.2.bias"]),
];

const GLA: &[Row] = &[
    row(
        "attn.gk_proj.0.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.alpha_down.weight"],
    ),
    row(
        "attn.gk_proj.1.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.alpha_up.weight"],
    ),
    row(
        "attn.gk_proj.1.bias",
        Same,
        &["mixer.recurrent.layers.0.forward.alpha_up.bias"],
    ),
    row(
        "attn.g_norm_swish_gate.weight",
        Same,
        &["mixer.norm.rms.gamma"],
    ),
    row("attn.g_proj.weight", Turned, &["mixer.gate.weight"]),
];

/// `DeltaNet`, and `GatedDeltaNet`, which has `alpha` and `a_log`.
const DELTA: &[Row] = &[
    row(
        "attn.b_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.beta.weight"],
    ),
    row(
        "attn.a_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.alpha.weight"],
    ),
    row(
        "attn.dt_bias",
        Same,
        &["mixer.recurrent.layers.0.forward.alpha.bias"],
    ),
    row(
        "attn.A_log",
        Same,
        &["mixer.recurrent.layers.0.forward.a_log"],
    ),
    row("attn.o_norm.weight", Same, &["mixer.norm.rms.gamma"]),
    row("attn.g_proj.weight", Turned, &["mixer.gate.weight"]),
];

const KDA: &[Row] = &[
    row(
        "attn.b_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.beta.weight"],
    ),
    row(
        "attn.f_proj.0.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.alpha_down.weight"],
    ),
    row(
        "attn.f_proj.1.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.alpha_up.weight"],
    ),
    row(
        "attn.dt_bias",
        Same,
        &["mixer.recurrent.layers.0.forward.alpha_up.bias"],
    ),
    row(
        "attn.A_log",
        Same,
        &["mixer.recurrent.layers.0.forward.a_log"],
    ),
    row("attn.o_norm.weight", Same, &["mixer.norm.rms.gamma"]),
    row("attn.g_proj.0.weight", Turned, &["mixer.gate_down.weight"]),
    row("attn.g_proj.1.weight", Turned, &["mixer.gate.weight"]),
    row("attn.g_proj.1.bias", Same, &["mixer.gate.bias"]),
];

/// Their query is the output gate here.
const HGRN2: &[Row] = &[
    row(
        "attn.q_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.o.weight"],
    ),
    row(
        "attn.f_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.f.weight"],
    ),
    row(
        "attn.i_proj.weight",
        Turned,
        &["mixer.recurrent.layers.0.forward.i.weight"],
    ),
    row("attn.f_conv1d.weight", Taps, &["mixer.convolved.0.weight"]),
    row("attn.i_conv1d.weight", Taps, &["mixer.convolved.1.weight"]),
    row("attn.q_conv1d.weight", Taps, &["mixer.convolved.2.weight"]),
    row("attn.g_norm.weight", Same, &["mixer.norm.rms.gamma"]),
];

const RWKV7: &[Row] = &[
    row("attn_norm.weight", Same, &["mixer_norm.layer.gamma"]),
    row("attn_norm.bias", Same, &["mixer_norm.layer.beta"]),
    row("ffn_norm.weight", Same, &["mlp_norm.layer.gamma"]),
    row("ffn_norm.bias", Same, &["mlp_norm.layer.beta"]),
    row("ffn.x_k", Same, &["mlp.mu"]),
    row("ffn.key.weight", Turned, &["mlp.up.weight"]),
    row("ffn.value.weight", Turned, &["mlp.down.weight"]),
    row("attn.x_r", Flat, &["mixer.mu_r"]),
    row("attn.x_w", Flat, &["mixer.mu_w"]),
    row("attn.x_k", Flat, &["mixer.mu_k"]),
    row("attn.x_v", Flat, &["mixer.mu_v"]),
    row("attn.x_a", Flat, &["mixer.mu_a"]),
    row("attn.x_g", Flat, &["mixer.mu_g"]),
    row("attn.k_k", Same, &["mixer.cell.xi"]),
    row("attn.k_a", Same, &["mixer.cell.alpha"]),
    row("attn.r_k", Flat, &["mixer.rho"]),
    row("attn.r_proj.weight", Turned, &["mixer.cell.r.weight"]),
    row("attn.k_proj.weight", Turned, &["mixer.cell.k.weight"]),
    row("attn.v_proj.weight", Turned, &["mixer.cell.v.weight"]),
    row("attn.o_proj.weight", Turned, &["mixer.output.weight"]),
    row(
        "attn.w_lora.lora.0.weight",
        Turned,
        &["mixer.cell.w_down.weight"],
    ),
    row(
        "attn.w_lora.lora.2.weight",
        Turned,
        &["mixer.cell.w_up.weight"],
    ),
    row("attn.w_lora.lora.2.bias", Same, &["mixer.cell.w_up.bias"]),
    row(
        "attn.a_lora.lora.0.weight",
        Turned,
        &["mixer.cell.a_down.weight"],
    ),
    row(
        "attn.a_lora.lora.2.weight",
        Turned,
        &["mixer.cell.a_up.weight"],
    ),
    row("attn.a_lora.lora.2.bias", Same, &["mixer.cell.a_up.bias"]),
    row(
        "attn.v_lora.lora.0.weight",
        Turned,
        &["mixer.values.down.weight"],
    ),
    row(
        "attn.v_lora.lora.2.weight",
        Turned,
        &["mixer.values.up.weight"],
    ),
    row("attn.v_lora.lora.2.bias", Same, &["mixer.values.up.bias"]),
    row(
        "attn.g_lora.lora.0.weight",
        Turned,
        &["mixer.gate.down.weight"],
    ),
    row(
        "attn.g_lora.lora.2.weight",
        Turned,
        &["mixer.gate.up.weight"],
    ),
    row("attn.g_norm.weight", Same, &["mixer.norm.gamma"]),
    row("attn.g_norm.bias", Same, &["mixer.norm.beta"]),
];
