//! The tasks: what a network is asked to learn, from which data, and how it is judged.
//!
//! A task is a folder and a line of the list (`list.rs`): a table of keys, of which everything is asked that the rest of the
//! program wants to know of a task (`kind.rs`), and the task with its data in memory ([`Task`]).

pub(crate) mod account;
mod adding;
pub(crate) mod at_work;
pub(crate) mod classify;
mod classify_series;
mod classify_text;
mod copy;
mod detect;
mod drawn;
mod edits;
mod forecast;
pub(crate) mod given;
mod in_parts;
mod keys;
pub(crate) mod kind;
mod labelled;
mod language_model;
pub(crate) mod lines;
pub(crate) mod list;
pub(crate) mod overview;
pub(crate) mod part;
mod passes;
pub(crate) mod prediction;
mod regress_series;
mod stored;
mod tag;
pub(crate) mod task;
mod transcribe;
mod transduce;

pub use crate::model::taken::Pool;
pub use adding::AddingConfig;
pub use classify::by_class::ClassFigures;
pub use classify::weights::{ClassWeights, Rule};
pub use classify_series::{ClassifySeriesConfig, SeriesSpec};
pub use classify_text::{ClassifyTextConfig, TextSpec};
pub use copy::CopyConfig;
pub use detect::{DetectConfig, DetectSpec};
pub use drawn::NoSpec;
pub use forecast::{ForecastConfig, ForecastSpec};
pub use kind::{Opened, Use};
pub use language_model::{LanguageModelConfig, LanguageSpec};
pub use list::{Spec, TaskConfig};
pub use part::Part;
pub use prediction::{Predicted, Prediction, Predictions, SampleOptions, Truth};
pub use regress_series::{RegressSeriesConfig, RegressionSpec};
pub use tag::{TagConfig, TagSpec};
pub use task::{At, Carry, Lesson, Loss, Task, UpdateRows};
pub use transcribe::{TranscribeConfig, TranscribeSpec};
pub use transduce::{TransduceConfig, TransduceSpec};
