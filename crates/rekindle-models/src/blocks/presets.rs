//! Published blocks by name.

use super::config::{BlocksConfig, OtherConfig};
use super::function::Function;
use super::mixer::MixerConfig;
use super::mixing::MixingConfig;
use super::mlp::MlpConfig;
use super::norm::NormKind;
use super::rwkv7::TimeMixConfig;
use super::xlstm::{MLstmMixerConfig, SLstmMixerConfig};
use rekindle::cells::{
    DeltaNetConfig, GatedDeltaNetConfig, GlaConfig, Hgrn2Config, Mamba2Config, MinGruConfig,
    MinLstmConfig, RgLruConfig,
};
use rekindle::{AnyCellConfig, CellConfig, Invalid, LstmConfig, width};

/// The presets, each with what it is and where it is from.
pub const PRESETS: [(&str, &str); 11] = [
    (
        "lstm",
        "an LSTM and a SwiGLU, residual; the plainest of blocks",
    ),
    (
        "mingru",
        "minGRU behind a convolution of 4 steps, and an MLP of GELU (Feng et al. 2024, appendix C, https://arxiv.org/abs/2410.01201)",
    ),
    (
        "minlstm",
        "minLSTM behind a convolution of 4 steps, and an MLP of GELU (Feng et al. 2024, appendix C)",
    ),
    (
        "hawk",
        "RG-LRU of 4/3 of the width behind a convolution of 4 steps, a gate of GELU, and a GeGLU of three times the width (De et al. 2024, https://arxiv.org/abs/2402.19427)",
    ),
    (
        "gla",
        "gated linear attention of 4 heads, each normalised, a gate of SiLU, and a SwiGLU (Yang et al. 2023, https://arxiv.org/abs/2312.06635; fla's layer)",
    ),
    (
        "hgrn2",
        "HGRN2, normalised, and a SwiGLU (Qin et al. 2024, https://arxiv.org/abs/2404.07904)",
    ),
    (
        "delta_net",
        "DeltaNet with convolutions of 4 steps behind query, key and value, each head normalised, and a SwiGLU (Yang et al. 2024, https://arxiv.org/abs/2406.06484; fla's layer)",
    ),
    (
        "gated_delta_net",
        "Gated DeltaNet with keys of 3/4 of the width and values of twice that, convolutions of 4 steps behind query, key and value, each head normalised, a gate of SiLU, and a SwiGLU (Yang et al. 2024, https://arxiv.org/abs/2412.06464; fla's layer)",
    ),
    (
        "mamba2",
        "Mamba-2 of twice the width and heads of 64, a convolution of 4 steps with SiLU behind x, B and C, a gate of SiLU before the norm, and no MLP (Dao & Gu 2024, https://arxiv.org/abs/2405.21060)",
    ),
    (
        "rwkv7",
        "RWKV-7: time mixing with token shift, values of the first block and a gate, channel mixing of squared ReLU, layer norms (Peng et al. 2025, https://arxiv.org/abs/2503.14456)",
    ),
    (
        "xlstm",
        "xLSTM[7:1]: mLSTM blocks of twice the width, every eighth an sLSTM block with a GeGLU of 4/3 of the width, layer norms (Beck et al. 2024, https://arxiv.org/abs/2405.04517)",
    ),
];

