//! How much memory a network and its batches take at least.

use super::{head::Head, shape::NetShape};
use crate::memory::{Batch, NUMBER, held, layers};
use rekindle::{Invalid, RecurrentConfig};
use rekindle_models::encoder_decoder::EncoderDecoderConfig;

/// The bytes that a network takes for a batch: those of the weights, and those of the rows.
fn network(shape: NetShape, model: &RecurrentConfig, batch: Batch) -> [f64; 2] {
    let NetShape { front, head } = shape;
    let [weights, rows] = layers(model, front.width(), batch);
    let read = front.letters();
    let read = read.map_or(0.0, |of| {
        layers(&of.layers, of.d_embedding, Batch::default())[0]
    });
    let written = match head {
        Head::Linear { .. } => [0.0; 2],
        Head::Writer(writer) => {
            let EncoderDecoderConfig { decoder, .. } = writer.config(front, model);
            layers(&decoder, front.width(), batch)
        }
    };
    let ends = front.numbers() + head.numbers(model.d_output(), front.width());
    // The outputs, and the logarithms of their softmax.
    let steps = if batch.each { batch.time } else { 1 } as f64;
    let given = 2.0 * head.outputs() as f64 * batch.rows.max(batch.judged) as f64 * steps;
    [
        weights + read + written[0] + ends * NUMBER,
        rows + written[1] + given * NUMBER,
    ]
}

impl NetShape {
    /// Checks that a network in training and its batches fit the key `memory`. Beside a weight stand its gradient and what the
    /// optimizer remembers of it: `copies` numbers in all.
    ///
    /// # Errors
    ///
    /// Names what is needed at least, and the limit.
    pub(crate) fn fits_training(
        self,
        memory: f64,
        copies: f64,
        model: &RecurrentConfig,
        batch: Batch,
    ) -> Result<(), Invalid> {
        let [weights, rows] = network(self, model, batch);
        held(memory, [copies * weights, rows])
    }

    /// Checks that a network at work fits a limit in gigabytes, with batches where they are known.
    ///
    /// # Errors
    ///
    /// Names what is needed at least, and the limit.
    pub(crate) fn fits_inference(
        self,
        memory: f64,
        model: &RecurrentConfig,
        batch: Batch,
    ) -> Result<(), Invalid> {
        held(memory, network(self, model, batch))
    }
}
