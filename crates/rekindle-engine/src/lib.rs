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

mod builder;
mod check;
mod parse;
mod primitives;
mod print;
mod program;
mod suggest;

pub use builder::{
    Names, Next, Step, Values, Var, elu, gelu, hard_sigmoid, leaky_relu, relu, sigmoid, silu,
    softplus, softsign, tanh,
};
pub use parse::{GRAMMAR, ParseError};
pub use primitives::{Direction, Weights, drive, scan, step, unbind};
pub use program::{Binary, Id, Node, Program, Unary, Width};
pub use suggest::suggest;
