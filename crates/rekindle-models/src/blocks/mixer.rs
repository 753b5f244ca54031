//! The part of a block that mixes steps: recurrent layers, and what stands about them.

use super::behind::Behind;
use super::convolution::Convolution;
use super::function::Function;
use super::norm::{Norm, NormKind};
use super::state::MixerState;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle::{
    AnyCell, AnyCellConfig, Cell, CellConfig, Invalid, Recurrent, RecurrentConfig, Sequence,
    positive, width,
};
use serde::{Deserialize, Serialize};

/// Configuration of the part of a block that mixes steps. Everything but the cell is left out by default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixerConfig {
    /// The width of a linear map before the convolution and the cell; the cell reads the block's input where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d_inner: Option<usize>,
    /// The steps of a causal convolution: before the cell, or behind its projections that `convolved` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convolution: Option<usize>,
    /// The projections of the cell behind which there is a convolution each, in its order, `["q", "k", "v"]` for example; for cells whose
    /// memory is a matrix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub convolved: Vec<String>,
    /// A function behind the convolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convolution_function: Option<Function>,
    /// Whether the convolution carries a bias, as it does by default.
    #[serde(default = "usual_convolution_bias")]
    pub convolution_bias: bool,
    /// The heads of which each is normalised by its root mean square behind the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_norm: Option<usize>,
    /// The function of a gate of the block's input on what the cell gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Function>,
    /// The rank of the gate's map, of which the second factor then carries a bias; a map of full rank by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate_rank: Option<usize>,
    /// Whether the gate stands before the normalisation and not behind it.
    #[serde(default)]
    pub gate_first: bool,
    /// What the cell's output is multiplied by, before all that stands behind it; left as it is by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_scale: Option<f64>,
    /// Whether the linear maps carry biases.
    #[serde(default)]
    pub bias: bool,
    /// The cell.
    pub cell: AnyCellConfig,
}

fn usual_convolution_bias() -> bool {
    true
}

impl MixerConfig {
    /// A cell, and a linear map behind it.
    pub fn new(cell: AnyCellConfig) -> Self {
        MixerConfig {
            d_inner: None,
            convolution: None,
            convolved: Vec::new(),
            convolution_function: None,
            convolution_bias: usual_convolution_bias(),
            output_norm: None,
            gate: None,
            gate_rank: None,
            gate_first: false,
            output_scale: None,
            bias: false,
            cell,
        }
    }

    rekindle::setters! {
        d_inner: Option<usize>,
        convolution: Option<usize>,
        convolved: Vec<String>,
        convolution_function: Option<Function>,
        convolution_bias: bool,
        output_norm: Option<usize>,
        gate: Option<Function>,
        gate_rank: Option<usize>,
        gate_first: bool,
        output_scale: Option<f64>,
        bias: bool,
    }

    fn layers(&self) -> RecurrentConfig {
        RecurrentConfig::new(self.cell.clone())
    }

    /// How many forget gates the cell has that can have lower bounds.
    pub(super) fn forgets(&self) -> Option<usize> {
        match &self.cell {
            AnyCellConfig::Hgrn2(cell) => {
                let d_key = cell.d_key.unwrap_or(cell.d_hidden / cell.heads);
                Some(cell.heads * d_key)
            }
            _ => None,
        }
    }

