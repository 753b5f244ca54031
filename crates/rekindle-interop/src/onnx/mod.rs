//! ONNX: recurrent operators become layers, and layers become models.
//!
//! | here | in a model |
//! |---|---|
//! | `node.rs` | an operator `RNN`, `GRU` or `LSTM`: its attributes, and where its weights and states come from |
//! | `activation.rs`, `equations.rs` | what it computes, as the equations of a cell |
//! | `weights.rs` | its tensors, by PyTorch's names |
//! | `scope.rs`, `fold.rs`, `stack.rs` | which values are constants, or computed of them; which operators read one another |
//! | `find.rs` | all of them as layers, and those that fit a layer |
//! | `export/` | layers as models |

mod activation;
mod equations;
mod export;
mod find;
mod fold;
mod node;
mod scope;
mod stack;
mod weights;

pub use export::{Batch, Drawing, Options, Value, export, layers};
pub use find::{Operators, find, take};
