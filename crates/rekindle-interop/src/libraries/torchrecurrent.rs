//! torchrecurrent 0.2.5: PyTorch's names, `cells.0.weight_ih`, with more of them where a cell has more matrices. Its biases that a paper lacks
//! are added to those that mean the same, or must be zero.
//!
//! JANET learns its `beta`, LEM, SCRN, NAS, MUT1 and MUT2 differ from their papers and from the cells here, and T-GRU and T-LSTM keep the last
//! input where these keep its product: they have no table. Of FastGRNN the gate's `nonlinearity` has to be `"sigmoid"`.

use super::{Lacks, Library, Position, Tables};
use crate::mapping::Layout::Rows;
use crate::mapping::{Row, row};

pub(super) const TABLES: Tables = Tables {
    library: Library::Torchrecurrent,
    cells: &[
        ("original_lstm", ORIGINAL_LSTM),
        ("memory_controller_lstm", MEMORY_CONTROLLER_LSTM),
        ("mgu", MGU),
        ("ugrnn", UGRNN),
        ("atr", ATR),
        ("ligru", LIGRU),
        ("light_ru", LIGHT_RU),
        ("star", STAR),
        ("sgrn", SGRN),
        ("miru1", MIRU1),
        ("miru2", MIRU2),
        ("nbrc", NBRC),
        ("mut3", MUT3),
        ("tau_gru", TAU_GRU),
        ("intersection", INTERSECTION),
        ("peephole_lstm", PEEPHOLE_LSTM),
        ("multiplicative_lstm", MULTIPLICATIVE_LSTM),
        ("residual_lstm", RESIDUAL_LSTM),
        ("wmc_lstm", WMC_LSTM),
        ("minimal_rnn", MINIMAL_RNN),
        ("cfn", CFN),
        ("ran", RAN),
        ("fast_rnn", FAST_RNN),
        ("fast_grnn", FAST_GRNN),
        ("sgu", SGU),
        ("dsgu", DSGU),
        ("brc", BRC),
        ("indrnn", INDRNN),
        ("cornn", CORNN),
        ("unicornn", UNICORNN),
        ("trnn", TRNN),
        ("antisymmetric_rnn", ANTISYMMETRIC_RNN),
        ("gated_antisymmetric_rnn", GATED_ANTISYMMETRIC_RNN),
    ],
    maps: &[],
    lacks: Lacks::NOTHING,
    places: |position: Position| match (position.levels, position.directions) {
        (1, 1) => &["cells.#.", ""],
        (_, 1) => &["cells.#."],
        _ => &[],
    },
};

const ORIGINAL_LSTM: &[Row] = &[
    row("weight_ih", Rows, "W_i W_g W_o"),
    row("weight_hh", Rows, "U_i U_g U_o"),
    row("bias_ih", Rows, "b_i b_g b_o"),
    row("bias_hh", Rows, "d_i d_g d_o"),
];

const MEMORY_CONTROLLER_LSTM: &[Row] = &[
    row("weight_ih", Rows, "W_f W_i W_o W_m W_n"),
    row("weight_hh", Rows, "U_f U_i U_o U_m U_n"),
    row("bias_ih", Rows, "b_f b_i b_o b_m b_n"),
    row("bias_hh", Rows, "d_f d_i d_o d_m d_n"),
];

const MGU: &[Row] = &[
    row("weight_ih", Rows, "W_f W_n"),
    row("weight_hh", Rows, "U_f U_n"),
    row("bias_ih", Rows, "b_f b_n"),
    row("bias_hh", Rows, "d_f d_n"),
];

const UGRNN: &[Row] = &[
    row("weight_ih", Rows, "W_c W_g"),
    row("weight_hh", Rows, "U_c U_g"),
    row("bias_ih", Rows, "b_c b_g"),
    row("bias_hh", Rows, "d_c d_g"),
];

const ATR: &[Row] = &[
    row("weight_ih", Rows, "W_p"),
    row("weight_hh", Rows, "U_p"),
    row("bias_ih", Rows, "b_p"),
    row("bias_hh", Rows, "d_p"),
];

const LIGRU: &[Row] = &[
    row("weight_ih", Rows, "W_z W_n"),
    row("weight_hh", Rows, "U_z U_n"),
    row("bias_ih", Rows, "b_z b_n"),
    row("bias_hh", Rows, "d_z d_n"),
];

