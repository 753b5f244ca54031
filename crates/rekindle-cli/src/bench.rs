//! Measuring: what is timed, against what, and how.

pub(crate) mod clock;
pub(crate) mod memory;
pub(crate) mod peers;
pub(crate) mod work;

use burn::tensor::Device;
use rekindle::{AnyCell, Recurrent};

/// Which of the engine's executors runs this layer on f32 of a device.
pub(crate) fn executor(layer: &Recurrent<AnyCell>, device: &Device) -> &'static str {
    let choices = layer.executors(device, burn::tensor::DType::F32);
    let first = choices.into_iter().flatten().next();
    first.map_or("cell", |choice| choice.executor.name())
}
