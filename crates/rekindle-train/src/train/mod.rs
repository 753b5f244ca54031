//! Training a network: the loop, an update of it, and what a checkpoint holds.

pub(crate) mod accumulate;
pub(crate) mod average;
pub(crate) mod fit;
pub(crate) mod frozen;
pub(crate) mod gradients;
pub(crate) mod interval;
pub(crate) mod kept;
pub(crate) mod optimizer;
pub(crate) mod trainer;
mod trigger;
pub(crate) mod update_ratio;
pub(crate) mod watch;
