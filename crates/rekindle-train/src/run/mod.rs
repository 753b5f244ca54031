//! A run's directory: what stands in it, who writes to it, and how a kill leaves it whole.

pub(crate) mod begun;
pub(crate) mod checkpoint;
pub(crate) mod directory;
pub(crate) mod entry;
pub(crate) mod journal;
pub(crate) mod lock;
pub(crate) mod log;
pub(crate) mod manifest;
pub(crate) mod result;

pub use directory::RunDir;
pub use log::Log;
pub use result::{Kept, RunResult};
