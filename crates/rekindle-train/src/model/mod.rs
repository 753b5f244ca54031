//! The network.

pub(crate) mod net;
