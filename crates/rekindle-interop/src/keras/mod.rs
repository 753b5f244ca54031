//! Keras: `SimpleRNN`, `LSTM`, `GRU` and `ConvLSTM`, alone, stacked or in `Bidirectional`, those of cuDNN's too, become layers, and layers
//! go back.
//!
//! | here | in a file |
//! |---|---|
//! | `settings.rs` | what the model's configuration says of its recurrent layers |
//! | `place.rs` | where their tensors stand |
//! | `layer.rs` | both of them, layer by layer |
//! | `convolution.rs` | those that convolve |
//! | `twin.rs` | which cell here computes the same, and the table of its weights |
//! | `find.rs`, `take.rs` | all of them as layers, and those that fit a layer |
//! | `export.rs` | the way back |

mod convolution;
mod export;
mod find;
mod layer;
mod place;
mod settings;
mod take;
mod twin;

pub use export::{export, export_model};
pub use find::{Found, find, left};
pub use take::take;
