//! The cells: one file each, with its paper, its equations and what its gates do.

pub(crate) mod custom;
pub(crate) mod elman;
pub(crate) mod gru;
pub(crate) mod lstm;

pub use custom::{Custom, CustomConfig};
pub use elman::{Activation, Elman, ElmanConfig};
pub use gru::{Gru, GruConfig, Reset};
pub use lstm::{Lstm, LstmConfig};
