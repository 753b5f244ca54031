//! The network: its two ends, the layers between them, and what it takes.

pub(crate) mod head;
pub(crate) mod memory;
pub(crate) mod net;
mod reading;
pub(crate) mod shape;
