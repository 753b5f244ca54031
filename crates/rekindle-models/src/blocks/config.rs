//! The configuration of blocks.

use super::mixer::MixerConfig;
use super::mixing::MixingConfig;
use super::mlp::MlpConfig;
use super::norm::{Norm, NormKind};
use super::stack::{Block, Blocks};
use burn::module::Initializer;
use burn::nn::DropoutConfig;
use burn::tensor::Device;
use rekindle::{AnyCellConfig, Invalid, positive, rate, width};
use serde::{Deserialize, Serialize};

/// Configuration of [`Blocks`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlocksConfig {
    /// The width of what goes from block to block.
    pub d_model: usize,
    /// The number of blocks.
    pub blocks: usize,
    /// How features are normalised before each part of a block, and behind the last.
    #[serde(default)]
    pub norm: NormKind,
    /// What is added to squares before roots: 1e-6 by default.
    #[serde(default = "usual_epsilon")]
    pub epsilon: f64,
    /// Dropout of what each part of a block adds, in [0, 1).
    #[serde(default)]
    pub dropout: f64,
    /// Whether what goes into the first block is normalised, too.
    #[serde(default)]
    pub input_norm: bool,
    /// Whether the forget gates of `hgrn2` have learned lower bounds that rise from block to block, from 0 in the first.
    #[serde(default)]
    pub lower_bounds: bool,
    /// The part that mixes steps.
    pub mixer: MixingConfig,
    /// The part that knows no time; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mlp: Option<MlpConfig>,
    /// Blocks of another kind between these; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<OtherConfig>,
}

/// Configuration of blocks of another kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherConfig {
    /// Which of the blocks they are, counted from 0.
    pub at: Vec<usize>,
    /// The part that mixes steps.
    pub mixer: MixingConfig,
    /// The part that knows no time; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mlp: Option<MlpConfig>,
}

fn usual_epsilon() -> f64 {
    1e-6
}

impl BlocksConfig {
    /// Blocks of a cell and a SwiGLU of four times the width.
    pub fn new(d_model: usize, blocks: usize, cell: AnyCellConfig) -> Self {
        BlocksConfig::of(d_model, blocks, MixerConfig::new(cell).into())
    }

    /// Blocks of what mixes steps and a SwiGLU of four times the width.
    pub fn of(d_model: usize, blocks: usize, mixer: MixingConfig) -> Self {
        BlocksConfig {
            d_model,
            blocks,
            norm: NormKind::default(),
            epsilon: usual_epsilon(),
            dropout: 0.0,
            input_norm: false,
            lower_bounds: false,
            mixer,
            mlp: Some(MlpConfig::new(4 * d_model)),
            other: None,
        }
    }

    rekindle::setters! {
        norm: NormKind,
        epsilon: f64,
        dropout: f64,
        input_norm: bool,
        lower_bounds: bool,
        mixer: MixingConfig,
        mlp: Option<MlpConfig>,
        other: Option<OtherConfig>,
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        width("d_model", self.d_model)?;
        positive("blocks", self.blocks)?;
        if self.blocks > 1024 {
            return Err(Invalid::new("blocks", self.blocks, "at most 1024"));
        }
        rate("dropout", self.dropout)?;
        if !(self.epsilon > 0.0 && self.epsilon < 1.0) {
            return Err(Invalid::new(
                "epsilon",
                self.epsilon,
                "greater than 0 and less than 1",
            ));
        }
        self.parts_fit(&self.mixer, self.mlp.as_ref())?;
        self.bounded()?;
        let Some(other) = &self.other else {
            return Ok(());
        };
        let rise = other.at.windows(2).all(|two| two[0] < two[1]);
        if !rise || other.at.last().is_none_or(|&last| last >= self.blocks) {
            let expected = format!(
                "at least one of 0 to {}, each larger than the one before",
                self.blocks - 1
            );
            return Err(Invalid::new(
                "other.at",
                format!("{:?}", other.at),
                &expected,
            ));
        }
        if let (MixingConfig::Rwkv7(most), MixingConfig::Rwkv7(own)) = (&self.mixer, &other.mixer)
            && most.cell.d_hidden != own.cell.d_hidden
        {
            let expected = format!(
                "{}, that of mixer, for values are mixed with the first block's",
                most.cell.d_hidden
            );
            let key = "other.mixer.cell.d_hidden";
            return Err(Invalid::new(key, own.cell.d_hidden, &expected));
        }
        self.parts_fit(&other.mixer, other.mlp.as_ref())
            .map_err(|e| e.under("other"))
    }

    /// The width of the lower bounds, where there are any.
    fn bounded(&self) -> Result<Option<usize>, Invalid> {
        if !self.lower_bounds {
            return Ok(None);
        }
        let other = self.other.as_ref().map(|other| &other.mixer);
        let mut widths = std::iter::once(&self.mixer)
            .chain(other)
            .map(|mixing| match mixing {
                MixingConfig::Cell(mixer) => mixer.forgets(),
                _ => None,
            });
        let width = widths.next().flatten();
        match width.is_some() && widths.all(|other| other == width) {
            true => Ok(width),
            false => Err(Invalid::because(
                "lower_bounds",
                "is for blocks whose cells are all hgrn2, of as many keys; leave it out",
            )),
        }
    }

    fn parts_fit(&self, mixer: &MixingConfig, mlp: Option<&MlpConfig>) -> Result<(), Invalid> {
        let fits = mixer.validate(self.d_model);
        fits.map_err(|e| e.under("mixer"))?;
        match mlp {
            Some(mlp) => mlp.validate().map_err(|e| e.under("mlp")),
            None => Ok(()),
        }
    }

    /// The parts of a block, counted from 0.
    pub(super) fn parts(&self, place: usize) -> (&MixingConfig, Option<&MlpConfig>) {
        match &self.other {
            Some(other) if other.at.contains(&place) => (&other.mixer, other.mlp.as_ref()),
            _ => (&self.mixer, self.mlp.as_ref()),
        }
    }

    /// Blocks with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](BlocksConfig::validate).
    pub fn init(&self, device: &Device) -> Blocks {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let norm = || Norm::new(self.norm, self.d_model, self.epsilon, device);
        let bounds = self.bounded().ok().flatten();
        let bounds = bounds.map(|width| Initializer::Zeros.init([self.blocks, width], device));
        let block = |place: usize| {
            let depth = place as f64 / self.blocks as f64;
            let (mixer, mlp) = self.parts(place);
            Block {
                mixer_norm: norm(),
                mixer: mixer.init(self.d_model, self.epsilon, depth, device),
                mlp_norm: mlp.map(|_| norm()),
                mlp: mlp.map(|mlp| mlp.init(self.d_model, depth, device)),
            }
        };
        Blocks {
            input_norm: self.input_norm.then(norm),
            blocks: (0..self.blocks).map(block).collect(),
            lower_bounds: bounds,
            norm: norm(),
            dropout: DropoutConfig::new(self.dropout).init(),
        }
    }
}
