//! A trained network at work, and what it is given to read.

mod exported;
pub(crate) mod predictor;
pub(crate) mod source;
mod stream;
mod written;

pub use predictor::{Figures, Predictor, RunBytes, unfinished};
pub use source::Source;
pub use stream::Stream;
pub use written::Written;
