//! The parameters of a cell's equations, as one Burn module.

mod begin;
mod forms;
mod run;
mod stored;
mod used;

use crate::constants::Constants;
use crate::init::Init;
use crate::structure::Structure;
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Engine, Next, Program, Recurrence, Step, Width};
use std::sync::{Arc, OnceLock};
use stored::parameter;
pub use used::Used;

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
/// which the equations ask for them, which is PyTorch's where PyTorch has the cell. Biases are
/// stacked likewise, without those of the blocks that have none.
///
/// Where the equations read the input itself and it has not the width of a state, one more input
/// block without a bias, `x`, maps it there, as the authors of SRU do
/// (<https://arxiv.org/abs/1709.02755>). So every cell takes inputs of every width.
#[derive(Module, Debug)]
pub struct Gates {
    /// `W` and `b`: weight `[d_input, G * d_hidden]`.
    pub input: Linear,
    /// `U` and `d`: weight `[d_output, K * d_hidden]`, fewer where a [`Structure`] says so; none where the
    /// equations have no recurrent product.
    pub hidden: Option<Linear>,
    /// The first factor of recurrent weights of low rank, `[d_output, rank]`; `hidden` then is the second,
    /// `[rank, K * d_hidden]`.
    pub factor: Option<Linear>,
    /// The learned vectors, `[d_hidden]` each, and scalars, `[1]`, in the program's order, without those that a
    /// [`Structure`] gives.
    pub vectors: Vec<Param<Tensor<1>>>,
    /// `R`: weight `[d_hidden, d_projection]`.
    pub projection: Option<Linear>,
    #[module(skip)]
    structure: Structure,
    /// What the structure needs and no parameter holds.
    #[module(skip)]
    constants: Constants,
    #[module(skip)]
    recurrence: Arc<Recurrence>,
    /// The same equations with states held back by a rate, once they were asked for.
    #[module(skip)]
    zoned: Arc<OnceLock<(f64, Arc<Recurrence>)>>,
    #[module(skip)]
    engine: Engine,
    #[module(skip)]
    mask: Option<Tensor<2>>,
    /// How far states move at each step of a sequence: the draws of zoneout.
    #[module(skip)]
    moves: Option<Tensor<3>>,
    #[module(skip)]
    fixed: bool,
    /// What the stored recurrent weights are multiplied by: the mask of DropConnect.
    #[module(skip)]
    weight_mask: Option<Tensor<2>>,
    #[module(skip)]
    init: Init,
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
    /// If the program has no input block, or projects and the sizes give no `d_projection`.
    pub fn from_program(program: Program, sizes: GateSizes, device: &Device) -> Self {
        Gates::structured(program, sizes, Structure::default(), device)
    }

