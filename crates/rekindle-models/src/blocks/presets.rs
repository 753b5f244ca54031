//! Published blocks by name.

use super::{BlocksConfig, Function, MixerConfig, MlpConfig};
use rekindle::cells::{
    DeltaNetConfig, GatedDeltaNetConfig, GlaConfig, Hgrn2Config, MinGruConfig, MinLstmConfig,
    RgLruConfig,
};
use rekindle::{AnyCellConfig, CellConfig, Invalid, LstmConfig, width};

/// The presets, each with what it is and where it is from.
pub const PRESETS: [(&str, &str); 8] = [
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
        "DeltaNet, each head normalised, and a SwiGLU (Yang et al. 2024, https://arxiv.org/abs/2406.06484; fla's layer without its convolutions)",
    ),
    (
        "gated_delta_net",
        "Gated DeltaNet, each head normalised, a gate of SiLU, and a SwiGLU (Yang et al. 2024, https://arxiv.org/abs/2412.06464; fla's layer without its convolutions)",
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
        let of = |cell| BlocksConfig::new(d_model, blocks, cell);
        // Two thirds of four times the width: as many numbers as without a gate.
        let glu = MlpConfig::new((8 * d_model).div_ceil(3));
        let config = match name {
            "lstm" => of(AnyCellConfig::Lstm(LstmConfig::new(d_model))),
            "mingru" => narrow(of(AnyCellConfig::MinGru(MinGruConfig::new(d_model)))),
            "minlstm" => narrow(of(AnyCellConfig::MinLstm(MinLstmConfig::new(d_model)))),
            "hawk" => {
                let d_rnn = (4 * d_model).div_ceil(3);
                let mixer = MixerConfig::new(AnyCellConfig::RgLru(RgLruConfig::new(d_rnn)));
                let mixer = mixer.with_d_inner(Some(d_rnn)).with_convolution(Some(4));
                let mixer = mixer.with_gate(Some(Function::Gelu)).with_bias(true);
                let mlp = MlpConfig::new(3 * d_model).with_function(Function::Gelu);
                let config = of(mixer.cell.clone()).with_mixer(mixer);
                config.with_mlp(Some(mlp.with_bias(true)))
            }
            "gla" => {
                let cell = GlaConfig::new(d_model);
                let mixer = MixerConfig::new(AnyCellConfig::Gla(cell.clone()));
                let mixer = mixer.with_output_norm(Some(cell.heads));
                let mixer = mixer.with_gate(Some(Function::Silu));
                of(mixer.cell.clone()).with_mixer(mixer).with_mlp(Some(glu))
            }
            "hgrn2" => {
                let mixer = MixerConfig::new(AnyCellConfig::Hgrn2(Hgrn2Config::new(d_model)));
                let mixer = mixer.with_output_norm(Some(1));
                of(mixer.cell.clone()).with_mixer(mixer).with_mlp(Some(glu))
            }
            "delta_net" => {
                let cell = DeltaNetConfig::new(d_model);
                let mixer = MixerConfig::new(AnyCellConfig::DeltaNet(cell.clone()));
                let mixer = mixer.with_output_norm(Some(cell.heads));
                of(mixer.cell.clone()).with_mixer(mixer).with_mlp(Some(glu))
            }
            "gated_delta_net" => {
                let cell = GatedDeltaNetConfig::new(d_model);
                let mixer = MixerConfig::new(AnyCellConfig::GatedDeltaNet(cell.clone()));
                let mixer = mixer.with_output_norm(Some(cell.heads));
                let mixer = mixer.with_gate(Some(Function::Silu));
                of(mixer.cell.clone()).with_mixer(mixer).with_mlp(Some(glu))
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

/// The blocks of "Were RNNs all we needed?".
fn narrow(config: BlocksConfig) -> BlocksConfig {
    let mixer = config.mixer.clone().with_convolution(Some(4));
    let mlp = MlpConfig::new(4 * config.d_model)
        .with_function(Function::Gelu)
        .with_gated(false)
        .with_bias(true);
    config.with_mixer(mixer).with_mlp(Some(mlp))
}
