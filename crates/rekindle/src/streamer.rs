//! Streaming: a layer that keeps its state between calls.

use crate::{Cell, Recurrent, States};
use burn::tensor::Tensor;

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
#[derive(Clone, Debug)]
pub struct Streamer<C: Cell> {
    layer: Recurrent<C>,
    states: Option<States<C::State>>,
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
        }
    }

    /// Feeds a frame, `[batch, d_input]`; returns its output, `[batch, d_output]`.
    ///
    /// # Panics
    ///
    /// If the shape does not fit the layer, or the batch changes within a stream.
    pub fn push(&mut self, frame: Tensor<2>) -> Tensor<2> {
        let (y, states) = self.layer.step(frame, self.states.take());
        self.states = Some(states);
        y
    }

    /// Goes back to the beginning.
    pub fn reset(&mut self) {
        self.states = None;
    }

    /// The state now, to be [restored](Self::restore) later; `None` at the beginning.
    pub fn snapshot(&self) -> Option<States<C::State>> {
        self.states.clone()
    }

    /// Goes on from a snapshot.
    pub fn restore(&mut self, states: Option<States<C::State>>) {
        self.states = states;
    }
}