    /// A program with fresh parameters, some of whose weights are not stored as they are used.
    ///
    /// # Panics
    ///
    /// As [`Gates::from_program`]; and if the heads do not divide the units, or the structure names a block or a
    /// vector that the equations lack, or a recurrent block of another shape than `[d_hidden, d_hidden]`.
    pub fn structured(
        program: Program,
        sizes: GateSizes,
        structure: Structure,
        device: &Device,
    ) -> Self {
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
        let program = match program.has_raw() && d_input != d_hidden {
            true => program.with_mapped_raw(),
            false => program,
        };
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        assert!(g > 0, "equations of a cell need an input block");
        let width = match program.product_width() {
            Width::Hidden => d_hidden,
            Width::Projection => d_projection.unwrap_or(d_hidden),
        };
        for (name, _) in &structure.maps {
            assert!(
                program.hiddens().iter().any(|block| block == name) && width == d_hidden,
                "the equations have no square recurrent block {name:?}"
            );
        }
        for (name, _) in &structure.sees {
            let known = program.inputs().contains(name);
            assert!(known, "the equations have no input block {name:?}");
        }
        for (name, numbers) in &structure.vectors {
            let known = program.vectors().contains(name) && numbers.len() == d_hidden;
            assert!(
                known,
                "the equations have no vector {name:?} of {d_hidden} numbers"
            );
        }
        let heads = structure.heads.max(1);
        assert!(
            heads == 1 || width == d_hidden && d_hidden.is_multiple_of(heads),
            "{d_hidden} units are not {heads} heads of the same width"
        );
        let stored: Vec<bool> = program
            .hiddens()
            .iter()
            .map(|block| structure.stores(block))
            .collect();
        let k = k - stored.iter().filter(|stored| !**stored).count();
        let vector = |width| parameter(init.vector(width, d_hidden, device));
        let linear = |weight: Tensor<2>, biases: &[bool]| {
            let biases = biases.iter().filter(|&&has| bias && has).count();
            let bias = (biases > 0).then(|| vector(biases * d_hidden));
            let weight = parameter(weight);
            Linear { weight, bias }
        };
        let hidden = || {
            let weight = init.hidden([width / heads, k, d_hidden], device);
            linear(weight, program.hidden_biases())
        };
        let learned = program.vectors().iter().zip(program.scalars());
        let learned = learned.filter(|(name, _)| structure.vector(name).is_none());
        Gates {
            input: linear(
                init.input([d_input, g, d_hidden], device),
                program.input_biases(),
            ),
            hidden: (k > 0).then(hidden),
            factor: None,
            vectors: learned
                .map(|(_, &scalar)| vector(if scalar { 1 } else { d_hidden }))
                .collect(),
            projection: d_projection.map(|p| linear(init.input([d_hidden, 1, p], device), &[])),
            structure,
            constants: Constants::default(),
            recurrence: Arc::new(Recurrence::new(program)),
            zoned: Arc::default(),
            engine: Engine::default(),
            mask: None,
            moves: None,
            fixed: false,
            weight_mask: None,
            init,
        }
    }

    /// The names of the learned vectors and scalars of the equations, in stored order.
    pub fn learned(&self) -> impl Iterator<Item = &String> {
        let names = self.program().vectors().iter();
        names.filter(|name| self.structure.vector(name).is_none())
    }

    /// Whether the parameters stay as they are.
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// The equations.
    pub fn program(&self) -> &Program {
        self.recurrence.program()
    }

    /// How the weights are stored.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// `U` of every recurrent block as the equations use it, `[d_output, K * d_hidden]`: what is stored, put
    /// together and mapped.
    pub fn recurrent_weights(&self) -> Option<Tensor<2>> {
        self.structure.weights(
            self.program().hiddens(),
            self.kept_weights(),
            &self.input.weight.val(),
            self.d_hidden(),
            &self.constants,
        )
    }

    /// The recurrent weights before a [`Structure`] maps them, without those that are dropped.
    pub(crate) fn kept_weights(&self) -> Option<Tensor<2>> {
        let stored = self.stored_weights()?;
        Some(match &self.weight_mask {
            Some(mask) => stored * mask.clone(),
            None => stored,
        })
    }

    /// The recurrent weights before a [`Structure`] maps them.
    pub(crate) fn stored_weights(&self) -> Option<Tensor<2>> {
        let stored = self.hidden.as_ref()?.weight.val();
        Some(match &self.factor {
            Some(factor) => factor.weight.val().matmul(stored),
            None => stored,
        })
    }

    /// The width of the input.
    pub fn d_input(&self) -> usize {
        self.input.weight.dims()[0]
    }

    /// The number of units.
    pub fn d_hidden(&self) -> usize {
        self.input.weight.dims()[1] / self.program().inputs().len()
    }

    /// The width of a state.
    pub fn state_width(&self, state: usize) -> usize {
        match (self.program().state_width(state), &self.projection) {
            (Width::Projection, Some(linear)) => linear.weight.dims()[1],
            _ => self.d_hidden(),
        }
    }
}
