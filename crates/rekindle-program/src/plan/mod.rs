//! The plan of a program: stages of matrix products and pointwise instructions, and where every value lives. Everything is
//! decided here, once, so that an executor only follows it.
//!
//! ```text
//! compiled      a program and its derived backward: phase by phase, arranged, planned
//! build         the plan of one phase
//! fuse          which nodes become one instruction or product
//! homes         what lives in memory, and where
//! registers     the instructions of a stage, and what never leaves it
//! chains        instructions that pass a value on in registers
//! precision     how exact the products are
//! algebra       what an instruction computes, in elementary operations
//! straight      the instructions of a stage as code without places, where values stay in registers
//! ```

mod algebra;
mod build;
mod chains;
mod compiled;
mod fuse;
mod homes;
mod instruction;
mod place;
mod precision;
mod registers;
mod source;
mod stages;
mod straight;

pub use algebra::{Algebra, compute};
pub use compiled::{Compiled, Plans};
pub use instruction::{Code, Op};
pub use place::{Loc, Place};
pub use precision::Precision;
pub use stages::{Kind, OPERANDS, Plan, Product, Stage};
pub use straight::{Instruction, Known, Straight};
