//! Measuring: what is timed, against what, and how.

pub(crate) mod clock;
pub(crate) mod memory;
pub(crate) mod peers;
pub(crate) mod work;

use rekindle::{AnyCell, Recurrent};

/// Which of the engine's executors runs this layer.
pub(crate) fn executor(_: &Recurrent<AnyCell>) -> &'static str {
    "primitives"
}
