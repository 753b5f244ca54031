//! A network: the front, which rows of the host go into, the body, which reads them step by step, and the head, from which outputs
//! are taken; and what is wanted of these.

pub(crate) mod body;
pub(crate) mod config;
pub(crate) mod frames;
pub(crate) mod front;
pub(crate) mod head;
pub(crate) mod memory;
pub(crate) mod net;
mod objective;
mod rows;
pub(crate) mod shape;
pub(crate) mod taken;
pub(crate) mod written;
