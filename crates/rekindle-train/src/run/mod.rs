//! A run's directory: what stands in it, who writes to it, and how a kill leaves it whole.

pub(crate) mod checkpoint;
pub(crate) mod directory;
pub(crate) mod entry;
pub(crate) mod lock;
pub(crate) mod manifest;

pub use directory::RunDir;
