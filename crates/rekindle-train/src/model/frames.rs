//! A row that comes step by step: what the layers give after each, and the outputs for it.

use super::{body::NetStates, net::Net};
use crate::error::{Error, Result};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::{AnyCell, Streamer};

/// The layers of a network, and what they remember.
#[allow(clippy::large_enum_variant, reason = "a stream has one")]
enum Layers {
    /// Of a stack.
    Stack(Streamer<AnyCell>),
    /// Of other bodies, which read a step as a batch of one.
    Other(Option<NetStates>),
}

/// A network that reads one row as it comes.
pub(crate) struct Frames {
    net: Net,
    layers: Layers,
    /// What the layers gave last, `d_output` numbers.
    y: Vec<f32>,
    device: Device,
}

impl Frames {
    /// A network at the beginning of a row.
    ///
    /// # Errors
    ///
    /// If it reads in both directions.
    pub(crate) fn new(net: &Net, device: &Device) -> Result<Frames> {
        if net.body().is_bidirectional() {
            return Err(Error::mend(
                "model.bidirectional = true: what such a network gives for a step follows from all that come behind it, so it \
                 cannot stream; train one without, or give whole files to `rekindle predict`",
            ));
        }
        let layers = match net.body().stack() {
            Some(stack) => Layers::Stack(Streamer::new(stack.clone())),
            None => Layers::Other(None),
        };
        Ok(Frames {
            y: vec![0.0; net.body().d_output()],
            layers,
            net: net.clone(),
            device: device.clone(),
        })
    }

    /// Begins another row.
    pub(crate) fn begin(&mut self) {
        match &mut self.layers {
            Layers::Stack(layers) => layers.reset(),
            Layers::Other(states) => *states = None,
        }
    }

    /// Reads a step; returns what the layers give, `d_output` numbers.
    pub(crate) fn read(&mut self, frame: &[f32]) -> &[f32] {
        match &mut self.layers {
            Layers::Stack(layers) => layers.push_f32(frame, &mut self.y, &self.device),
            Layers::Other(states) => {
                let step = TensorData::new(frame.to_vec(), [1, 1, frame.len()]);
                let step: Tensor<3> = Tensor::from_data(step, &self.device);
                let (y, after) = self.net.read(step, states.take());
                *states = Some(after);
                self.y = y.into_data().iter::<f32>().collect();
            }
        }
        &self.y
    }

    /// The vectors of symbols, one after the other.
    pub(crate) fn vectors(&self, symbols: &[u32]) -> Vec<f32> {
        let indices: Vec<i32> = symbols.iter().map(|&s| s as i32).collect();
        let indices = TensorData::new(indices, [1, symbols.len()]);
        let vectors = self
            .net
            .embed(Tensor::<2, Int>::from_data(indices, &self.device));
        vectors.into_data().iter::<f32>().collect()
    }

    /// The outputs for what the layers gave at some steps, one after the other: `[steps, outputs]`.
    pub(crate) fn output(&self, y: Vec<f32>) -> Tensor<2> {
        let rows = y.len() / self.y.len();
        let y = TensorData::new(y, [rows, self.y.len()]);
        self.net.output(Tensor::from_data(y, &self.device))
    }
}
