//! The configuration of a recurrent layer.

use super::{EngineConfig, Layer, Merge, Recurrent};
use crate::{AnyCellConfig, Cell, CellConfig, Invalid, RecurrentWeights, invalid};
use burn::module::Param;
use burn::nn::{DropoutConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle_engine::Width;
use rekindle_engine::passes::integrate;
use serde::{Deserialize, Serialize};

/// Configuration of [`Recurrent`]: everything but the cell has a default.
///
/// ```
/// # use rekindle::{CellConfig, LstmConfig, RecurrentConfig};
/// let config = RecurrentConfig {
///     layers: 2,
///     bidirectional: true,
///     ..RecurrentConfig::new(LstmConfig::new(32))
/// };
/// # assert!(config.validate().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrentConfig<K = AnyCellConfig> {
    /// The number of layers, one on top of the other.
    #[serde(default = "one")]
    pub layers: usize,
    /// Whether each layer also reads the sequence from its end.
    #[serde(default)]
    pub bidirectional: bool,
    /// How the two directions become one output.
    #[serde(default)]
    pub merge: Merge,
    /// Dropout between layers, a fresh mask a step, in [0, 1).
    #[serde(default)]
    pub dropout: f64,
    /// Variational dropout of each layer's input: one mask for all steps (Gal & Ghahramani 2016).
    #[serde(default)]
    pub input_dropout: f64,
    /// Variational dropout of what the recurrent products take: one mask for all steps.
    #[serde(default)]
    pub recurrent_dropout: f64,
    /// Dropout of the recurrent weights themselves: one mask for all steps (DropConnect; Merity et al. 2017,
    /// <https://arxiv.org/abs/1708.02182>).
    #[serde(default)]
    pub weight_dropout: f64,
    /// The rank of the recurrent weights, which then are a product of two matrices; full by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrent_rank: Option<usize>,
    /// Whether recurrent weights are diagonal, so that every unit sees itself alone.
    #[serde(default)]
    pub independent: bool,
    /// Whether inputs and memory scale one another, wherever the cell adds them up: multiplicative integration (Wu et
    /// al. 2016, <https://arxiv.org/abs/1606.06630>).
    #[serde(default)]
    pub multiplicative: bool,
    /// The probability that a unit's state stays as it was (Krueger et al. 2017); at inference,
    /// states move by its complement.
    #[serde(default)]
    pub zoneout: f64,
    /// Whether a layer's input is added to its output, wherever the two have the same width.
    #[serde(default)]
    pub residual: bool,
    /// Whether the state before the first step is learned; zeros otherwise.
    #[serde(default)]
    pub learned_initial: bool,
    /// The width of a linear map behind every layer; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projection: Option<usize>,
    /// How the equations are run.
    #[serde(default, skip_serializing_if = "EngineConfig::is_default")]
    pub engine: EngineConfig,
    /// The cell of every layer and direction.
    pub cell: K,
}

fn one() -> usize {
    1
}

impl<K: CellConfig> RecurrentConfig<K> {
    /// One layer, one direction, and no extras.
    pub fn new(cell: K) -> Self {
        RecurrentConfig {
            layers: 1,
            bidirectional: false,
            merge: Merge::default(),
            dropout: 0.0,
            input_dropout: 0.0,
            recurrent_dropout: 0.0,
            weight_dropout: 0.0,
            recurrent_rank: None,
            independent: false,
            multiplicative: false,
            zoneout: 0.0,
            residual: false,
            learned_initial: false,
            projection: None,
            engine: EngineConfig::default(),
            cell,
        }
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        invalid::positive("layers", self.layers)?;
        if self.layers > 1024 {
            return Err(Invalid::new("layers", self.layers, "at most 1024"));
        }
        invalid::rate("dropout", self.dropout)?;
        invalid::rate("input_dropout", self.input_dropout)?;
        invalid::rate("recurrent_dropout", self.recurrent_dropout)?;
        invalid::rate("weight_dropout", self.weight_dropout)?;
        invalid::rate("zoneout", self.zoneout)?;
        if let Some(width) = self.projection {
            invalid::width("projection", width)?;
        }
        self.cell.validate().map_err(|e| e.under("cell"))?;
        self.weights_fit()?;
        if self.multiplicative {
            let sums = self
                .cell
                .program()
                .map(|program| integrate(&program, true).1);
            if sums.is_none_or(|sums| sums.is_empty()) {
                let expected = "left out: this cell nowhere adds up its input and its memory alone";
                return Err(Invalid::new("multiplicative", true, expected));
            }
        }
        if self.recurrent_dropout == 0.0 {
            return Ok(());
        }
        let refused = |expected| {
            let (key, rate) = ("recurrent_dropout", self.recurrent_dropout);
            Err(Invalid::new(key, rate, expected))
        };
        let program = self.cell.program();
        let Some(program) = program.filter(|program| !program.hiddens().is_empty()) else {
            return refused("0: this cell has no recurrent product whose operand it could drop");
        };
        // One mask of the output's width serves all products.
        if program.product_width() != program.state_width(0) {
            return refused(
                "0: the recurrent products of this cell take another width than its output has",
            );
        }
        Ok(())
    }

