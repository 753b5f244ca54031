//! Cells whose products are convolutions over space, and what they share.
//!
//! A step of such a cell takes a picture: channels over points of a line, a plane or a volume, flattened with
//! the channels first, so that a row of a batch is `[channels * points]`, as for every other cell.

mod kernel;
mod space;

pub use kernel::{Convolution, Kernel};
pub(crate) use space::{Shape, check, fits, points};
