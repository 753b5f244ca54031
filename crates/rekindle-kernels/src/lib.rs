//! How a CPU runs the plan of a recurrent cell: fused kernels, for every program.
//!
//! ```text
//! layer      one layer in one direction, as numbers in memory: the door           a call
//! simd       vectors of the machine, and functions of them
//! pack       weights in the order in which the micro-kernel reads them            once a call
//! schedule   rows in parts, steps in chunks                                       once a call
//! run        a pass: parts on all threads, or a part by a team
//! forward    a layer with its packed weights, and the memory that a part takes
//! chunk      read x, project, then phase by phase, all steps at once or each step
//! boundary   between chunks: states to begin with, what is written, what is handed on
//! backward   chunk by chunk from the end: the phases, then the gradients of x and of the weights
//! transposed the weights of the way back
//! gradient_workspace   the memory of a part on its way back
//! sums       the gradients of the weights, added up chunk by chunk
//! stream     frame by frame
//! threads    work shared out among them
//! pool       buffers that wait to be used again
//! number     all of it compiled for f32 and f64
//! guard      which memory kernels may use, checked under debug assertions
//! product    the one micro-kernel that all matrix products are made of
//! multiply   how it multiplies: number by number, or pairs of bf16
//! rounded    what is multiplied with the packed weights, in such pairs
//! pointwise  instructions over tiles
//! operands      where their operands are, at each step of a loop
//! ```
//!
//! A thread takes some rows of the batch through all steps without waiting for anybody; where there are
//! too few rows, a team of threads takes the same rows, each with columns of its own.
//!
//! Features, both on by default: `std` finds the machine's instructions when it runs, keeps buffers to be used again, and
//! has products of bf16, whose code is large;
//! `rayon` uses all threads. Without them the crate needs `core` and `alloc` alone: instructions are those that it is
//! compiled for, and one thread does all of it, which is how a [`Stream`] runs anyway.
#![no_std]
#![warn(clippy::std_instead_of_alloc, clippy::std_instead_of_core)]
#![allow(
    unsafe_code,
    reason = "kernels: addresses in place of slices, and vectors of the machine"
)]

#[macro_use]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod across;
mod backward;
mod bind;
mod boundary;
mod chunk;
mod forward;
mod gradient_workspace;
mod guard;
mod kept;
mod layer;
mod lengths;
mod memory;
mod multiply;
mod number;
mod operands;
mod pack;
mod packing;
mod pointwise;
mod pool;
mod product;
mod rounded;
mod run;
mod schedule;
mod script;
mod simd;
mod stream;
mod sums;
mod team;
mod threads;
mod transposed;

pub use layer::{Given, Gradients, Keep, Layer, Numbers, Sizes, Wanted};
pub use lengths::{LengthError, check_lengths};
pub use number::Number;
pub use packing::Packing;
pub use run::{Output, Tape};
pub use simd::Isa;
pub use stream::Stream;

#[cfg(test)]
mod tests;
