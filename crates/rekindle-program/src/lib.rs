//! The equations of a recurrent cell, written once, as data.
//!
//! A cell is a function from a [`Step`] to its [`Next`] state, in the form its paper gives:
//!
//! ```
//! use rekindle_program::{Next, Program, Step, sigmoid, tanh};
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
//! [parsed](Program::parse) back, changed by [`passes`], differentiated among them, and [planned](plan) for executors.
//! Nothing here runs a program, knows a tensor or a thread.
//!
//! Without the feature `std`, which is on by default, the crate needs `core` and `alloc` alone: numbers are folded by the
//! functions of `libm` in place of the system's, and errors list the names that are known without a guess which was meant.
#![no_std]
#![warn(clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

#[macro_use]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod arbitrary;
mod builder;
pub mod calls;
mod check;
pub mod functions;
mod names;
mod parse;
pub mod passes;
pub mod plan;
mod print;
mod program;
mod suggest;

pub use builder::{Names, Next, Step, Values, Var};
pub use calls::*;
pub use names::{Named, Role};
pub use parse::{GRAMMAR, ParseError};
pub use program::{Across, Binary, Id, Node, Out, Program, Subject, Unary, Width};
pub use suggest::suggest;
