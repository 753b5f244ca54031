//! How much memory a network and its batches take at least.

use super::{config::ModelConfig, head::Head, shape::NetShape};
use crate::memory::{Batch, NUMBER, held, layers};
use rekindle::{Extent, Invalid};
use rekindle_models::autoencoder::AutoencoderConfig;
use rekindle_models::encoder_decoder::EncoderDecoderConfig;

/// The bytes that a network takes for a batch: those of the weights, and those of the rows.
fn network(shape: NetShape, model: &ModelConfig, batch: Batch) -> [f64; 2] {
    let NetShape { front, head } = shape;
    let width = front.width();
    let between = [width, model.d_output(width)];
    let [weights, rows] = layers(model.extent(width), between, batch);
    let read = front.letters();
    let read = read.map_or(Extent::default(), |of| of.layers.extent(of.d_embedding));
    let [read, _] = layers(read, [0; 2], Batch::default());
    let written = match (head, model.stack()) {
        (Head::Writer(writer), Some(stack)) => {
            let EncoderDecoderConfig { decoder, .. } = writer.config(front, stack);
            layers(decoder.extent(width), [width, decoder.d_output()], batch)
        }
        (Head::Decoder(decoder), Some(stack)) => {
            let AutoencoderConfig {
                decoder: layers_of,
                d_code,
                ..
            } = decoder.config(stack);
            layers(
                layers_of.extent(d_code),
                [d_code, layers_of.d_output()],
                batch,
            )
        }
        _ => [0.0; 2],
    };
    let ends = front.numbers() + head.numbers(between[1], width);
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
        model: &ModelConfig,
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
        model: &ModelConfig,
        batch: Batch,
    ) -> Result<(), Invalid> {
        held(memory, network(self, model, batch))
    }
}
