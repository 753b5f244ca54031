//! Streaming: a layer that keeps its state between calls.

use crate::cell::Cell;
use crate::recurrent::{LayerState, Recurrent, States};
use crate::state::State;
use burn::tensor::Tensor;
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
    /// The states, while no kernel holds them.
    states: Option<States<C::State>>,
    kernels: Option<Vec<Stream>>,
    /// Whether no kernel takes this layer, and there is no use in asking again.
    refused: bool,
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
            layer,
            states: None,
            kernels: None,
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
        if self.kernels.is_none() && !self.refused {
            self.kernels = self.layer.streams(&frame, self.states.clone());
            self.refused = self.kernels.is_none();
        }
        match &mut self.kernels {
            Some(kernels) => kernels.iter_mut().fold(frame, |x, kernel| kernel.push(x)),
            None => {
                let (y, states) = self.layer.step(frame, self.states.take());
                self.states = Some(states);
                y
            }
        }
    }

    /// Goes back to the beginning.
    pub fn reset(&mut self) {
        self.states = None;
        self.kernels = None;
    }

    /// The state now, to be [restored](Self::restore) later; `None` at the beginning.
    pub fn snapshot(&self) -> Option<States<C::State>> {
        let Some(kernels) = &self.kernels else {
            return self.states.clone();
        };
        let layers = kernels.iter().map(|kernel| LayerState {
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
        match (&mut self.kernels, &states) {
            (Some(kernels), Some(states)) => {
                assert!(
                    kernels.len() == states.layers.len(),
                    "the snapshot is of {} layers, but the stream has {}",
                    states.layers.len(),
                    kernels.len()
                );
                for (kernel, layer) in kernels.iter_mut().zip(&states.layers) {
                    kernel.set_state(&layer.forward.clone().into_parts());
                }
            }
            _ => self.kernels = None,
        }
        self.states = states;
    }
}
