//! The configuration of a recurrent layer.

use super::{EngineConfig, Layer, Merge, Recurrent};
use crate::cell::{Cell, CellConfig};
use crate::cells::AnyCellConfig;
use crate::config::setters;
use crate::extent::Extent;
use crate::gates::Gates;
use crate::init::Init;
use crate::invalid::{self, Invalid};
use burn::module::Param;
use burn::nn::{DropoutConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle_engine::passes::integrate;
use rekindle_engine::{Direction, Program, Width};
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
    /// The cell of every layer, in both directions unless there is a `reverse_cell`.
    pub cell: K,
    /// Another cell for the direction that reads from the end, of any kind and width; by default it has the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverse_cell: Option<K>,
}

impl<K> RecurrentConfig<K> {
    setters! {
        layers: usize,
        bidirectional: bool,
        merge: Merge,
        dropout: f64,
        input_dropout: f64,
        recurrent_dropout: f64,
        weight_dropout: f64,
        recurrent_rank: Option<usize>,
        independent: bool,
        multiplicative: bool,
        zoneout: f64,
        residual: bool,
        learned_initial: bool,
        projection: Option<usize>,
        engine: EngineConfig,
        reverse_cell: Option<K>,
    }
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
            reverse_cell: None,
        }
    }

    /// The configuration of the cell that reads in a direction.
    pub fn cell_in(&self, direction: Direction) -> &K {
        match (direction, &self.reverse_cell) {
            (Direction::Reverse, Some(cell)) => cell,
            _ => &self.cell,
        }
    }

    /// The configurations of cells by their keys: `cell` and, where there is one, `reverse_cell`.
    pub fn cells(&self) -> impl Iterator<Item = (&'static str, &K)> {
        let reverse = self.reverse_cell.iter().map(|cell| ("reverse_cell", cell));
        std::iter::once(("cell", &self.cell)).chain(reverse)
    }

    /// Whether inputs may lack values, which then are NaN: whether every cell takes such.
    pub fn takes_missing(&self) -> bool {
        self.cells().all(|(_, cell)| cell.takes_missing())
    }

    /// The width of the output, where the configuration is [valid](RecurrentConfig::validate).
    ///
    /// # Panics
    ///
    /// If the directions have different widths, and the merge is not for such.
    pub fn d_output(&self) -> usize {
        let of = |direction| self.cell_in(direction).d_output();
        let merged = match self.bidirectional {
            false => Some(of(Direction::Forward)),
            true => self
                .merge
                .width(of(Direction::Forward), of(Direction::Reverse)),
        };
        let merged = || merged.expect("directions that the merge can join");
        self.projection.unwrap_or_else(merged)
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
        if let Some(rank) = self.recurrent_rank {
            invalid::width("recurrent_rank", rank)?;
            if self.independent {
                let expected = "left out where the weights are independent";
                return Err(Invalid::new("recurrent_rank", rank, expected));
            }
        }
        for (key, cell) in self.cells() {
            cell.validate().map_err(|e| e.under(key))?;
        }
        self.directions_fit()?;
        self.cells()
            .try_for_each(|(key, cell)| self.cell_fits(key, cell))
    }

    /// Checks every number, for inputs of width `d_input`.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn fits(&self, d_input: usize) -> Result<(), Invalid> {
        invalid::width("d_input", d_input)?;
        self.validate()?;
        let above = (self.layers > 1).then(|| self.d_output());
        for width in [Some(d_input), above].into_iter().flatten() {
            for (key, cell) in self.cells() {
                cell.fits(width).map_err(|e| e.under(key))?;
            }
        }
        Ok(())
    }

    /// How many numbers the layers take at least for inputs of width `d_input`, where the configuration
    /// [fits](RecurrentConfig::fits) that.
    pub fn extent(&self, d_input: usize) -> Extent {
        let layer = |width| {
            let forward = self.cell_in(Direction::Forward).extent(width);
            let both = match self.bidirectional {
                true => forward + self.cell_in(Direction::Reverse).extent(width),
                false => forward,
            };
            match self.recurrent_rank.is_some() || self.independent {
                true => Extent {
                    recurrent: 0.0,
                    ..both
                },
                false => both,
            }
        };
        match self.layers {
            1 => layer(d_input),
            n => layer(d_input) + layer(self.d_output()).times(n - 1),
        }
    }

    /// Checks that a cell for the other direction is read in that direction, and that the two make one output.
    fn directions_fit(&self) -> Result<(), Invalid> {
        let Some(reverse) = &self.reverse_cell else {
            return Ok(());
        };
        if !self.bidirectional {
            let expected = "true for a reverse_cell; or leave reverse_cell out";
            return Err(Invalid::new("bidirectional", false, expected));
        }
        let (forward, reverse) = (self.cell.d_output(), reverse.d_output());
        match self.merge.width(forward, reverse) {
            Some(_) => Ok(()),
            None => {
                let expected = format!(
                    "concat where the directions have different widths: cell gives {forward} features, and \
                     reverse_cell {reverse}; or make the two equal"
                );
                Err(Invalid::new("merge", self.merge.name(), &expected))
            }
        }
    }

    /// Checks that a cell has what the layer's keys change in it.
    fn cell_fits(&self, cell: &str, config: &K) -> Result<(), Invalid> {
        let program = config.program();
        if program.is_none() && !self.engine.precision.is_default() {
            let expected =
                format!("f32: {cell} is no set of equations, whose products could be rounded");
            return Err(Invalid::new("engine.precision", "bf16", &expected));
        }
        let products = program.as_ref().filter(|p| !p.hiddens().is_empty());
        self.weights_fit(cell, products, config.maps_weights())?;
        if self.multiplicative {
            let sums = program.as_ref().map(|p| integrate(p, true).1);
            if sums.is_none_or(|sums| sums.is_empty()) {
                let expected =
                    format!("left out: {cell} nowhere adds up its input and its memory alone");
                return Err(Invalid::new("multiplicative", true, &expected));
            }
        }
        if self.recurrent_dropout == 0.0 {
            return Ok(());
        }
        let why = match products {
            None => "has no recurrent product whose operand it could drop",
            // One mask of the output's width serves all products.
            Some(p) if p.product_width() != p.state_width(0) => {
                "has recurrent products of another width than its output"
            }
            Some(_) => return Ok(()),
        };
        let (key, rate) = ("recurrent_dropout", self.recurrent_dropout);
        Err(Invalid::new(key, rate, &format!("0: {cell} {why}")))
    }

    /// Checks what is asked of a cell's recurrent weights; `products` is its program, where it has such.
    fn weights_fit(
        &self,
        cell: &str,
        products: Option<&Program>,
        mapped: bool,
    ) -> Result<(), Invalid> {
        let rank = self
            .recurrent_rank
            .map(|n| ("recurrent_rank", n.to_string()));
        let diagonal = self.independent.then(|| ("independent", true.to_string()));
        let form = rank.or(diagonal);
        let rate = (self.weight_dropout > 0.0).then(|| self.weight_dropout.to_string());
        let Some((key, value)) = form.clone().or(rate.map(|rate| ("weight_dropout", rate))) else {
            return Ok(());
        };
        let why = match products {
            None => "has no recurrent weights",
            Some(_) if form.is_some() && mapped => "has recurrent weights with a form of their own",
            Some(p) if self.independent && p.product_width() != Width::Hidden => {
                "has recurrent products that take a projected value"
            }
            Some(_) => return Ok(()),
        };
        Err(Invalid::new(key, value, &format!("left out: {cell} {why}")))
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
            takes_missing: self.takes_missing(),
        }
    }

    /// A layer for weights that are loaded: as [`init`](RecurrentConfig::init) makes it, but that nothing is drawn, which takes longer
    /// than a file is read.
    ///
    /// # Panics
    ///
    /// As [`init`](RecurrentConfig::init).
    pub fn blank(&self, d_input: usize, device: &Device) -> Recurrent<K::Cell> {
        let zeros = |cell: &K| cell.clone().drawn(Init::Zeros);
        let config = RecurrentConfig {
            cell: zeros(&self.cell),
            reverse_cell: self.reverse_cell.as_ref().map(zeros),
            ..self.clone()
        };
        config.init(d_input, device)
    }

    /// Equations with the recurrent weights that are asked for.
    fn formed(&self, gates: Gates, device: &Device) -> Gates {
        let gates = match (self.recurrent_rank, self.independent) {
            (Some(rank), _) => gates.of_rank(rank, device),
            (None, true) => gates.independent(device),
            (None, false) => gates,
        };
        match self.multiplicative {
            true => gates.multiplied(device),
            false => gates,
        }
    }

    fn layer(&self, d_input: usize, device: &Device) -> Layer<K::Cell> {
        let cell = |direction| {
            let mut cell = self.cell_in(direction).init(d_input, device);
            if let Some(gates) = cell.gates_mut() {
                *gates = self.formed(gates.clone(), device);
                gates.set_engine(self.engine.into());
            }
            cell
        };
        let forward = cell(Direction::Forward);
        let reverse = self.bidirectional.then(|| cell(Direction::Reverse));
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