    /// Checks every number, for inputs of width `d_input`.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn fits(&self, d_input: usize) -> Result<(), Invalid> {
        invalid::width("d_input", d_input)?;
        self.validate()?;
        // Without a projection, every cell takes what it gives, and two of them side by side.
        let above = self.projection.filter(|_| self.layers > 1);
        for width in [Some(d_input), above].into_iter().flatten() {
            self.cell.fits(width).map_err(|e| e.under("cell"))?;
        }
        Ok(())
    }

    /// Checks what is asked of the recurrent weights.
    fn weights_fit(&self) -> Result<(), Invalid> {
        if let Some(rank) = self.recurrent_rank {
            invalid::width("recurrent_rank", rank)?;
            if self.independent {
                let expected = "left out where the weights are independent";
                return Err(Invalid::new("recurrent_rank", rank, expected));
            }
        }
        let rank = self
            .recurrent_rank
            .map(|n| ("recurrent_rank", n.to_string()));
        let diagonal = self.independent.then(|| ("independent", true.to_string()));
        let form = rank.or(diagonal);
        let rate = (self.weight_dropout > 0.0).then(|| self.weight_dropout.to_string());
        let Some((key, value)) = form.clone().or(rate.map(|rate| ("weight_dropout", rate))) else {
            return Ok(());
        };
        let refused = |why| Err(Invalid::new(key, &value, why));
        let program = self.cell.program();
        let Some(program) = program.filter(|program| !program.hiddens().is_empty()) else {
            return refused("left out: this cell has no recurrent weights");
        };
        if form.is_some() && self.cell.maps_weights() {
            return refused(
                "left out: the recurrent weights of this cell have a form of their own",
            );
        }
        if self.independent && program.product_width() != Width::Hidden {
            return refused("left out: the recurrent products of this cell take a projected value");
        }
        Ok(())
    }

    /// A layer with fresh parameters, for inputs of width `d_input`.
    ///
    /// # Panics
    ///
    /// If the configuration does not [fit](RecurrentConfig::fits) the width.
    pub fn init(&self, d_input: usize, device: &Device) -> Recurrent<K::Cell> {
        if let Err(e) = self.fits(d_input) {
            panic!("{e}");
        }
        let mut layers = Vec::with_capacity(self.layers);
        let mut width = d_input;
        for _ in 0..self.layers {
            let layer = self.layer(width, device);
            width = layer.d_output(self.merge);
            layers.push(layer);
        }
        let rate = |p| DropoutConfig::new(p).init();
        Recurrent {
            layers,
            merge: self.merge,
            dropout: rate(self.dropout),
            input_dropout: rate(self.input_dropout),
            recurrent_dropout: rate(self.recurrent_dropout),
            weight_dropout: rate(self.weight_dropout),
            zoneout: rate(self.zoneout),
            residual: self.residual,
        }
    }

    fn layer(&self, d_input: usize, device: &Device) -> Layer<K::Cell> {
        let cell = || {
            let cell = self.cell.init(d_input, device);
            let cell = match (self.recurrent_rank, self.independent) {
                (Some(rank), _) => {
                    cell.with_recurrent_weights(RecurrentWeights::OfRank(rank), device)
                }
                (None, true) => cell.with_recurrent_weights(RecurrentWeights::Independent, device),
                (None, false) => cell,
            };
            let cell = match self.multiplicative {
                true => cell.multiplied(device),
                false => cell,
            };
            cell.run_by(self.engine.into())
        };
        let forward = cell();
        let reverse = self.bidirectional.then(cell);
        let mut layer = Layer {
            forward,
            reverse,
            initial: Vec::new(),
            projection: None,
        };
        if self.learned_initial {
            let states = layer.learnable().into_iter();
            let zeros = |(_, _, width)| Param::from_tensor(Tensor::zeros([width], device));
            layer.initial = states.map(zeros).collect();
        }
        // Without a bias, padding stays zero.
        layer.projection = self.projection.map(|width| -> Linear {
            let d_merged = layer.d_merged(self.merge);
            LinearConfig::new(d_merged, width)
                .with_bias(false)
                .init(device)
        });
        layer
    }
}
