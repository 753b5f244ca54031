//! How a CPU runs the plan of a recurrent cell: fused kernels, for every program.
//!
//! ```text
//! layer      one layer in one direction, as numbers in memory: the door           a call
//! simd       vectors of the machine, and functions of them
//! pack       weights in the order in which the micro-kernel reads them            once a call
//! schedule   rows in parts, steps in chunks                                       once a call
//! run        a pass: parts on all threads, or a part by a team
//! forward    chunk by chunk: read x, project, then phase by phase, all steps at once or each step
//! backward   chunk by chunk from the end: the phases, then the gradients of x and of the weights
//! desk       the memory of a part on its way back
//! sums       the gradients of the weights, added up chunk by chunk
//! stream     frame by frame
//! number     all of it compiled for f32 and f64
//! guard      which memory kernels may use, checked under debug assertions
//! product    the one micro-kernel that all matrix products are made of
//! pointwise  instructions over tiles
//! walks      where their operands are, at each step of a loop
//! ```
//!
//! A thread takes some rows of the batch through all steps without waiting for anybody; where there are
//! too few rows, a team of threads takes the same rows, each with columns of its own.
#![allow(
    unsafe_code,
    reason = "kernels: addresses in place of slices, and vectors of the machine"
)]

mod across;
mod backward;
mod bind;
mod desk;
mod forward;
mod guard;
mod kept;
mod layer;
mod lengths;
mod memory;
mod number;
mod pack;
mod packing;
mod pointwise;
mod product;
mod run;
mod schedule;
mod script;
mod simd;
mod stream;
mod sums;
mod team;
mod walks;

pub use layer::{Given, Gradients, Keep, Layer, Numbers, Sizes, Wanted};
pub use lengths::{LengthError, check_lengths};
pub use number::Number;
pub use packing::Packing;
pub use run::{Output, Tape};
pub use simd::Isa;
pub use stream::Stream;

#[cfg(test)]
mod tests;
