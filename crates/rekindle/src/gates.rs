//! The parameters of a cell's equations, as one Burn module.

use crate::{Init, Sequence};
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Direction, Next, Program, Step, Weights, Width, scan, step};
use std::sync::Arc;

/// The sizes of a cell and how its parameters begin.
#[derive(Clone, Copy, Debug)]
pub struct GateSizes {
    /// The width of the input.
    pub d_input: usize,
    /// The number of units.
    pub d_hidden: usize,
    /// The width of the recurrent projection, for equations that have one.
    pub d_projection: Option<usize>,
    /// Whether `W x` and `U h` carry a bias.
    pub bias: bool,
    /// How the parameters are drawn.
    pub init: Init,
}

impl GateSizes {
    /// Biases, no projection, the default scheme.
    pub fn new(d_input: usize, d_hidden: usize) -> Self {
        GateSizes {
            d_input,
            d_hidden,
            d_projection: None,
            bias: true,
            init: Init::default(),
        }
    }
}

/// The equations of a cell and their parameters: everything a cell of equations is made of.
///
/// All input blocks are one `Linear` and all recurrent blocks another, stacked in the order in
/// which the equations ask for them, which is PyTorch's where PyTorch has the cell.
#[derive(Module, Debug)]
pub struct Gates {
    /// `W` and `b`: weight `[d_input, G * d_hidden]`.
    pub input: Linear,
    /// `U` and `d`: weight `[d_output, K * d_hidden]`.
    pub hidden: Linear,
    /// The learned vectors, `[d_hidden]` each, in the program's order.
    pub vectors: Vec<Param<Tensor<1>>>,
    /// `R`: weight `[d_hidden, d_projection]`.
    pub projection: Option<Linear>,
    #[module(skip)]
    program: Arc<Program>,
    #[module(skip)]
    mask: Option<Tensor<2>>,
}

impl Gates {
    /// Equations with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the equations make no sense (see [`Program::new`]).
    pub fn new(equations: impl Fn(&Step) -> Next, sizes: GateSizes, device: &Device) -> Self {
        Gates::from_program(Program::new(equations), sizes, device)
    }

    /// A program with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the program projects and the sizes give no `d_projection`.
    pub fn from_program(program: Program, sizes: GateSizes, device: &Device) -> Self {
        let GateSizes {
            d_input,
            d_hidden,
            d_projection,
            bias,
            init,
        } = sizes;
        let d_projection = program
            .has_projection()
            .then(|| d_projection.expect("equations with a projection need `d_projection`"));
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        let width = match program.product_width() {
            Width::Hidden => d_hidden,
            Width::Projection => d_projection.unwrap_or(d_hidden),
        };
        let vector = |width| parameter(init.vector(width, d_hidden, device));
        let linear = |weight: Tensor<2>, bias: bool| {
            let bias = bias.then(|| vector(weight.dims()[1]));
            let weight = parameter(weight);
            Linear { weight, bias }
        };
        Gates {
            input: linear(init.input([d_input, g, d_hidden], device), bias),
            hidden: linear(init.hidden([width, k, d_hidden], device), bias),
            vectors: program.vectors().iter().map(|_| vector(d_hidden)).collect(),
            projection: d_projection.map(|p| linear(init.input([d_hidden, 1, p], device), false)),
            program: Arc::new(program),
            mask: None,
        }
    }

    /// Adds to the input bias of one block, as it begins: `[d_hidden]`, or `[1]` for all units alike
    /// (the forget gate's 1). Does nothing without biases.
    ///
    /// # Panics
    ///
    /// If the equations have no such block.
    pub fn with_bias(mut self, block: &str, value: Tensor<1>) -> Self {
        let index = self.program.inputs().iter().position(|n| n == block);
        let index = index.unwrap_or_else(|| panic!("the equations have no input block {block:?}"));
        let units = self.d_hidden();
        if let Some(bias) = &mut self.input.bias {
            let range = index * units..(index + 1) * units;
            let shifted = bias.val().slice([range.clone()]) + value.expand([units]);
            let shifted = bias.val().slice_assign([range], shifted);
            *bias = parameter(shifted);
        }
        self
    }

    /// Begins a learned vector with other numbers, whatever the scheme: `[d_hidden]`, or `[1]` for
    /// all units alike.
    ///
    /// # Panics
    ///
    /// If the equations have no such vector.
    pub fn with_vector(mut self, name: &str, value: Tensor<1>) -> Self {
        let index = self.program.vectors().iter().position(|n| n == name);
        let index = index.unwrap_or_else(|| panic!("the equations have no vector {name:?}"));
        let vector = &mut self.vectors[index];
        *vector = parameter(value.expand(vector.val().dims()));
        self
    }

    /// The equations.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The width of the input.
    pub fn d_input(&self) -> usize {
        self.input.weight.dims()[0]
    }

    /// The number of units.
    pub fn d_hidden(&self) -> usize {
        match self.program.inputs().len() {
            0 => self.hidden.weight.dims()[1] / self.program.hiddens().len().max(1),
            blocks => self.input.weight.dims()[1] / blocks,
        }
    }

    /// The width of a state.
    pub fn state_width(&self, state: usize) -> usize {
        match (self.program.state_width(state), &self.projection) {
            (Width::Projection, Some(linear)) => linear.weight.dims()[1],
            _ => self.d_hidden(),
        }
    }

    pub(crate) fn set_mask(&mut self, mask: Tensor<2>) {
        self.mask = Some(mask);
    }

    /// One step from a state to the next; the first new state is the output.
    pub(crate) fn step(&self, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        step(&self.program, &self.weights(), x, &state)
    }

    /// A whole sequence: the output over time and the final states.
    pub(crate) fn scan(
        &self,
        x: &Sequence,
        state: Vec<Tensor<2>>,
        direction: Direction,
    ) -> (Tensor<3>, Vec<Tensor<2>>) {
        let x_data = x.data.clone();
        scan(
            &self.program,
            &self.weights(),
            x_data,
            x.lengths(),
            state,
            direction,
        )
    }

    fn weights(&self) -> Weights {
        let bias = |linear: &Linear| linear.bias.as_ref().map(Param::val);
        Weights {
            input: self.input.weight.val(),
            input_bias: bias(&self.input),
            hidden: self.hidden.weight.val(),
            hidden_bias: bias(&self.hidden),
            vectors: self.vectors.iter().map(Param::val).collect(),
            projection: self.projection.as_ref().map(|r| r.weight.val()),
            mask: self.mask.clone(),
        }
    }
}

/// A parameter that begins with a value: a fresh leaf, whatever the value was computed from.
fn parameter<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value.detach())
}
