//! The parameters of a cell's equations, as one Burn module.

use crate::init::Init;
use crate::sequence::Sequence;
use crate::structure::Structure;
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rekindle_engine::{
    Direction, Engine, Id, Next, Program, Recurrence, Step, Stream, Traced, Weights, Width, passes,
    scan, step, trace,
};
use std::ops::Range;
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
    #[module(skip)]
    recurrence: Arc<Recurrence>,
    #[module(skip)]
    engine: Engine,
    #[module(skip)]
    mask: Option<Tensor<2>>,
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
            recurrence: Arc::new(Recurrence::new(program)),
            engine: Engine::default(),
            mask: None,
            fixed: false,
            weight_mask: None,
            init,
        }
    }

    /// The same equations with fresh recurrent weights of low rank, `U = U_1 U_2` with `U_1` of `rank` columns that all
    /// blocks share: fewer numbers and, in the paper that made it known (Kusupati et al. 2018,
    /// <https://arxiv.org/abs/1901.02358>), hardly another network.
    ///
    /// # Panics
    ///
    /// If the equations have no recurrent product, or a [`Structure`] of their own.
    pub fn of_rank(mut self, rank: usize, device: &Device) -> Self {
        assert!(
            self.structure.is_plain(),
            "weights that are mapped are not of low rank as well"
        );
        let hidden = self.hidden.as_mut().expect("a recurrent product");
        let [rows, columns] = hidden.weight.dims();
        let units = self.input.weight.dims()[1] / self.recurrence.program().inputs().len();
        let blocks = columns / units;
        self.factor = Some(Linear {
            weight: parameter(self.init.input([rows, 1, rank], device)),
            bias: None,
        });
        hidden.weight = parameter(self.init.input([rank, blocks, units], device));
        self
    }

    /// The same equations with fresh recurrent weights that are diagonal: every unit sees itself alone (IndRNN, Li et
    /// al. 2018, <https://arxiv.org/abs/1803.04831>).
    ///
    /// # Panics
    ///
    /// If the equations have no recurrent product of the units' width, or a [`Structure`] of their own.
    pub fn independent(mut self, device: &Device) -> Self {
        assert!(
            self.structure.is_plain(),
            "weights that are mapped are not diagonal as well"
        );
        let units = self.d_hidden();
        let hidden = self.hidden.as_mut().expect("a recurrent product");
        let [rows, columns] = hidden.weight.dims();
        assert!(rows == units, "the products take a projected value");
        let shape = [1, columns / units, units];
        hidden.weight = parameter(self.init.input(shape, device));
        self.structure = Structure::heads(units);
        self
    }

    /// The same parameters in equations in which an input block and a recurrent one scale one another, wherever they were
    /// added up: multiplicative integration (Wu et al. 2016, <https://arxiv.org/abs/1606.06630>). `α` begins with 2 and the
    /// `β` with 0.5, as in the paper; a bias begins with what the two were.
    pub fn multiplied(mut self, device: &Device) -> Self {
        let biased = |linear: &Linear| linear.bias.is_some();
        let biases = biased(&self.input) || self.hidden.as_ref().is_some_and(biased);
        let (program, places) = passes::integrate(self.program(), biases);
        let units = self.d_hidden();
        let full = |value| parameter(Tensor::<1>::full([units], value, device));
        let of = |linear: &Linear, has: &[bool], block: usize| {
            let stored = linear.bias.as_ref()?.val();
            Some(every_bias(stored, has, units).narrow(0, block * units, units))
        };
        let mut vectors = Vec::new();
        for place in places {
            vectors.extend([2.0, 0.5, 0.5].map(full));
            if place.bias {
                let input = of(&self.input, self.program().input_biases(), place.input);
                let hidden = self.hidden.as_ref();
                let has = self.program().hidden_biases();
                let hidden = hidden.and_then(|hidden| of(hidden, has, place.hidden));
                let sum = input.into_iter().chain(hidden).reduce(|a, b| a + b);
                vectors.push(parameter(sum.expect("a bias of the two")));
            }
        }
        self.vectors.extend(vectors);

        let old = self.program();
        let sides = [
            [old.input_biases().to_vec(), program.input_biases().to_vec()],
            [
                old.hidden_biases().to_vec(),
                program.hidden_biases().to_vec(),
            ],
        ];
        for (linear, [had, has]) in [Some(&mut self.input), self.hidden.as_mut()]
            .into_iter()
            .zip(sides)
        {
            if let Some(linear) = linear {
                keep_biases(linear, &had, &has, units);
            }
        }
        self.recurrence = Arc::new(Recurrence::new(program));
        self
    }

    /// Adds to the input bias of one block, as it begins: `[d_hidden]`, or `[1]` for all units alike
    /// (the forget gate's 1). Does nothing without biases.
    ///
    /// # Panics
    ///
    /// If the equations have no such block, or it has no bias.
    pub fn with_bias(mut self, block: &str, value: Tensor<1>) -> Self {
        let program = self.program();
        let place = place_of_bias(block, program.inputs(), program.input_biases());
        let place = place
            .unwrap_or_else(|| panic!("the equations have no input block {block:?} with a bias"));
        let units = self.d_hidden();
        add_to_bias(&mut self.input, place * units..(place + 1) * units, value);
        self
    }

    /// The same for the bias of a recurrent block: where a gate has no input block, or one without
    /// a bias.
    ///
    /// # Panics
    ///
    /// If the equations have no such block, or it has no bias.
    pub fn with_hidden_bias(mut self, block: &str, value: Tensor<1>) -> Self {
        let program = self.program();
        let place = place_of_bias(block, program.hiddens(), program.hidden_biases());
        let place = place.unwrap_or_else(|| {
            panic!("the equations have no recurrent block {block:?} with a bias")
        });
        let units = self.d_hidden();
        if let Some(hidden) = &mut self.hidden {
            add_to_bias(hidden, place * units..(place + 1) * units, value);
        }
        self
    }

    /// Multiplies the recurrent weights, as they begin.
    pub fn with_hidden_scaled(mut self, factor: f64) -> Self {
        if let Some(hidden) = &mut self.hidden {
            hidden.weight = parameter(hidden.weight.val() * factor);
        }
        self
    }

    /// Begins a learned vector or scalar with other numbers, whatever the scheme: `[d_hidden]` or,
    /// for a scalar and for all units alike, `[1]`.
    ///
    /// # Panics
    ///
    /// If the equations have no such vector.
    pub fn with_vector(mut self, name: &str, value: Tensor<1>) -> Self {
        let index = self.learned().position(|n| n == name);
        let index = index.unwrap_or_else(|| panic!("the equations have no vector {name:?}"));
        let vector = &mut self.vectors[index];
        *vector = parameter(value.expand(vector.val().dims()));
        self
    }

    /// The names of the learned vectors and scalars, in stored order.
    pub(crate) fn learned(&self) -> impl Iterator<Item = &String> {
        let names = self.program().vectors().iter();
        names.filter(|name| self.structure.vector(name).is_none())
    }

    /// The same parameters, which stay as they are: stored, and without a gradient.
    pub fn fixed(self) -> Self {
        let mut gates = self.no_grad();
        gates.fixed = true;
        gates
    }

    /// Whether the parameters stay as they are.
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// The equations.
    pub fn program(&self) -> &Program {
        self.recurrence.program()
    }

    /// How the equations are run.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Has the equations run in another way.
    pub fn set_engine(&mut self, engine: Engine) {
        self.engine = engine;
    }

    /// How the weights are stored.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// `U` of every recurrent block as the equations use it, `[d_output, K * d_hidden]`: what is stored, put
    /// together and mapped.
    pub fn recurrent_weights(&self) -> Option<Tensor<2>> {
        let stored = self.stored_weights();
        let stored = match &self.weight_mask {
            Some(mask) => stored.map(|stored| stored * mask.clone()),
            None => stored,
        };
        self.structure.weights(
            self.program().hiddens(),
            stored,
            &self.input.weight.val(),
            self.d_hidden(),
        )
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

    pub(crate) fn set_mask(&mut self, mask: Tensor<2>) {
        self.mask = Some(mask);
    }

    pub(crate) fn set_weight_mask(&mut self, mask: Tensor<2>) {
        self.weight_mask = Some(mask);
    }

    /// One step from a state to the next; the first new state is the output.
    pub(crate) fn step(&self, x: Tensor<2>, state: Vec<Tensor<2>>) -> Vec<Tensor<2>> {
        step(&self.recurrence, &self.weights(), x, state, self.engine)
    }

    /// A stream that begins with a state, if a kernel takes it.
    pub(crate) fn stream(&self, state: &[Tensor<2>]) -> Option<Stream> {
        Stream::new(&self.recurrence, &self.weights(), state, self.engine)
    }

    /// A whole sequence: the output over time and the final states.
    pub(crate) fn scan(
        &self,
        x: &Sequence,
        state: Vec<Tensor<2>>,
        direction: Direction,
    ) -> (Tensor<3>, Vec<Tensor<2>>) {
        let x_data = x.data().clone();
        scan(
            &self.recurrence,
            &self.weights(),
            x_data,
            x.lengths(),
            state,
            direction,
            self.engine,
        )
    }

    /// The same, with the values of some nodes at every step.
    pub(crate) fn trace(
        &self,
        x: &Sequence,
        state: Vec<Tensor<2>>,
        direction: Direction,
        nodes: &[Id],
    ) -> Traced {
        trace(
            &self.recurrence,
            &self.weights(),
            x.data().clone(),
            x.lengths(),
            state,
            direction,
            nodes,
            self.engine,
        )
    }

    fn weights(&self) -> Weights {
        let units = self.d_hidden();
        let bias = |linear: &Linear, has: &[bool]| {
            let stored = linear.bias.as_ref()?.val();
            Some(every_bias(stored, has, units))
        };
        let hidden = self.hidden.as_ref();
        let input = self.input.weight.val();
        Weights {
            vectors: self.every_vector(&input),
            input: self.structure.input(self.program().inputs(), input),
            input_bias: bias(&self.input, self.program().input_biases()),
            hidden: self.recurrent_weights(),
            hidden_bias: hidden.and_then(|linear| bias(linear, self.program().hidden_biases())),
            projection: self.projection.as_ref().map(|r| r.weight.val()),
            mask: self.mask.clone(),
        }
    }

    /// The vectors of the equations, `[units]` each, learned and given.
    fn every_vector(&self, like: &Tensor<2>) -> Vec<Tensor<1>> {
        let mut learned = self.vectors.iter();
        let names = self.program().vectors().iter();
        let vectors = names.map(|name| match self.structure.vector(name) {
            Some(numbers) => Tensor::from_data(numbers, (&like.device(), like.dtype())),
            None => {
                let learned = learned.next().expect("a learned vector is stored");
                learned.val().expand([self.d_hidden()])
            }
        });
        vectors.collect()
    }
}

