//! Running a layer in a given way, and everything that comes out.

use crate::devices::host;
use crate::{Named, Numbers};
use burn::module::Module;
use burn::tensor::{DType, Device, Tensor};
use rekindle::{Cell, CellConfig, Recurrent, RecurrentConfig, Sequence, States};
use std::collections::BTreeMap;

/// The states of a layer of a cell.
pub type StatesOf<C> = States<<C as Cell>::State>;

/// A way to run a layer over a batch.
pub type Way<'w, C> =
    dyn Fn(&Recurrent<C>, Sequence, Option<StatesOf<C>>) -> (Tensor<3>, StatesOf<C>) + 'w;

/// Where and in what precision to compute.
#[derive(Clone, Debug)]
pub struct Place {
    /// The device, without autodiff.
    pub device: Device,
    /// The type of every number.
    pub dtype: DType,
}

/// A layer with closed-form weights.
#[derive(Clone, Debug)]
pub struct Subject<K: CellConfig> {
    config: RecurrentConfig<K>,
    /// What the configuration gives, on the host: weights are drawn, and a program is made ready for its executor, once
    /// and not for every run. Drawing orthogonal weights costs more than many laws do, and by far the most on a GPU.
    drawn: Recurrent<K::Cell>,
    /// The width of its input.
    pub d_input: usize,
    /// The width of its output.
    pub d_output: usize,
    /// Its states with their widths: `state_names`.
    pub states: Vec<(String, usize)>,
    /// Its weights, by the names and in the layout of files.
    pub weights: Named,
}

/// A batch, and the cotangents of what a layer makes of it.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, time, d_input]`.
    pub x: Numbers,
    /// The real steps of each row.
    pub lengths: Option<Vec<usize>>,
    /// Initial states in the order of `state_names`; where there are none, the layer's own.
    pub states: Option<Vec<Numbers>>,
    /// The cotangent of the output.
    pub y: Numbers,
    /// The cotangents of the final states.
    pub last: Vec<Numbers>,
}

impl<K: CellConfig> Subject<K> {
    /// A layer whose `k`-th weight is a wave of phase `k`. Biases of the input, vectors that are called
    /// `b` as biases are, and learned initial states are 0.3 higher, so that in a stack of rectifiers
    /// some units stay alive, and the decay of missing values, `gamma_x`, 0.6 higher, so that none is shut.
    pub fn new(config: RecurrentConfig<K>, d_input: usize) -> Self {
        let layer = config.init(d_input, &host().autodiff());
        let weights = rekindle_interop::weight_names(&layer).into_iter();
        let weights = weights.enumerate().map(|(k, weight)| {
            let wave = Numbers::wave(&weight.shape, 0.5, k as f64);
            let higher = [
                ("bias_ih", 0.3),
                ("vector_b_", 0.3),
                ("initial_", 0.3),
                ("vector_gamma_x", 0.6),
            ];
            let by = higher
                .iter()
                .find(|(start, _)| weight.name.starts_with(start));
            let wave = match by {
                Some((_, by)) => wave.plus(&Numbers::full(&weight.shape, *by)),
                None => wave,
            };
            (weight.name, wave)
        });
        Subject {
            d_input,
            d_output: layer.d_output(),
            states: layer.state_names(),
            weights: weights.collect(),
            drawn: layer,
            config,
        }
    }

    /// Its configuration.
    pub fn config(&self) -> &RecurrentConfig<K> {
        &self.config
    }

    /// A layer of another configuration with the same weights.
    pub fn with(&self, change: impl FnOnce(&mut RecurrentConfig<K>)) -> Self {
        let mut config = self.config.clone();
        change(&mut config);
        Subject {
            weights: self.weights.clone(),
            ..Subject::new(config, self.d_input)
        }
    }

    /// The layer with the weights that were drawn, on a device.
    pub fn fresh(&self, device: &Device) -> Recurrent<K::Cell> {
        on(device, self.drawn.clone())
    }

    /// The layer on a device.
    ///
    /// # Panics
    ///
    /// If the weights are not the layer's.
    pub fn layer(&self, device: &Device, dtype: DType) -> Recurrent<K::Cell> {
        let weights = self.weights.iter();
        let weights: BTreeMap<_, _> = weights
            .map(|(name, numbers)| (name.clone(), numbers.data(dtype)))
            .collect();
        let layer = rekindle_interop::import(self.drawn.clone(), &weights);
        on(device, layer.unwrap_or_else(|e| panic!("{e}")))
    }

