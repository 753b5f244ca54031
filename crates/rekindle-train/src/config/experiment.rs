//! An experiment as its author wrote it.

use super::{table, training::TrainConfig};
use crate::{
    device::Preference,
    error::{Error, Result},
    memory::{self, Batch},
    model::{
        config::{ModelConfig, ModelKind, expanded},
        shape::NetShape,
    },
    tasks::{list::TaskConfig, task::At},
};
use burn::tensor::Device;
use rekindle::{EngineConfig, Invalid};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use toml::{Table, Value};

/// A config file: what to learn, with which network, and how. `M` is `[model]`, of any kind or of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment<M = ModelConfig> {
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
    /// What stands between the network's two ends.
    pub model: M,
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

/// Of a config, the kind of its model.
#[derive(Deserialize)]
struct Peeked {
    // That it is missing is said where all keys are read.
    #[serde(default)]
    model: PeekedModel,
}

#[derive(Default, Deserialize)]
struct PeekedModel {
    #[serde(default)]
    kind: ModelKind,
}

impl<M> Experiment<M> {
    fn with(self, kind: impl Fn(M) -> ModelConfig) -> Experiment {
        Experiment {
            name: self.name,
            device: self.device,
            strict: self.strict,
            memory: self.memory,
            seed: self.seed,
            task: self.task,
            model: kind(self.model),
            engine: self.engine,
            train: self.train,
        }
    }
}

impl Experiment {
    /// Reads a config of the kind that its model says, so that what is wrong with a key is said of that kind's; `origin` says in errors
    /// where the table came from.
    ///
    /// # Errors
    ///
    /// Names the key, the value and the remedy.
    pub(crate) fn read(mut table: Table, origin: &str) -> Result<Experiment> {
        let Peeked { model } = table::parse(table.clone(), origin)?;
        if let Some(Value::Table(keys)) = table.get_mut("model") {
            keys.remove("kind");
            if model.kind == ModelKind::Blocks {
                let whole = expanded(std::mem::take(keys));
                *keys =
                    whole.map_err(|e| Error::mend(format!("{origin}: {}", e.under("model"))))?;
            }
        }
        fn of<M: DeserializeOwned>(
            table: Table,
            origin: &str,
            kind: fn(M) -> ModelConfig,
        ) -> Result<Experiment> {
            let experiment: Experiment<M> = table::parse(table, origin)?;
            Ok(experiment.with(kind))
        }
        match model.kind {
            ModelKind::Stack => of(table, origin, ModelConfig::Stack),
            ModelKind::Blocks => of(table, origin, ModelConfig::Blocks),
            ModelKind::AwdLstm => of(table, origin, ModelConfig::AwdLstm),
        }
    }

    /// What `[engine]` says is a property of the layers.
    pub(super) fn settle_engine(&mut self) -> std::result::Result<(), Invalid> {
        let given = std::mem::take(&mut self.engine);
        if given.is_default() {
            return Ok(());
        }
        let ModelConfig::Stack(model) = &mut self.model else {
            let expected = format!(
                "must be left out where model.kind = \"{}\", whose equations are run as they are by default",
                self.model.kind()
            );
            return Err(Invalid::because("engine", expected));
        };
        let engine = &mut model.engine;
        if !engine.is_default() && *engine != given {
            let reason = "says something else than model.engine: leave one of them out";
            return Err(Invalid::because("engine", reason));
        }
        *engine = given;
        Ok(())
    }

    /// The first update.
    pub(crate) fn first(&self, device: &Device) -> At {
        At {
            step: 0,
            batch: self.train.rows(),
            seed: self.seed,
            smoothing: self.train.label_smoothing,
            bucketing: self.train.bucketing,
            device: device.clone(),
        }
    }

    /// Checks that a network of a shape and its batches fit the key `memory`.
    ///
    /// # Errors
    ///
    /// Names what is needed at least, and the limit.
    pub(crate) fn fits_memory(
        &self,
        shape: NetShape,
        batch: Batch,
    ) -> std::result::Result<(), Invalid> {
        shape.fits_training(self.memory, self.train.copies(), &self.model, batch)
    }
}
