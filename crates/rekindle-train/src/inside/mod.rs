//! Seeing inside a network: what its equations compute step by step, and how far back it learns.

pub mod doctor;
mod horizon;
mod horizon_file;
mod source;
mod trace;

pub use horizon::{HorizonOptions, ModelHorizon, StateHorizon, horizon};
pub use horizon_file::write_horizon;
pub use source::Source;
pub use trace::{Place, TraceOptions, Traced, trace};
