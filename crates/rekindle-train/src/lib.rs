//! Train a recurrent network from a config file.
//!
//! Data flows one way: a TOML file becomes an [`Experiment`], checked a [`Plan`] ([config]); its
//! [task](tasks) reads its [data]; [`train()`] fits a network and writes a [run directory](run), from which a
//! [`Predictor`] works without anything else.

pub mod apply;
mod cells;
pub mod config;
pub mod convert;
pub mod data;
pub mod device;
pub mod doctor;
mod error;
pub mod files;
#[cfg(test)]
mod fuzz;
pub mod init;
pub mod inside;
mod layer_file;
pub mod memory;
mod metric;
mod model;
pub mod output;
pub mod pattern;
pub mod predict;
pub mod report;
pub mod run;
mod session;
pub mod shell;
pub mod sweep;
pub mod tasks;
pub mod tensors;
mod train;
pub mod zoo;

pub use cells::cells;
pub use config::{Experiment, Plan};
pub use data::message::duration;
pub use data::reading::{Reading, Steps, Wanted};
pub use error::{Error, Result};
pub use metric::{Baselines, Evaluation, Metric};
pub use model::front::Front;
pub use model::head::{Head, WriterHead};
pub use model::shape::NetShape;
pub use model::taken::Taken;
pub use model::{body::NetStates, config::ModelConfig, net::Net};
pub use predict::{Figures, Predictor, RunBytes, Stream};
pub use run::{Kept, RunResult};
pub use session::resume::changed_data;
pub use session::{TrainOptions, Trained, train, validate};
pub use tasks::{Predicted, Prediction, Predictions, SampleOptions, Truth};
pub use train::watch::{Report, Watch};
