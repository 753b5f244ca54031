//! `[model]` of a config: which kind of network stands between the two ends, and its keys.

use rekindle::{AnyCellConfig, EngineConfig, Extent, Invalid, RecurrentConfig};
use rekindle_models::awd_lstm::AwdStackConfig;
use rekindle_models::blocks::{BlocksConfig, MixingConfig};
use serde::{Deserialize, Deserializer, Serialize, de};
use toml::{Table, Value};

/// What stands between the two ends of a network: the key `model.kind`, and the keys of that kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a config has one")]
pub enum ModelConfig {
    /// Recurrent layers, one on top of the other.
    Stack(RecurrentConfig),
    /// Residual blocks, as modern language models stack them.
    Blocks(BlocksConfig),
    /// The layers of AWD-LSTM, regularised wherever they can be.
    AwdLstm(AwdStackConfig),
}

/// The kind of a network: `stack` where none is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModelKind {
    #[default]
    Stack,
    Blocks,
    AwdLstm,
}

/// The keys of blocks that a preset is asked for with; it has the others.
const SIZES: [&str; 2] = ["d_model", "blocks"];

/// The keys of blocks, where one names a preset: those of the preset, with what the table says otherwise.
///
/// # Errors
///
/// If there is no such preset.
pub(crate) fn expanded(mut keys: Table) -> Result<Table, Invalid> {
    let Some(preset) = keys.remove("preset") else {
        return Ok(keys);
    };
    // What is no text is the name of none.
    let name = preset
        .as_str()
        .map_or_else(|| preset.to_string(), str::to_owned);
    let number = |key: &str| {
        let number = keys.get(key).and_then(Value::as_integer);
        number.and_then(|number| usize::try_from(number).ok())
    };
    let [Some(d_model), Some(blocks)] = SIZES.map(number) else {
        // What is missing or no number is said where the keys are read.
        return Ok(keys);
    };
    let preset = BlocksConfig::preset(&name, d_model, blocks)?;
    let mut whole = Table::try_from(preset)
        .map_err(|e| Invalid::because("preset", format!("{name:?} cannot be written: {e}")))?;
    let own = keys.into_iter();
    whole.extend(own.filter(|(key, _)| !SIZES.contains(&key.as_str())));
    Ok(whole)
}

impl From<RecurrentConfig> for ModelConfig {
    fn from(config: RecurrentConfig) -> Self {
        ModelConfig::Stack(config)
    }
}

impl<'de> Deserialize<'de> for ModelConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut keys = Table::deserialize(deserializer)?;
        let kind = keys.remove("kind").map(ModelKind::deserialize).transpose();
        let read = match kind.map_err(de::Error::custom)?.unwrap_or_default() {
            ModelKind::Stack => RecurrentConfig::deserialize(keys).map(ModelConfig::Stack),
            ModelKind::Blocks => {
                let keys = expanded(keys).map_err(de::Error::custom)?;
                BlocksConfig::deserialize(keys).map(ModelConfig::Blocks)
            }
            ModelKind::AwdLstm => AwdStackConfig::deserialize(keys).map(ModelConfig::AwdLstm),
        };
        read.map_err(|error| de::Error::custom(error.message()))
    }
}

impl ModelConfig {
    /// The value of `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            ModelConfig::Stack(_) => "stack",
            ModelConfig::Blocks(_) => "blocks",
            ModelConfig::AwdLstm(_) => "awd_lstm",
        }
    }

    /// The recurrent layers, where it is a stack of these.
    pub fn stack(&self) -> Option<&RecurrentConfig> {
        match self {
            ModelConfig::Stack(config) => Some(config),
            ModelConfig::Blocks(_) | ModelConfig::AwdLstm(_) => None,
        }
    }

    /// The cells whose equations or kinds the config has, by their keys.
    pub fn cells(&self) -> Vec<(&'static str, &AnyCellConfig)> {
        match self {
            ModelConfig::Stack(config) => config.cells().collect(),
            ModelConfig::Blocks(config) => {
                let other = config.other.as_ref().map(|other| &other.mixer);
                let mixers = [
                    ("mixer.cell", Some(&config.mixer)),
                    ("other.mixer.cell", other),
                ];
                let cells = mixers.into_iter().filter_map(|(key, mixer)| match mixer? {
                    MixingConfig::Cell(mixer) => Some((key, &mixer.cell)),
                    _ => None,
                });
                cells.collect()
            }
            ModelConfig::AwdLstm(_) => Vec::new(),
        }
    }

    /// The name of its cell, or of what takes the place of one in most of its blocks.
    pub(crate) fn cell(&self) -> String {
        match self {
            ModelConfig::Stack(config) => config.cell.card().name.into(),
            ModelConfig::Blocks(config) => match &config.mixer {
                MixingConfig::Cell(mixer) => mixer.cell.card().name.into(),
                MixingConfig::Rwkv7(_) => "rwkv7".into(),
                MixingConfig::MLstm(_) => "mlstm".into(),
                MixingConfig::SLstm(_) => "slstm".into(),
                _ => "blocks".into(),
            },
            ModelConfig::AwdLstm(config) => config.cell.clone(),
        }
    }

    /// Whether it also reads from the end of a row.
    pub(crate) fn is_bidirectional(&self) -> bool {
        self.stack().is_some_and(|config| config.bidirectional)
    }

    /// Whether values may be missing.
    pub(crate) fn takes_missing(&self) -> bool {
        self.stack().is_some_and(RecurrentConfig::takes_missing)
    }

    /// How the equations of a stack are run; others run theirs as they do by default.
    pub(crate) fn engine(&self) -> EngineConfig {
        self.stack().map(|config| config.engine).unwrap_or_default()
    }

    /// Checks every number that says nothing of the inputs.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub(crate) fn validate(&self) -> Result<(), Invalid> {
        match self {
            ModelConfig::Stack(config) => config.validate(),
            ModelConfig::Blocks(config) => config.validate(),
            // As wide as the layers below the last.
            ModelConfig::AwdLstm(config) => config.fits(config.d_hidden),
        }
    }

    /// Checks that it takes inputs of a width.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub(crate) fn fits(&self, d_input: usize) -> Result<(), Invalid> {
        match self {
            ModelConfig::Stack(config) => config.fits(d_input),
            ModelConfig::Blocks(config) => config.validate(),
            ModelConfig::AwdLstm(config) => config.fits(d_input),
        }
    }

    /// The width that it reads of inputs of another, where a linear map has to stand between.
    pub(crate) fn reads(&self, d_input: usize) -> Option<usize> {
        match self {
            ModelConfig::Blocks(config) if config.d_model != d_input => Some(config.d_model),
            _ => None,
        }
    }

    /// The width of what it gives for inputs of a width.
    pub(crate) fn d_output(&self, d_input: usize) -> usize {
        match self {
            ModelConfig::Stack(config) => config.d_output(),
            ModelConfig::Blocks(config) => config.d_model,
            ModelConfig::AwdLstm(_) => d_input,
        }
    }

    /// How many numbers it takes at least.
    pub(crate) fn extent(&self, d_input: usize) -> Extent {
        match self {
            ModelConfig::Stack(config) => config.extent(d_input),
            ModelConfig::Blocks(config) => config.extent(),
            ModelConfig::AwdLstm(config) => config.extent(d_input),
        }
    }
}