const LIGHT_RU: &[Row] = &[
    row("weight_ih", Rows, "W_n W_f"),
    row("weight_hh", Rows, "U_f"),
    row("bias_ih", Rows, "b_n b_f"),
    row("bias_hh", Rows, "d_f"),
];

const STAR: &[Row] = &[
    row("weight_ih", Rows, "W_z W_k"),
    row("weight_hh", Rows, "U_k"),
    row("bias_ih", Rows, "b_z b_k"),
    row("bias_hh", Rows, "d_k"),
];

const SGRN: &[Row] = &[
    row("weight_ih", Rows, "W_a"),
    row("weight_hh", Rows, "U_f"),
    row("bias_ih", Rows, "b_a"),
    row("bias_hh", Rows, "d_f"),
];

const MIRU1: &[Row] = &[
    row("weight_ih", Rows, "W_r W_n"),
    row("weight_hh", Rows, "U_r U_n"),
    row("bias_ih", Rows, "b_r b_n"),
    row("bias_hh", Rows, "d_r d_n"),
];

const MIRU2: &[Row] = &[
    row("weight_ih", Rows, "W_n"),
    row("weight_hh", Rows, "U_n"),
    row("bias_ih", Rows, "b_n"),
    row("bias_hh", Rows, "d_n"),
];

const NBRC: &[Row] = &[
    row("weight_ih", Rows, "W_a W_c W_h"),
    row("weight_hh", Rows, "U_a U_c"),
    row("bias_ih", Rows, "b_a b_c b_h"),
    row("bias_hh", Rows, "d_a d_c"),
];

const MUT3: &[Row] = &[
    row("weight_ih", Rows, "W_z W_r W_n"),
    row("weight_hh", Rows, "U_z U_r U_n"),
    row("bias_ih", Rows, "b_z b_r b_n"),
    row("bias_hh", Rows, "d_z d_r d_n"),
];

const TAU_GRU: &[Row] = &[
    row("weight_ih", Rows, "W_u W_z W_g W_a"),
    row("weight_hh", Rows, "U_u U_z U_g U_a"),
    row("bias_ih", Rows, "b_u b_z b_g b_a"),
    row("bias_hh", Rows, "d_u d_z d_g d_a"),
];

const INTERSECTION: &[Row] = &[
    row("weight_ih", Rows, "W_y_in W_h_in W_g_y W_g_h"),
    row("weight_hh", Rows, "U_y_in U_h_in U_g_y U_g_h"),
    row("bias_ih", Rows, "b_y_in b_h_in b_g_y b_g_h"),
    row("bias_hh", Rows, "d_y_in d_h_in d_g_y d_g_h"),
];

const PEEPHOLE_LSTM: &[Row] = &[
    row("weight_ih", Rows, "W_i W_f W_g W_o"),
    row("weight_hh", Rows, "U_i U_f U_g U_o"),
    row("bias_ih", Rows, "b_i b_f b_g b_o"),
    row("bias_hh", Rows, "d_i d_f d_g d_o"),
    row("weight_ph", Rows, "v_p_i v_p_f v_p_o"),
];

const MULTIPLICATIVE_LSTM: &[Row] = &[
    row("weight_ih", Rows, "W_m W_i W_f W_g W_o"),
    row("weight_hh", Rows, "U_m"),
    row("weight_mh", Rows, "U_i U_f U_g U_o"),
    row("bias_ih", Rows, "0 b_i b_f b_g b_o"),
    row("bias_hh", Rows, "0"),
    row("bias_mh", Rows, "d_i d_f d_g d_o"),
];

const RESIDUAL_LSTM: &[Row] = &[
    row("weight_ih", Rows, "W_i W_f W_g W_o"),
    row("weight_hh", Rows, "U_i U_f U_g U_o"),
    row("bias_ih", Rows, "b_i b_f b_g b_o"),
    row("bias_hh", Rows, "d_i d_f d_g d_o"),
    row("weight_proj", Rows, "U_m"),
    row("weight_res", Rows, "W_r"),
    row("weight_ph", Rows, "v_p_i v_p_f v_p_o"),
];

const WMC_LSTM: &[Row] = &[
    row("weight_ih", Rows, "W_i W_f W_g W_o"),
    row("weight_hh", Rows, "U_i U_f U_g U_o"),
    row("bias_ih", Rows, "b_i b_f b_g b_o"),
    row("bias_hh", Rows, "d_i d_f d_g d_o"),
    row("weight_mh", Rows, "U_m_i U_m_f U_m_o"),
    row("bias_mh", Rows, "0 0 0"),
];