impl BlocksConfig {
    /// Published blocks, of a width and a depth.
    ///
    /// # Errors
    ///
    /// If the name is none of [`PRESETS`], or the width does not fit.
    pub fn preset(name: &str, d_model: usize, blocks: usize) -> Result<Self, Invalid> {
        width("d_model", d_model)?;
        let of = |mixer: MixingConfig| BlocksConfig::of(d_model, blocks, mixer);
        let narrow = |cell| of(convolved_input(cell).into()).with_mlp(Some(plain(d_model)));
        // Two thirds of four times the width: as many numbers as without a gate.
        let glu = MlpConfig::new((8 * d_model).div_ceil(3));
        let config = match name {
            "lstm" => {
                let cell = AnyCellConfig::Lstm(LstmConfig::new(d_model));
                BlocksConfig::new(d_model, blocks, cell)
            }
            "mingru" => narrow(AnyCellConfig::MinGru(MinGruConfig::new(d_model))),
            "minlstm" => narrow(AnyCellConfig::MinLstm(MinLstmConfig::new(d_model))),
            "hawk" => {
                let d_rnn = (4 * d_model).div_ceil(3);
                let mixer = MixerConfig::new(AnyCellConfig::RgLru(RgLruConfig::new(d_rnn)));
                let mixer = mixer.with_d_inner(Some(d_rnn)).with_convolution(Some(4));
                let mixer = mixer.with_gate(Some(Function::Gelu)).with_bias(true);
                let mlp = MlpConfig::new(3 * d_model).with_function(Function::Gelu);
                of(mixer.into()).with_mlp(Some(mlp.with_bias(true)))
            }
            "gla" => {
                let cell = GlaConfig::new(d_model);
                let mixer = MixerConfig::new(AnyCellConfig::Gla(cell.clone()));
                let mixer = mixer.with_output_norm(Some(cell.heads));
                let mixer = mixer.with_gate(Some(Function::Silu));
                of(mixer.into()).with_mlp(Some(glu))
            }
            "hgrn2" => {
                let mixer = MixerConfig::new(AnyCellConfig::Hgrn2(Hgrn2Config::new(d_model)));
                let mixer = mixer.with_output_norm(Some(1));
                of(mixer.into()).with_mlp(Some(glu))
            }
            "delta_net" => {
                let cell = DeltaNetConfig::new(d_model);
                let mixer = MixerConfig::new(AnyCellConfig::DeltaNet(cell.clone()));
                let mixer = convolved(mixer, ["q", "k", "v"]).with_convolution_bias(false);
                let mixer = mixer.with_output_norm(Some(cell.heads));
                of(mixer.into()).with_mlp(Some(glu))
            }
            "gated_delta_net" => {
                let heads = GatedDeltaNetConfig::new(d_model).heads;
                let d_key = (3 * d_model).div_ceil(4 * heads);
                let cell = GatedDeltaNetConfig::new(2 * heads * d_key).with_heads(heads);
                let cell = cell.with_d_key(Some(d_key));
                let mixer = MixerConfig::new(AnyCellConfig::GatedDeltaNet(cell));
                let mixer = convolved(mixer, ["q", "k", "v"]).with_convolution_bias(false);
                let mixer = mixer.with_output_norm(Some(heads));
                let mixer = mixer.with_gate(Some(Function::Silu));
                of(mixer.into()).with_mlp(Some(glu))
            }
            "mamba2" => {
                let d_inner = 2 * d_model;
                let usual = Mamba2Config::new(d_inner);
                let heads = match d_inner.is_multiple_of(64) {
                    true => d_inner / 64,
                    false => usual.heads,
                };
                let cell = usual.with_heads(heads).with_d_key(Some(d_inner.min(128)));
                let mixer = MixerConfig::new(AnyCellConfig::Mamba2(cell));
                let mixer = convolved(mixer, ["x", "b", "c"]);
                let mixer = mixer.with_convolution_function(Some(Function::Silu));
                let mixer = mixer.with_gate(Some(Function::Silu)).with_gate_first(true);
                let mixer = mixer.with_output_norm(Some(1));
                of(mixer.into()).with_mlp(None)
            }
            "rwkv7" => {
                let mlp = MlpConfig::new(4 * d_model).with_gated(false);
                let mlp = mlp.with_function(Function::SquaredRelu);
                let mlp = mlp.with_token_shift(true);
                let config = of(TimeMixConfig::new(d_model).into());
                let config = config.with_mlp(Some(mlp)).with_input_norm(true);
                config.with_norm(NormKind::Layer).with_epsilon(1e-5)
            }
            "xlstm" => {
                let glu = MlpConfig::new((4 * d_model).div_ceil(3));
                let scalar = OtherConfig {
                    at: (1..blocks).step_by(8).collect(),
                    mixer: SLstmMixerConfig::new(d_model).into(),
                    mlp: Some(glu.with_function(Function::Gelu)),
                };
                let config = of(MLstmMixerConfig::new(d_model).into());
                let config = config.with_mlp(None).with_norm(NormKind::Layer);
                let scalar = (!scalar.at.is_empty()).then_some(scalar);
                config.with_epsilon(1e-5).with_other(scalar)
            }
            other => {
                let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
                let expected = format!("one of {}", names.join(", "));
                return Err(Invalid::new("preset", other, &expected));
            }
        };
        config.validate().map(|()| config)
    }
}

/// A convolution of four steps behind these projections of the cell.
fn convolved(mixer: MixerConfig, projections: [&str; 3]) -> MixerConfig {
    let projections = projections.map(str::to_owned).to_vec();
    mixer.with_convolution(Some(4)).with_convolved(projections)
}

/// A cell of "Were RNNs all we needed?", behind a convolution.
fn convolved_input(cell: AnyCellConfig) -> MixerConfig {
    MixerConfig::new(cell).with_convolution(Some(4))
}

/// The MLP of "Were RNNs all we needed?".
fn plain(d_model: usize) -> MlpConfig {
    MlpConfig::new(4 * d_model)
        .with_function(Function::Gelu)
        .with_gated(false)
        .with_bias(true)
}
