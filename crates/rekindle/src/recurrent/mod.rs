//! The one recurrent layer, for every cell.

mod config;
mod engine;
mod horizon;
mod layer;
mod merge;
mod noise;
mod states;
mod trace;

pub use config::RecurrentConfig;
pub use engine::{EngineConfig, ExecutorChoice, PolicyChoice, PrecisionChoice};
pub use horizon::Horizon;
pub use layer::Layer;
pub use merge::Merge;
pub use states::{LayerState, States};
pub use trace::{Site, Trace, TraceError, TracedNode};

use crate::cell::{Cell, unroll};
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::Module;
use burn::nn::Dropout;
use burn::tensor::{DType, Device, Tensor};
use noise::Noise;
use rekindle_engine::{Choice, Stream};

/// A stack of recurrent layers.
///
/// It owns time, depth, direction, lengths, merging, dropout, zoneout, residual connections,
/// initial states and projection; cells know none of it. It always returns `(output, states)`.
///
/// Typed, with a state that can be taken apart:
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle::{CellConfig, LstmConfig, RecurrentConfig};
/// let device = Device::flex();
/// let lstm = RecurrentConfig::new(LstmConfig::new(32)).init(24, &device);
/// let x = Tensor::random([8, 50, 24], Distribution::Default, &device); // [batch, time, features]
/// let (y, states) = lstm.forward(x, None);
/// let [h, c] = states.layers[0].forward.clone();
/// # assert_eq!((y.dims(), h.dims(), c.dims()), ([8, 50, 32], [8, 32], [8, 32]));
/// ```
///
/// From a configuration, with a cell chosen at run time:
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle::{AnyCell, AnyCellConfig, Recurrent, RecurrentConfig};
/// let device = Device::flex();
/// let cell = AnyCellConfig::named("gru", 32).expect("a cell of the zoo");
/// let layer: Recurrent<AnyCell> = RecurrentConfig::new(cell).init(24, &device);
/// let x = Tensor::random([8, 50, 24], Distribution::Default, &device);
/// let (y, states) = layer.forward(x, None);
/// # assert_eq!((y.dims(), states.into_parts().len()), ([8, 50, 32], 1));
/// ```
#[derive(Module, Debug)]
pub struct Recurrent<C: Cell> {
    layers: Vec<Layer<C>>,
    #[module(skip)]
    merge: Merge,
    dropout: Dropout,
    input_dropout: Dropout,
    recurrent_dropout: Dropout,
    weight_dropout: Dropout,
    zoneout: Dropout,
    residual: bool,
    takes_missing: bool,
}