    pub(super) fn validate(&self, d_model: usize) -> Result<(), Invalid> {
        if let Some(inner) = self.d_inner {
            width("d_inner", inner)?;
        }
        if let Some(kernel) = self.convolution {
            positive("convolution", kernel)?;
        }
        let without = "there is no convolution; give convolution = 4, or leave it out";
        for (key, given) in [
            ("convolution_function", self.convolution_function.is_some()),
            ("convolved", !self.convolved.is_empty()),
        ] {
            if given && self.convolution.is_none() {
                return Err(Invalid::because(key, without));
            }
        }
        let names = self.cell.projections();
        let place = |name: &String| names.iter().position(|known| known == name);
        let mut last = None;
        for name in &self.convolved {
            let place = place(name);
            if place.is_none() || place <= last {
                let expected = match names {
                    [] => "left out: the cell's input enters otherwise than by projections alone"
                        .to_owned(),
                    _ => format!("some of {}, each once, in this order", names.join(", ")),
                };
                return Err(Invalid::new("convolved", name, &expected));
            }
            last = place;
        }
        if self.gate_first && (self.gate.is_none() || self.output_norm.is_none()) {
            let expected = "false without a gate and an output_norm that it could stand before";
            return Err(Invalid::new("gate_first", true, expected));
        }
        if let Some(rank) = self.gate_rank {
            width("gate_rank", rank)?;
            if self.gate.is_none() {
                return Err(Invalid::because(
                    "gate_rank",
                    "there is no gate; give gate = \"sigmoid\", or leave it out",
                ));
            }
        }
        if let Some(scale) = self.output_scale
            && !(scale.is_finite() && scale != 0.0)
        {
            let expected = "a number other than 0";
            return Err(Invalid::new("output_scale", scale, expected));
        }
        self.layers().fits(self.d_inner.unwrap_or(d_model))?;
        let d_output = self.cell.d_output();
        match self.output_norm {
            Some(heads) if heads == 0 || !d_output.is_multiple_of(heads) => {
                let expected = format!("a divisor of what the cell gives, {d_output}");
                Err(Invalid::new("output_norm", heads, &expected))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn init(&self, d_model: usize, epsilon: f64, device: &Device) -> Mixer {
        let linear = |from, to| {
            LinearConfig::new(from, to)
                .with_bias(self.bias)
                .init(device)
        };
        let d_inner = self.d_inner.unwrap_or(d_model);
        let d_output = self.cell.d_output();
        let heads = self.output_norm.unwrap_or(1);
        let recurrent = self.layers().init(d_inner, device);
        let convolution = |features| {
            let kernel = self.convolution.expect("the configuration was checked");
            Convolution::new(kernel, features, self.convolution_bias, device)
        };
        let widths = projections(&recurrent);
        let convolved = self.convolved.iter().map(|name| {
            let own = widths.iter().find(|(projection, _)| projection == name);
            convolution(own.expect("the configuration was checked").1)
        });
        let before = self.convolution.is_some() && self.convolved.is_empty();
        Mixer {
            input: self.d_inner.map(|inner| linear(d_model, inner)),
            convolution: before.then(|| convolution(d_inner)),
            convolved: convolved.collect(),
            recurrent,
            norm: self
                .output_norm
                .map(|heads| Norm::new(NormKind::Rms, d_output / heads, epsilon, device)),
            gate_down: self.gate_rank.map(|rank| {
                let down = LinearConfig::new(d_model, rank).with_bias(false);
                down.init(device)
            }),
            gate: self.gate.map(|_| match self.gate_rank {
                Some(rank) => LinearConfig::new(rank, d_output).init(device),
                None => linear(d_model, d_output),
            }),
            output: linear(d_output, d_model),
            heads,
            convolved_names: self.convolved.clone(),
            convolution_function: self.convolution_function,
            gate_function: self.gate.unwrap_or_default(),
            gate_first: self.gate_first,
            output_scale: self.output_scale,
        }
    }
}

/// The projections of the cell of a layer, and their widths.
fn projections(recurrent: &Recurrent<AnyCell>) -> Vec<(&'static str, usize)> {
    let cell = recurrent.layers()[0].forward.projected();
    cell.map_or_else(Vec::new, |projected| projected.projections())
}

/// `output(f(W_g x) * norm(cell(f(convolution(W_in x)))))`; the convolution may stand within the cell, the gate before the norm.
#[derive(Module, Debug)]
pub struct Mixer {
    input: Option<Linear>,
    convolution: Option<Convolution>,
    /// Behind projections of the cell.
    convolved: Vec<Convolution>,
    recurrent: Recurrent<AnyCell>,
    norm: Option<Norm>,
    gate_down: Option<Linear>,
    gate: Option<Linear>,
    output: Linear,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    convolved_names: Vec<String>,
    #[module(skip)]
    convolution_function: Option<Function>,
    #[module(skip)]
    gate_function: Function,
    #[module(skip)]
    gate_first: bool,
    #[module(skip)]
    output_scale: Option<f64>,
}

impl Mixer {
    /// What it remembers before the first step of a batch.
    pub(super) fn initial(&self, x: &Tensor<3>) -> MixerState {
        let convolutions = self.convolution.iter().chain(&self.convolved);
        MixerState {
            tails: convolutions.map(|of| of.initial(x)).collect(),
            states: self.recurrent.initial(x).into_parts(),
        }
    }

    /// `[batch, time, d_model]` to the same shape, and what it remembers then. `bound` has the least shares of the memory that stay.
    pub(super) fn forward(
        &self,
        x: &Sequence,
        state: MixerState,
        bound: Option<&Tensor<1>>,
    ) -> (Tensor<3>, MixerState) {
        let mut inner = match &self.input {
            Some(input) => x.with(input.forward(x.data().clone())),
            None => x.clone(),
        };
        let MixerState { mut tails, states } = state;
        if let Some(convolution) = &self.convolution {
            let tail = tails.pop().expect("the steps before");
            let (y, after) = convolution.forward(&inner, tail);
            inner = inner.with(match self.convolution_function {
                Some(function) => function.of(y),
                None => y,
            });
            tails = vec![after];
        }
        let (mut y, state) = match self.convolved.is_empty() && bound.is_none() {
            true => {
                let begun = self.recurrent.initial(inner.data()).with_parts(states);
                let (y, states) = self.recurrent.forward(inner, Some(begun));
                let states = states.into_parts();
                (y, MixerState { tails, states })
            }
            false => self.within(&inner, tails, states, bound),
        };
        if let Some(scale) = self.output_scale {
            y = y.mul_scalar(scale);
        }
        let gate = self.gate.as_ref().map(|gate| {
            let x = x.data().clone();
            let read = self.gate_down.iter().fold(x, |x, down| down.forward(x));
            self.gate_function.of(gate.forward(read))
        });
        let [first, last] = match self.gate_first {
            true => [gate, None],
            false => [None, gate],
        };
        y = first.into_iter().fold(y, |y, gate| y * gate);
        if let Some(norm) = &self.norm {
            y = norm.grouped(y, self.heads);
        }
        y = last.into_iter().fold(y, |y, gate| y * gate);
        (self.output.forward(y), state)
    }

    /// The cell with convolutions behind its projections, and a bound of its forget gates.
    fn within(
        &self,
        x: &Sequence,
        tails: Vec<Tensor<3>>,
        states: Vec<Tensor<2>>,
        bound: Option<&Tensor<1>>,
    ) -> (Tensor<3>, MixerState) {
        let cell = self.recurrent.layers()[0].forward.projected();
        let cell = cell.expect("the configuration was checked");
        let names = self.convolved_names.iter().map(String::as_str);
        let convolutions = names.zip(&self.convolved).collect();
        let behind = Behind::new(x, convolutions, self.convolution_function, tails, bound);
        let vectors = cell.vectors(&behind);
        let tails = behind.tails();
        let (y, states) = cell.scan_vectors(vectors, x, states);
        (y, MixerState { tails, states })
    }
}
