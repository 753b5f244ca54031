//! The equations of a recurrent cell, written once, and what can be done with them.
//!
//! A cell is a function from a [`Step`] to its [`Next`] state, in the form its paper gives:
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
//! Running the function records a [`Program`]: an immutable list of nodes that can be printed,
//! [parsed](Program::parse) back, and run over a whole sequence ([`scan`]) or a single step
//! ([`step`]) on any Burn device. The engine knows no cell and no module: it takes
//! tensors and a program.

#![cfg_attr(
    not(any(feature = "flex", feature = "ndarray")),
    allow(dead_code, reason = "kernels are for the CPU backends")
)]

mod backend;
mod builder;
mod call;
mod check;
mod choose;
mod functions;
mod lengths;
mod names;
mod parse;
pub mod passes;
mod print;
mod program;
mod run;
mod shapes;
mod simd;
mod steps;
mod stream;
mod suggest;
mod tiles;
mod weights;

pub use builder::{
    Names, Next, Step, Values, Var, abs, amax, cos, cumsum, elu, exp, floor, gelu, hard_sigmoid,
    joint_layer_norm, layer_norm, leaky_relu, max, mean, min, relu, sigmoid, sign, silu, sin,
    softmax, softplus, softsign, sqrt, sum, tanh,
};
pub use call::Recurrence;
pub use choose::{Choice, Engine, Executor, Policy, choose};
pub use lengths::{LengthError, check_lengths};
pub use names::{Named, Role};
pub use parse::{GRAMMAR, ParseError};
pub use program::{Across, Binary, Id, Node, Out, Program, Subject, Unary, Width};
pub use run::{Traced, scan, step, trace};
pub use simd::Isa;
pub use steps::{drive, unbind};
pub use stream::Stream;
pub use suggest::suggest;
pub use weights::{Direction, Weights};