const MINIMAL_RNN: &[Row] = &[
    row("weight_ih", Rows, "W_z"),
    row("weight_hh", Rows, "U_u"),
    row("weight_mm", Rows, "U_z"),
    row("bias_ih", Rows, "b_z"),
    row("bias_hh", Rows, "d_u"),
];

const CFN: &[Row] = &[
    row("weight_ih", Rows, "W_theta W_eta W_w"),
    row("weight_hh", Rows, "U_theta U_eta"),
    row("bias_ih", Rows, "b_theta b_eta 0"),
    row("bias_hh", Rows, "d_theta d_eta"),
];

const RAN: &[Row] = &[
    row("weight_ih", Rows, "W_c W_i W_f"),
    row("weight_hh", Rows, "U_i U_f"),
    row("bias_ih", Rows, "b_i b_f"),
    row("bias_hh", Rows, "d_i d_f"),
];

const FAST_RNN: &[Row] = &[
    row("weight_ih", Rows, "W_h"),
    row("weight_hh", Rows, "U_h"),
    row("bias_ih", Rows, "b_h"),
    row("bias_hh", Rows, "d_h"),
    row("alpha", Rows, "v_alpha"),
    row("beta", Rows, "v_beta"),
];

const FAST_GRNN: &[Row] = &[
    row("weight_ih", Rows, "W_a"),
    row("weight_hh", Rows, "U_a"),
    row("bias_ih", Rows, "v_b_z v_b_h"),
    row("bias_hh", Rows, "&v_b_z &v_b_h"),
    row("zeta", Rows, "v_zeta"),
    row("nu", Rows, "v_nu"),
];

const SGU: &[Row] = &[
    row("weight_ih", Rows, "W_g W_z"),
    row("weight_hh", Rows, "U_g U_z"),
    row("bias_ih", Rows, "b_g b_z"),
    row("bias_hh", Rows, "0 d_z"),
];

const DSGU: &[Row] = &[
    row("weight_ih", Rows, "W_g W_z"),
    row("weight_hh", Rows, "U_g U_z"),
    row("weight_ho", Rows, "U_o"),
    row("bias_ih", Rows, "b_g b_z"),
    row("bias_hh", Rows, "0 d_z"),
];

const BRC: &[Row] = &[
    row("weight_ih", Rows, "W_a W_c W_h"),
    row("weight_hh", Rows, "v_w_a v_w_c"),
    row("bias_ih", Rows, "b_a b_c b_h"),
    row("bias_hh", Rows, "&b_a &b_c"),
];

const INDRNN: &[Row] = &[
    row("weight_ih", Rows, "W_h"),
    row("vector_u", Rows, "v_u"),
    row("bias_ih", Rows, "b_h"),
    row("bias_hh", Rows, "&b_h"),
];

const CORNN: &[Row] = &[
    row("weight_ih", Rows, "W_a"),
    row("weight_hh", Rows, "U_a"),
    row("weight_ch", Rows, "U_z"),
    row("bias_ih", Rows, "b_a"),
    row("bias_hh", Rows, "d_a"),
    row("bias_ch", Rows, "&d_a"),
];

const UNICORNN: &[Row] = &[
    row("weight_ih", Rows, "W_a"),
    row("weight_hh", Rows, "v_w"),
    row("weight_ch", Rows, "v_c"),
    row("bias_ih", Rows, "b_a"),
    row("bias_hh", Rows, "&b_a"),
];

const TRNN: &[Row] = &[
    row("weight_ih", Rows, "W_z W_f"),
    row("bias_ih", Rows, "0 b_f"),
];

const ANTISYMMETRIC_RNN: &[Row] = &[
    row("weight_ih", Rows, "W_h"),
    row("weight_hh", Rows, "U_h"),
    row("bias_ih", Rows, "b_h"),
    row("bias_hh", Rows, "&b_h"),
];

const GATED_ANTISYMMETRIC_RNN: &[Row] = &[
    row("weight_ih", Rows, "W_z W_h"),
    row("weight_hh", Rows, "U_a"),
    row("bias_ih", Rows, "b_z b_h"),
    row("bias_hh", Rows, "&b_h"),
];