/// The biases of all blocks, `[blocks * units]`, from those of the blocks that have one.
fn every_bias(stored: Tensor<1>, has: &[bool], units: usize) -> Tensor<1> {
    if !has.contains(&false) {
        return stored;
    }
    let mut at = 0;
    let blocks = has.chunk_by(PartialEq::eq).map(|run| {
        let width = run.len() * units;
        match run[0] {
            false => Tensor::zeros([width], (&stored.device(), stored.dtype())),
            true => {
                at += width;
                stored.clone().narrow(0, at - width, width)
            }
        }
    });
    Tensor::cat(blocks.collect(), 0)
}

/// Keeps the biases of the blocks that still have one.
fn keep_biases(linear: &mut Linear, had: &[bool], has: &[bool], units: usize) {
    let Some(bias) = linear.bias.take() else {
        return;
    };
    let all = every_bias(bias.val(), had, units);
    let blocks = has.iter().enumerate().filter(|(_, has)| **has);
    let kept = blocks.map(|(block, _)| all.clone().narrow(0, block * units, units));
    let kept: Vec<Tensor<1>> = kept.collect();
    linear.bias = (!kept.is_empty()).then(|| parameter(Tensor::cat(kept, 0)));
}

/// The place of a block among those with a bias.
fn place_of_bias(block: &str, names: &[String], has: &[bool]) -> Option<usize> {
    let blocks = names.iter().zip(has).filter(|(_, has)| **has);
    blocks.map(|(name, _)| name).position(|name| name == block)
}

/// Adds to a range of a bias, if there is one.
fn add_to_bias(linear: &mut Linear, range: Range<usize>, value: Tensor<1>) {
    if let Some(bias) = &mut linear.bias {
        let shifted = bias.val().slice([range.clone()]) + value.expand([range.len()]);
        let shifted = bias.val().slice_assign([range], shifted);
        *bias = parameter(shifted);
    }
}

/// A parameter that begins with a value: a fresh leaf, whatever the value was computed from.
fn parameter<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value.detach())
}
