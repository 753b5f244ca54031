//! The part of a block that mixes steps: recurrent layers, and what stands about them.

use super::convolution::Convolution;
use super::function::Function;
use super::norm::{Norm, NormKind};
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, Invalid, Recurrent, RecurrentConfig, Sequence, States,
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
    /// The steps of a causal convolution before the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convolution: Option<usize>,
    /// A function behind the convolution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convolution_function: Option<Function>,
    /// The heads of which each is normalised by its root mean square behind the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_norm: Option<usize>,
    /// The function of a gate of the block's input on what the cell gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Function>,
    /// Whether the linear maps carry biases.
    #[serde(default)]
    pub bias: bool,
    /// The cell.
    pub cell: AnyCellConfig,
}

impl MixerConfig {
    /// A cell, and a linear map behind it.
    pub fn new(cell: AnyCellConfig) -> Self {
        MixerConfig {
            d_inner: None,
            convolution: None,
            convolution_function: None,
            output_norm: None,
            gate: None,
            bias: false,
            cell,
        }
    }

    rekindle::setters! {
        d_inner: Option<usize>,
        convolution: Option<usize>,
        convolution_function: Option<Function>,
        output_norm: Option<usize>,
        gate: Option<Function>,
        bias: bool,
    }

    fn layers(&self) -> RecurrentConfig {
        RecurrentConfig::new(self.cell.clone())
    }

    pub(super) fn validate(&self, d_model: usize) -> Result<(), Invalid> {
        if let Some(inner) = self.d_inner {
            width("d_inner", inner)?;
        }
        if let Some(kernel) = self.convolution {
            positive("convolution", kernel)?;
        }
        if let (Some(_), None) = (self.convolution_function, self.convolution) {
            let reason = "there is no convolution that it could stand behind; give convolution = 4, or leave it out";
            return Err(Invalid::because("convolution_function", reason));
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
        Mixer {
            input: self.d_inner.map(|inner| linear(d_model, inner)),
            convolution: self
                .convolution
                .map(|kernel| Convolution::new(kernel, d_inner, device)),
            recurrent: self.layers().init(d_inner, device),
            norm: self
                .output_norm
                .map(|heads| Norm::new(NormKind::Rms, d_output / heads, epsilon, device)),
            gate: self.gate.map(|_| linear(d_model, d_output)),
            output: linear(d_output, d_model),
            heads,
            convolution_function: self.convolution_function,
            gate_function: self.gate.unwrap_or_default(),
        }
    }
}

/// `output(gate(f(W_g x)) * norm(cell(f(convolution(W_in x)))))`
#[derive(Module, Debug)]
pub(super) struct Mixer {
    input: Option<Linear>,
    convolution: Option<Convolution>,
    recurrent: Recurrent<AnyCell>,
    norm: Option<Norm>,
    gate: Option<Linear>,
    output: Linear,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    convolution_function: Option<Function>,
    #[module(skip)]
    gate_function: Function,
}

/// What a mixer remembers of the steps so far.
#[derive(Clone, Debug)]
pub(super) struct MixerState {
    /// The last steps before the convolution.
    tail: Option<Tensor<3>>,
    states: States<Vec<Tensor<2>>>,
}

impl Mixer {
    /// `[batch, time, d_model]` to the same shape, and what it remembers then.
    pub(super) fn forward(
        &self,
        x: &Sequence,
        state: Option<MixerState>,
    ) -> (Tensor<3>, MixerState) {
        let mut inner = match &self.input {
            Some(input) => x.with(input.forward(x.data().clone())),
            None => x.clone(),
        };
        let (tail, states) = match state {
            Some(state) => (state.tail, Some(state.states)),
            None => (None, None),
        };
        let tail = self.convolution.as_ref().map(|convolution| {
            let before = tail.unwrap_or_else(|| convolution.initial(inner.data()));
            let (y, after) = convolution.forward(&inner, before);
            inner = inner.with(match self.convolution_function {
                Some(function) => function.of(y),
                None => y,
            });
            after
        });
        let (mut y, states) = self.recurrent.forward(inner, states);
        if let Some(norm) = &self.norm {
            y = norm.grouped(y, self.heads);
        }
        if let Some(gate) = &self.gate {
            y = y * self.gate_function.of(gate.forward(x.data().clone()));
        }
        (self.output.forward(y), MixerState { tail, states })
    }
}

impl MixerState {
    /// The rows at these places, in their order.
    pub(super) fn rows(self, rows: Tensor<1, burn::tensor::Int>) -> Self {
        MixerState {
            tail: self.tail.map(|tail| tail.select(0, rows.clone())),
            states: self.states.rows(rows),
        }
    }

    /// The same numbers, cut off from the gradient.
    pub(super) fn detach(self) -> Self {
        MixerState {
            tail: self.tail.map(Tensor::detach),
            states: self.states.detach(),
        }
    }
}
