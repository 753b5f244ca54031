//! Streaming: a layer that keeps its state between calls.

use crate::cell::Cell;
use crate::recurrent::{LayerState, Recurrent, States};
use crate::state::State;
use burn::tensor::{DType, Device, Tensor, TensorData};
use rekindle_engine::Stream;

/// A layer and its state: frames go in one at a time, outputs come out.
///
/// ```
/// # use burn::tensor::{Device, Tensor};
/// use rekindle::{CellConfig, GruConfig, RecurrentConfig, Streamer};
/// let device = Device::flex();
/// let mut stream = Streamer::new(RecurrentConfig::new(GruConfig::new(16)).init(4, &device));
/// for _ in 0..3 {
///     let y = stream.push(Tensor::ones([1, 4], &device)); // [batch, features]
///     assert_eq!(y.dims(), [1, 16]);
/// }
/// let here = stream.snapshot();
/// stream.reset();
/// stream.restore(here);
/// ```
#[derive(Debug)]
pub struct Streamer<C: Cell> {
    layer: Recurrent<C>,
    /// The width of its output: to be asked of equations once and not a frame.
    d_output: usize,
    /// The states, while no kernel holds them.
    states: Option<States<C::State>>,
    bound: Option<Bound<C::State>>,
    /// Whether no frame has come since the beginning.
    fresh: bool,
    /// Whether no kernel takes this layer, and there is no use in asking again.
    refused: bool,
}

/// What is made when the first frame comes, and is there for all that follow.
#[derive(Debug)]
struct Bound<S> {
    /// One for each layer, the lowest first.
    kernels: Vec<Stream>,
    /// The states before the first frame.
    initial: States<S>,
    batch: usize,
    /// What each layer but the last gives: `batch * d_output` numbers.
    between: Vec<Vec<f32>>,
}

impl<C: Cell> Streamer<C> {
    /// A stream at its beginning.
    ///
    /// # Panics
    ///
    /// If the layer is bidirectional, which needs the whole sequence.
    pub fn new(layer: Recurrent<C>) -> Self {
        assert!(
            !layer.is_bidirectional(),
            "a bidirectional layer reads the whole sequence and cannot stream"
        );
        Streamer {
            d_output: layer.d_output(),
            layer,
            states: None,
            bound: None,
            fresh: true,
            refused: false,
        }
    }

    /// Feeds a frame, `[batch, d_input]`; returns its output, `[batch, d_output]`.
    ///
    /// On the CPU a plain stack of layers is packed and bound when the first frame comes; every further
    /// frame is one pass over the weights.
    ///
    /// # Panics
    ///
    /// If the shape does not fit the layer, or the batch changes within a stream.
    pub fn push(&mut self, frame: Tensor<2>) -> Tensor<2> {
        self.bind(frame.dims()[0], || frame.clone());
        match &mut self.bound {
            Some(bound) => {
                let kernels = bound.kernels.iter_mut();
                kernels.fold(frame, |x, kernel| kernel.push(x))
            }
            None => {
                let (y, states) = self.layer.step(frame, self.states.take());
                self.states = Some(states);
                y
            }
        }
    }

    /// Feeds a frame of f32 as plain numbers, `batch * d_input` of them, to a layer on `device`; writes its output,
    /// `batch * d_output`. Where the layer is packed, nothing is allocated but when the first frame comes.
    ///
    /// # Panics
    ///
    /// If the layer is of another type, the slices do not fit it, or the batch changes within a stream.
    pub fn push_f32(&mut self, frame: &[f32], output: &mut [f32], device: &Device) {
        let d_input = self.layer.d_input();
        let batch = frame.len() / d_input;
        assert!(
            frame.len() == batch * d_input && output.len() == batch * self.d_output,
            "a frame has {} numbers and its output {}, which are no rows of {d_input} and {}",
            frame.len(),
            output.len(),
            self.d_output
        );
        let tensor = || {
            let data = TensorData::new(frame.to_vec(), [batch, d_input]);
            Tensor::from_data(data, (device, DType::F32))
        };
        self.bind(batch, tensor);
        let Some(Bound {
            kernels, between, ..
        }) = &mut self.bound
        else {
            let y = self.push(tensor()).into_data();
            output.copy_from_slice(y.as_slice().expect("a layer of f32"));
            return;
        };
        let last = kernels.len() - 1;
        for (depth, kernel) in kernels.iter_mut().enumerate() {
            let (below, here) = between.split_at_mut(depth);
            let x = below.last().map_or(frame, Vec::as_slice);
            match depth == last {
                true => kernel.push_f32(x, output),
                false => kernel.push_f32(x, &mut here[0]),
            }
        }
    }

    /// Packs the layer for frames of so many rows, where a kernel takes it and it is not packed already.
    fn bind(&mut self, batch: usize, frame: impl Fn() -> Tensor<2>) {
        if self.fresh && self.bound.as_ref().is_some_and(|b| b.batch != batch) {
            self.bound = None;
        }
        self.fresh = false;
        if self.bound.is_some() || self.refused {
            return;
        }
        let frame = frame();
        match self.layer.streams(&frame, self.states.clone()) {
            None => self.refused = true,
            Some(kernels) => {
                let below = self.layer.layers().iter().take(kernels.len() - 1);
                let between = below.map(|layer| vec![0.0; batch * layer.forward.d_output()]);
                self.bound = Some(Bound {
                    kernels,
                    initial: self.layer.initial(&frame.unsqueeze_dim(1)),
                    batch,
                    between: between.collect(),
                });
            }
        }
    }

    /// Goes back to the beginning. What was packed is kept.
    pub fn reset(&mut self) {
        self.states = None;
        if let Some(bound) = &mut self.bound {
            bound.begin();
        }
        self.fresh = true;
    }

    /// The state now, to be [restored](Self::restore) later; `None` at the beginning.
    pub fn snapshot(&self) -> Option<States<C::State>> {
        let bound = self.bound.as_ref().filter(|_| !self.fresh);
        let Some(bound) = bound else {
            return self.states.clone();
        };
        let layers = bound.kernels.iter().map(|kernel| LayerState {
            forward: State::from_parts(kernel.state()),
            reverse: None,
        });
        Some(States {
            layers: layers.collect(),
        })
    }

    /// Goes on from a snapshot.
    ///
    /// # Panics
    ///
    /// If the snapshot is that of a stream of another batch or another layer.
    pub fn restore(&mut self, states: Option<States<C::State>>) {
        let Some(states) = states else {
            return self.reset();
        };
        if let Some(bound) = &mut self.bound {
            bound.set(&states);
        }
        self.fresh = false;
        self.states = Some(states);
    }
}

impl<S: State> Bound<S> {
    /// Goes on from other states.
    fn set(&mut self, states: &States<S>) {
        assert!(
            self.kernels.len() == states.layers.len(),
            "the snapshot is of {} layers, but the stream has {}",
            states.layers.len(),
            self.kernels.len()
        );
        for (kernel, layer) in self.kernels.iter_mut().zip(&states.layers) {
            kernel.set_state(&layer.forward.clone().into_parts());
        }
    }

    /// Goes back to the beginning.
    fn begin(&mut self) {
        let initial = self.initial.clone();
        self.set(&initial);
    }
}
