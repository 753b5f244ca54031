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
    DeltaNetConfig, GatedDeltaNetConfig, GlaConfig, Hgrn2Config, Hgrn2Form, KdaConfig,
    Mamba2Config, MinGruConfig, MinLstmConfig, RgLruConfig,
};
use rekindle::{AnyCellConfig, CellConfig, Invalid, LstmConfig, width};

/// The presets, each with what it is and where it is from.
pub const PRESETS: [(&str, &str); 12] = [
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
        "HGRN2 with heads of 128 and lower bounds that rise from block to block, normalised, and a SwiGLU (Qin et al. 2024, https://arxiv.org/abs/2404.07904; fla's layer)",
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
        "kda",
        "Kimi delta attention with keys and values as wide as the block, convolutions of 4 steps behind query, key and value, each head normalised, a sigmoid gate of low rank, and a SwiGLU (Kimi team 2025, https://arxiv.org/abs/2510.26692; fla's layer)",
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
        "xLSTM[7:1]: mLSTM blocks of twice the width with maps of four features, every eighth an sLSTM block with a GeGLU of 4/3 of the width, layer norms without biases (Beck et al. 2024, https://arxiv.org/abs/2405.04517)",
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
                let usual = Hgrn2Config::new(d_model);
                let heads = match d_model.is_multiple_of(128) {
                    true => d_model / 128,
                    false => usual.heads,
                };
                let cell = usual.with_heads(heads).with_form(Hgrn2Form::Queries);
                let cell = AnyCellConfig::Hgrn2(cell.with_bias(false));
                let mixer = MixerConfig::new(cell).with_output_norm(Some(1));
                let mixer = divided(mixer, d_model / heads);
                let config = of(mixer.into()).with_mlp(Some(glu));
                config.with_lower_bounds(true)
            }
            "delta_net" => {
                let cell = DeltaNetConfig::new(d_model).with_beta_bias(false);
                let (heads, d_key) = (cell.heads, d_model / cell.heads);
                let mixer = delta_rule(AnyCellConfig::DeltaNet(cell), heads, d_key);
                of(mixer.into()).with_mlp(Some(glu))
            }
            "gated_delta_net" => {
                let heads = GatedDeltaNetConfig::new(d_model).heads;
                let d_key = (3 * d_model).div_ceil(4 * heads);
                let cell = GatedDeltaNetConfig::new(2 * heads * d_key).with_heads(heads);
                let cell = cell.with_d_key(Some(d_key)).with_beta_bias(false);
                let mixer = delta_rule(AnyCellConfig::GatedDeltaNet(cell), heads, d_key);
                let mixer = mixer.with_gate(Some(Function::Silu));
                of(mixer.into()).with_mlp(Some(glu))
            }
            "kda" => {
                let cell = KdaConfig::new(d_model).with_beta_bias(false);
                let (heads, each) = (cell.heads, d_model / cell.heads);
                let mixer = delta_rule(AnyCellConfig::Kda(cell), heads, each);
                let mixer = mixer.with_gate(Some(Function::Sigmoid));
                let mixer = mixer.with_gate_rank(Some(each));
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
                let config = config.with_mlp(None).with_norm(NormKind::LayerWithoutBias);
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

/// A cell of the delta rule with convolutions behind query, key and value, and each head normalised.
fn delta_rule(cell: AnyCellConfig, heads: usize, d_key: usize) -> MixerConfig {
    let mixer = convolved(MixerConfig::new(cell), ["q", "k", "v"]);
    let mixer = mixer.with_convolution_bias(false);
    divided(mixer.with_output_norm(Some(heads)), d_key)
}

/// A cell whose queries are divided by `√d_key`, as in fla's layers; so is what they find.
fn divided(mixer: MixerConfig, d_key: usize) -> MixerConfig {
    mixer.with_output_scale(Some((d_key as f64).powf(-0.5)))
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
