//! Seeing inside a network: what its equations compute step by step, and how far back it learns.

pub mod doctor;
mod horizon;
mod horizon_file;
mod output;
mod source;
mod trace;
mod view;

pub use horizon::{HorizonOptions, ModelHorizon, StateHorizon, horizon};
pub use horizon_file::write_horizon;
pub use source::Source;
pub use trace::{Place, Plane, TraceOptions, Traced, trace};
pub(crate) use view::extras;
