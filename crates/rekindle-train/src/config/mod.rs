//! What a config file says: a TOML file with `--set` overrides, the experiment that it describes, and the
//! [`Plan`] that this becomes when everything is checked.

pub(crate) mod experiment;
mod explain;
mod foreign;
mod idle;
pub mod manual;
pub(crate) mod plan;
pub(crate) mod probe;
mod site;
pub(crate) mod table;
pub(crate) mod training;

pub use experiment::Experiment;
pub use plan::Plan;
pub use rekindle::engine::suggest;
pub use table::{changed_keys, load, load_table, origin, parse};
pub use training::{Average, MetricsForm, Optimizer, Schedule, TrainConfig};
