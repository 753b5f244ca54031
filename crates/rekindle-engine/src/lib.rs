//! Programs of recurrent cells as an operation of Burn, with its gradient.
//!
//! A cell is a function from a [`Step`] to its [`Next`] state, in the form its paper gives; running it records a
//! [`Program`] (`rekindle-program`), which is run over a whole sequence ([`scan`]) or a single step
//! ([`step`]) on any Burn device:
//!
//! ```
//! use rekindle_engine::{Next, Program, Step, sigmoid, tanh};
//!
//! fn lstm(k: &Step) -> Next {
//!     let [h, c] = k.state(["h", "c"]);
//!     let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h); // W x + b + U h + d
//!     let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
//!     k.next([sigmoid(o) * tanh(c), c])
//! }
//!
//! let program = Program::new(lstm);
//! assert!(program.to_string().contains("c' = f * c + i * g"));
//! ```
//!
//! The engine knows no cell and no module: it takes tensors and a program.

#![cfg_attr(
    not(any(feature = "flex", feature = "ndarray")),
    allow(dead_code, reason = "kernels are for the CPU backends")
)]

mod backend;
mod batch;
mod call;
mod choose;
mod run;
mod shapes;
mod steps;
mod stream;
mod weights;

pub use batch::{Batch, Direction};
pub use call::Recurrence;
pub use choose::{Choice, Engine, Executor, Policy, choose, rounds};
pub use rekindle_kernels::{Isa, LengthError, check_lengths};

pub use rekindle_program::calls::{self, *};
pub use rekindle_program::plan::Precision;
pub use rekindle_program::{
    Across, Binary, GRAMMAR, Id, Named, Names, Next, Node, Out, ParseError, Program, Role, Step,
    Subject, Unary, Values, Var, Width, passes, suggest,
};
pub use run::{Traced, scan, step, trace};
pub use steps::{drive, unbind};
pub use stream::Stream;
pub use weights::Weights;
