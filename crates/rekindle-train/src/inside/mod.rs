//! Seeing inside a network: what its equations compute step by step, and how far back it learns.

mod checkup;
pub(crate) mod extras;
mod first_update;
mod horizon;
mod horizon_file;
mod output;
mod trace;
mod view;

pub use horizon::{HorizonOptions, ModelHorizon, StateHorizon, horizon};
pub use horizon_file::write_horizon;
pub use trace::{Place, Plane, TraceOptions, Traced, trace};
