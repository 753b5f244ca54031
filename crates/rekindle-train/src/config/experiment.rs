//! An experiment as its author wrote it.

use super::training::TrainConfig;
use crate::{
    device::Preference,
    memory::{self, Batch},
    model::shape::NetShape,
    tasks::list::TaskConfig,
};
use rekindle::{AnyCellConfig, EngineConfig, Invalid, RecurrentConfig};
use serde::{Deserialize, Serialize};

/// A config file: what to learn, with which network, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The name of the run; that of the file by default.
    #[serde(default)]
    pub name: String,
    /// The device, or several in order of preference.
    #[serde(default)]
    pub device: Preference,
    /// Whether a device other than the first may not be taken.
    #[serde(default)]
    pub strict: bool,
    /// The gigabytes of memory that data, network and a batch may take, by an estimate that says rather too little; raise
    /// it where the machine has more.
    #[serde(default = "usual_memory")]
    pub memory: f64,
    /// Everything random follows from this number.
    #[serde(default)]
    pub seed: u64,
    /// What is learned, and from which data.
    pub task: TaskConfig,
    /// The recurrent layers.
    pub model: RecurrentConfig<AnyCellConfig>,
    /// How their equations are run; `[model.engine]` says the same.
    #[serde(default, skip_serializing_if = "EngineConfig::is_default")]
    pub engine: EngineConfig,
    /// How it is learned.
    #[serde(default)]
    pub train: TrainConfig,
}

fn usual_memory() -> f64 {
    memory::USUAL
}

impl Experiment {
    /// What `[engine]` says is a property of the layers.
    pub(super) fn settle_engine(&mut self) -> Result<(), Invalid> {
        let given = std::mem::take(&mut self.engine);
        if given.is_default() {
            return Ok(());
        }
        let engine = &mut self.model.engine;
        if !engine.is_default() && *engine != given {
            let reason = "says something else than model.engine: leave one of them out";
            return Err(Invalid::because("engine", reason));
        }
        *engine = given;
        Ok(())
    }

    /// Checks that a network of a shape and its batches fit the key `memory`.
    ///
    /// # Errors
    ///
    /// Names what is needed at least, and the limit.
    pub(crate) fn fits_memory(&self, shape: NetShape, batch: Batch) -> Result<(), Invalid> {
        shape.fits_training(self.memory, self.train.copies(), &self.model, batch)
    }
}
