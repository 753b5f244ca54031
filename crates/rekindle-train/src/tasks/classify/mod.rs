//! What the tasks that name the class of a row share.

pub(crate) mod by_class;
mod exhibits;
pub(super) mod files;
pub(super) mod items;
mod scores;
pub(super) mod task;
pub(super) mod weights;
