//! What networks compute, held to independent implementations, and what holds for all of them.

mod file;
mod foreign;
mod golden;
mod laws;
mod page;
