//! Train a recurrent network from a config file.

pub mod checkpoint;
pub mod config;
pub mod data;
pub mod error;
pub mod files;
pub mod run;

pub use error::{Error, Result};
