//! A trained network, as a task predicts with it.

use crate::{
    memory::Batch,
    metric::Metric,
    model::{config::ModelConfig, net::Net, shape::NetShape},
};
use burn::tensor::Device;
use rekindle::Invalid;

/// A trained network, and what it may take.
#[derive(Clone, Copy)]
pub(crate) struct AtWork<'a> {
    pub(crate) net: &'a Net,
    pub(crate) shape: NetShape,
    pub(crate) model: &'a ModelConfig,
    /// The gigabytes that it and what it reads may take.
    pub(crate) memory: f64,
    pub(crate) device: &'a Device,
    /// The figures of the run's validation part; none of a run that is not finished.
    pub(crate) validated: &'a [Metric],
}

impl AtWork<'_> {
    /// Checks that so much may be read at once.
    ///
    /// # Errors
    ///
    /// Names what is needed at least, and the limit.
    pub(crate) fn holds(&self, batch: Batch) -> Result<(), Invalid> {
        self.shape.fits_inference(self.memory, self.model, batch)
    }
}
