//! The rules, one subject a file.

pub(super) mod baseline;
pub(super) mod classes;
pub(super) mod drift;
pub(super) mod gap;
pub(super) mod gates;
pub(super) mod gradient;
pub(super) mod padding;
pub(super) mod rate;
pub(super) mod reset;
pub(super) mod rounding;
pub(super) mod units;
pub(super) mod updates;
