//! What the tasks that name the class of a row share.

mod exhibits;
pub(super) mod files;
pub(super) mod items;
mod scores;
pub(super) mod task;
