//! What the tasks share whose rows have one answer each, a class or a number.

pub(super) mod files;
pub(super) mod given;
pub(super) mod items;
pub(super) mod series;
pub(super) mod steps;