    /// A batch of closed-form numbers for this layer: with initial states, unless it has learned
    /// ones, and with numbers in the padding. Where the cell takes missing values, two of five inputs are missing, some of
    /// them one step after the other.
    pub fn batch(&self, rows: usize, time: usize, lengths: Option<&[usize]>) -> Batch {
        let waves = |scale: f64, phase: f64| -> Vec<Numbers> {
            let states = self.states.iter().enumerate();
            let wave = |(k, (_, width)): (usize, &(String, usize))| {
                Numbers::wave(&[rows, *width], scale, phase + k as f64)
            };
            states.map(wave).collect()
        };
        let mut x = Numbers::wave(&[rows, time, self.d_input], 1.0, 0.3);
        if self.config.cell.takes_missing() {
            let missing = x.values.iter_mut().enumerate();
            let missing = missing.filter(|(n, _)| matches!(n % 5, 1 | 4));
            missing.for_each(|(_, value)| *value = f64::NAN);
        }
        Batch {
            x,
            lengths: lengths.map(<[usize]>::to_vec),
            states: (!self.config.learned_initial).then(|| waves(0.6, 2.5)),
            y: Numbers::wave(&[rows, time, self.d_output], 1.0, 1.9),
            last: waves(1.0, 4.1),
        }
    }
}

/// A layer of a device that differentiates, as one of another device that does so or not.
fn on<C: Cell>(device: &Device, layer: Recurrent<C>) -> Recurrent<C> {
    match device.is_autodiff() {
        true => layer.fork(device),
        false => layer.valid().fork(device),
    }
}

impl Batch {
    /// The input on a device.
    pub fn x(&self, device: &Device, dtype: DType) -> Tensor<3> {
        Tensor::from_data(self.x.data(dtype), (device, dtype))
    }

    /// An input with the lengths of this batch.
    ///
    /// # Panics
    ///
    /// If the lengths do not fit.
    pub fn sequence(&self, x: Tensor<3>) -> Sequence {
        match &self.lengths {
            None => Sequence::new(x),
            Some(lengths) => Sequence::padded(x, lengths.clone()).unwrap_or_else(|e| panic!("{e}")),
        }
    }

    /// The initial states on a device, if the batch has any.
    pub fn states(&self, device: &Device, dtype: DType) -> Option<Vec<Tensor<2>>> {
        let states = self.states.as_ref()?.iter();
        let tensor = |s: &Numbers| Tensor::from_data(s.data(dtype), (device, dtype));
        Some(states.map(tensor).collect())
    }
}

/// Runs a layer over a batch, in a given way, and back: `y`, `state.<name>`, and the gradients of
/// sum(`y` * cotangent) + the sum over states of sum(state * cotangent), `grad.x`,
/// `grad.state.<name>` and `grad.<weight>`. The gradient of an initial state that nothing reads is
/// zero.
pub fn observe<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    batch: &Batch,
    way: &Way<K::Cell>,
) -> Named {
    let (device, dtype) = (place.device.clone().autodiff(), place.dtype);
    let layer = subject.layer(&device, dtype);
    let names = layer.state_names();

    let x = batch.x(&device, dtype).require_grad();
    let initial = batch.states(&device, dtype);
    let initial: Option<Vec<Tensor<2>>> =
        initial.map(|parts| parts.into_iter().map(Tensor::require_grad).collect());
    let states = initial.clone();
    let states = states.map(|parts| layer.initial(&x).with_parts(parts));
    let (y, last) = way(&layer, batch.sequence(x.clone()), states);

    let last = last.into_parts();
    let cotangent = Tensor::<3>::from_data(batch.y.data(dtype), (&device, dtype));
    let mut loss = (y.clone() * cotangent).sum();
    for (state, cotangent) in last.iter().zip(&batch.last) {
        let cotangent = Tensor::from_data(cotangent.data(dtype), (&device, dtype));
        loss = loss + (state.clone() * cotangent).sum();
    }
    let grads = loss.backward();

    let mut out = Named::from([("y".into(), y.into_data().into())]);
    if let Some(grad) = x.grad(&grads) {
        out.insert("grad.x".into(), grad.into_data().into());
    }
    for (k, (name, _)) in names.iter().enumerate() {
        out.insert(format!("state.{name}"), last[k].to_data().into());
        if let Some(initial) = initial.as_ref().map(|parts| &parts[k]) {
            let grad = initial.grad(&grads);
            let grad = grad.unwrap_or_else(|| initial.clone().inner().zeros_like());
            out.insert(format!("grad.state.{name}"), grad.into_data().into());
        }
    }
    for (name, grad) in rekindle_interop::gradients(&layer, &grads) {
        out.insert(format!("grad.{name}"), grad.into());
    }
    out
}

/// The way of [`Recurrent::forward`].
pub fn forward<C: Cell>(
    layer: &Recurrent<C>,
    x: Sequence,
    states: Option<States<C::State>>,
) -> (Tensor<3>, States<C::State>) {
    layer.forward(x, states)
}

/// The output and the final states of a batch without gradients: `y`, `state.<name>`.
pub fn infer<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    batch: &Batch,
    way: &Way<K::Cell>,
) -> Named {
    let layer = subject.layer(&place.device, place.dtype);
    let x = batch.x(&place.device, place.dtype);
    let states = batch.states(&place.device, place.dtype);
    let states = states.map(|parts| layer.initial(&x).with_parts(parts));
    let (y, last) = way(&layer, batch.sequence(x), states);
    let names = layer.state_names().into_iter().zip(last.into_parts());
    let states = names.map(|((name, _), s)| (format!("state.{name}"), s.into_data().into()));
    let y = ("y".to_string(), y.into_data().into());
    std::iter::once(y).chain(states).collect()
}
