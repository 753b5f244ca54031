//! flash-linear-attention 0.6 (`fla`): the maps of a layer, in PyTorch's layout. What stands behind the recurrence, its normalisation, gate
//! and last map, is no part of a cell.
//!
//! Of its layers `GatedLinearAttention` alone computes what the cell here does: DeltaNet, Gated DeltaNet and KDA divide queries by
//! `sqrt(d_key)`, HGRN2 reads and writes by other functions, RetNet turns keys and queries by their position, RWKV mixes inputs with the
//! step before.

use super::{Lacks, Library, Position, Tables};

pub(super) const TABLES: Tables = Tables {
    library: Library::Fla,
    cells: &[],
    maps: &[GLA],
    places: |position: Position| match (position.levels, position.directions) {
        (1, 1) => &[""],
        _ => &[],
    },
    lacks: Lacks {
        tensors: &["q_conv1d.weight", "k_conv1d.weight", "v_conv1d.weight"],
        made: "use_short_conv=False",
    },
};

/// With `gate_logit_normalizer=16`, and without `feature_map` and `clamp_min`.
const GLA: &[(&str, &str)] = &[
    ("weight_q", "q_proj.weight"),
    ("weight_k", "k_proj.weight"),
    ("weight_v", "v_proj.weight"),
    ("weight_alpha_down", "gk_proj.0.weight"),
    ("weight_alpha_up", "gk_proj.1.weight"),
    ("bias_alpha_up", "gk_proj.1.bias"),
];
