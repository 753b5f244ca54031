//! How much memory a network and its batches take at least.

use super::shape::{Inputs, NetShape};
use crate::memory::{Batch, NUMBER, held, layers};
use rekindle::{Invalid, RecurrentConfig};

/// The bytes that a network takes for a batch: those of the weights, and those of the rows.
fn network(shape: NetShape, model: &RecurrentConfig, batch: Batch) -> [f64; 2] {
    let (symbols, d_input) = match shape.inputs {
        Inputs::Symbols { count, width } => (count as f64 * width as f64, width),
        Inputs::Features(width) => (0.0, width),
    };
    let [weights, rows] = layers(model, d_input, batch);
    let outputs = shape.outputs as f64;
    let output = match shape.tied {
        true => 0.0,
        false => model.d_output() as f64 * outputs,
    };
    // The outputs, and the logarithms of their softmax.
    let steps = if batch.each { batch.time } else { 1 } as f64;
    let given = 2.0 * outputs * batch.rows.max(batch.judged) as f64 * steps;
    [weights + (symbols + output) * NUMBER, rows + given * NUMBER]
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
