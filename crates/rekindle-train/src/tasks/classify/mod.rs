//! What the tasks that name the class of a row share.

pub(crate) mod by_class;
mod exhibits;
mod scores;
pub(super) mod task;
pub(super) mod weights;
