//! The laws that every cell obeys: shapes, streaming, padding, direction, gradients, records,
//! texts, and the golden numbers of independent implementations.
//!
//! A [`Law`] is a function of a [`Case`]: a form of a cell and a device. Nothing names a cell:
//! `tests/laws.rs` tries every law on every form of [`AnyCellConfig`](rekindle::AnyCellConfig), on
//! every device, and [`trials`] has those of a cell that is declared elsewhere. Almost all laws say that two ways to the same numbers agree, and so are written
//! with one tool, [`observe`], which runs a layer in a given way and gives back every number that
//! comes out: outputs, final states, and every gradient.

mod case;
mod compare;
mod devices;
pub mod functions;
pub mod golden;
mod laws;
mod matrix;
mod numbers;
pub mod observe;
mod rounding;
mod rows;
mod trials;

pub use case::Case;
pub use compare::{TOLERANCES, Tolerance, compare};
pub use devices::{Absent, NamedDevice, Probe, devices};
pub use laws::{Check, Law, laws, laws_of_the_list};
pub use matrix::{Reach, Role};
pub use numbers::{Named, Numbers};
pub use observe::{Batch, Place, Subject};
pub use trials::{of_device, of_forms, trial, trials};

/// What a law says of a case: nothing, or why it does not hold.
pub type Verdict = Result<(), String>;
