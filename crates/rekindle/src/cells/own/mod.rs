//! Cells of your own: equations that are part of the configuration, read at run time and run as those of every other cell
//! are.
//!
//! There is one, `custom`: a text in the language of [`GRAMMAR`](rekindle_engine::GRAMMAR) in place of a function of Rust.
//! A cell whose equations need a function, another structure or keys of its own is declared in Rust instead, with
//! [`cell!`](crate::cell) and a [`CellConfig`](crate::CellConfig), in any crate.

pub(crate) mod custom;