impl<C: Cell> Recurrent<C> {
    /// The output at every step, `[batch, time, d_output]`, zero beyond a row's length, and the
    /// final state of every layer and direction.
    ///
    /// `x` is a tensor `[batch, time, d_input]`, or a [`Sequence`] with lengths. Without `states`,
    /// the initial ones are zeros or learned.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn forward(
        &self,
        x: impl Into<Sequence>,
        states: Option<States<C::State>>,
    ) -> (Tensor<3>, States<C::State>) {
        let mut x = x.into().cleared();
        let states = self.begin(&x, states);
        let mut last = Vec::with_capacity(self.layers.len());
        let noise = self.noise();
        for (depth, (layer, state)) in self.layers.iter().zip(states.layers).enumerate() {
            x = self.enter(depth, x);
            let (y, state) = layer.forward(&x, state, self.merge, &noise);
            x = x.with(self.leave(x.data(), y));
            last.push(state);
        }
        (x.into_data(), States { layers: last })
    }

    /// The same for one sequence: `x` is `[time, d_input]`, the output `[time, d_output]`, and
    /// states have a batch of one.
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn forward_unbatched(
        &self,
        x: Tensor<2>,
        states: Option<States<C::State>>,
    ) -> (Tensor<2>, States<C::State>) {
        let (y, states) = self.forward(x.unsqueeze::<3>(), states);
        (y.squeeze_dim(0), states)
    }

    /// One step of a stream: `x` is `[batch, d_input]`, the output `[batch, d_output]`.
    ///
    /// # Panics
    ///
    /// If the layer is bidirectional, which needs the whole sequence, or a shape does not fit.
    pub fn step(
        &self,
        x: Tensor<2>,
        states: Option<States<C::State>>,
    ) -> (Tensor<2>, States<C::State>) {
        assert!(
            !self.is_bidirectional(),
            "a bidirectional layer reads the whole sequence and cannot step"
        );
        let batch = Sequence::new(x.clone().unsqueeze_dim(1));
        let states = self.begin(&batch, states);
        let mut last = Vec::with_capacity(self.layers.len());
        let noise = self.noise();
        let mut x = x;
        for (layer, state) in self.layers.iter().zip(states.layers) {
            let (y, state) = layer.step(x.clone(), state, &noise);
            x = self.leave(&x, y);
            last.push(state);
        }
        (x, States { layers: last })
    }

    /// Every state of every layer and direction at every step, `[batch, time, width]` each, in
    /// the order of [`States::into_parts`]; zero beyond a row's length.
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn states_over_time(
        &self,
        x: impl Into<Sequence>,
        states: Option<States<C::State>>,
    ) -> Vec<Tensor<3>> {
        let mut x = x.into().cleared();
        let states = self.begin(&x, states);
        let noise = self.noise();
        let mut all = Vec::new();
        for (depth, (layer, state)) in self.layers.iter().zip(states.layers).enumerate() {
            x = self.enter(depth, x);
            let sides = std::iter::once(state.forward.clone()).chain(state.reverse.clone());
            for ((direction, cell), state) in layer.cells().zip(sides) {
                let cell = noise.masked(cell, x.data());
                let widths: Vec<usize> = cell.states().into_iter().map(|(_, w)| w).collect();
                // All states side by side are the output of one scan, cut apart afterwards.
                let (joined, _) = unroll(&x, state, direction, |x, state| {
                    let (_, state) = noise.step(&cell, x, state);
                    (Tensor::cat(state.clone().into_parts(), 1), state)
                });
                all.extend(joined.split_with_sizes(widths, 2));
            }
            let (y, _) = layer.forward(&x, state, self.merge, &noise);
            x = x.with(self.leave(x.data(), y));
        }
        all
    }

    /// The names of the states, in the order of [`States::into_parts`], with their widths:
    /// `0.forward.h`, `0.reverse.h`, `1.forward.h`, ...
    pub fn state_names(&self) -> Vec<(String, usize)> {
        let mut names = Vec::new();
        for (depth, layer) in self.layers.iter().enumerate() {
            for (direction, cell) in layer.cells() {
                let side = direction.name();
                let states = cell.states().into_iter();
                names.extend(states.map(|(name, width)| (format!("{depth}.{side}.{name}"), width)));
            }
        }
        names
    }

    /// The layers, from the lowest to the highest.
    pub fn layers(&self) -> &[Layer<C>] {
        &self.layers
    }

    /// Has the equations of all layers run in another way.
    pub fn set_engine(&mut self, engine: EngineConfig) {
        for layer in &mut self.layers {
            let cells = [&mut layer.forward].into_iter().chain(&mut layer.reverse);
            for gates in cells.filter_map(Cell::gates_mut) {
                gates.set_engine(engine.into());
            }
        }
    }

    /// Whether the layers read in both directions.
    pub fn is_bidirectional(&self) -> bool {
        self.layers.iter().any(|layer| layer.reverse.is_some())
    }

    /// Whether a layer's input is added to its output, wherever the two have the same width.
    pub fn is_residual(&self) -> bool {
        self.residual
    }

    /// The probability that a unit's state stays as it was: at inference, states move by its complement.
    pub fn zoneout(&self) -> f64 {
        self.zoneout.prob
    }

    /// How the two directions become one output.
    pub fn merge(&self) -> Merge {
        self.merge
    }

    /// The width of the input.
    pub fn d_input(&self) -> usize {
        self.layers[0].forward.d_input()
    }

    /// The width of the output.
    pub fn d_output(&self) -> usize {
        self.layers[self.layers.len() - 1].d_output(self.merge)
    }

    /// The states before the first step of a batch: learned or zeros.
    pub fn initial(&self, x: &Tensor<3>) -> States<C::State> {
        let layers = self.layers.iter().map(|layer| layer.initial(x));
        States {
            layers: layers.collect(),
        }
    }

    /// A stream for every layer, that begins with these states or the initial ones, where a frame is
    /// nothing more than a step of one cell after another, and kernels take them.
    pub(crate) fn streams(
        &self,
        frame: &Tensor<2>,
        states: Option<States<C::State>>,
    ) -> Option<Vec<Stream>> {
        let plain = !self.residual && !self.is_bidirectional();
        if !plain || self.layers.iter().any(|layer| layer.projection.is_some()) {
            return None;
        }
        let x = Sequence::new(frame.clone().unsqueeze_dim(1));
        let states = self.begin(&x, states);
        let layers = self.layers.iter().zip(states.layers);
        layers
            .map(|(layer, state)| {
                let cell = self.noise().at_rest(&layer.forward, &frame.device())?;
                cell.gates()?.stream(&state.forward.into_parts())
            })
            .collect()
    }

    /// What runs the equations of each layer on tensors of a device and type, and why: the cells that
    /// read forward first. `None` for a cell that is no set of equations.
    pub fn executors(&self, device: &Device, dtype: DType) -> Vec<Option<Choice>> {
        let cells = self.layers.iter().flat_map(Layer::cells);
        cells
            .map(|(_, cell)| Some(cell.gates()?.executor(device, dtype)))
            .collect()
    }

    fn begin(&self, x: &Sequence, states: Option<States<C::State>>) -> States<C::State> {
        let [batch, time, features] = x.data().dims();
        assert!(
            features == self.d_input() && time > 0 && batch > 0,
            "the input is [batch, time, features] = {:?}, but the layer takes [1 or more, 1 or more, {}]",
            x.data().dims(),
            self.d_input()
        );
        let Some(states) = states else {
            return self.initial(x.data());
        };
        let parts = states.clone().into_parts();
        let names = self.state_names();
        assert!(
            parts.len() == names.len(),
            "{} states are given, but the layer has {}",
            parts.len(),
            names.len()
        );
        for (part, (name, width)) in parts.iter().zip(names) {
            assert!(
                part.dims() == [batch, width],
                "state {name} is {:?}, but the layer takes [batch, width] = {:?}",
                part.dims(),
                [batch, width]
            );
        }
        states
    }

    /// What a layer sees of what lies below it.
    fn enter(&self, depth: usize, x: Sequence) -> Sequence {
        let data = match depth {
            0 => x.data().clone(),
            _ => self.dropout.forward(x.data().clone()),
        };
        let [batch, _, width] = data.dims();
        let data = match self.input_dropout.prob > 0.0 {
            false => data,
            true => {
                let ones: Tensor<3> =
                    Tensor::ones([batch, 1, width], (&data.device(), data.dtype()));
                data * self.input_dropout.forward(ones)
            }
        };
        x.with(data)
    }

    /// The output of a layer, with its input added where both have the same width. A missing value adds nothing.
    fn leave<const D: usize>(&self, x: &Tensor<D>, y: Tensor<D>) -> Tensor<D> {
        match self.residual && x.dims() == y.dims() {
            true if self.takes_missing => y + x.clone().mask_fill(x.clone().is_nan(), 0.0),
            true => y + x.clone(),
            false => y,
        }
    }

    fn noise(&self) -> Noise<'_> {
        Noise {
            recurrent: &self.recurrent_dropout,
            weights: &self.weight_dropout,
            zoneout: &self.zoneout,
        }
    }
}
