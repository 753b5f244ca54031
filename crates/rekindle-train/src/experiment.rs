//! An experiment as its author wrote it, and the plan it becomes when everything is checked.

mod idle;

use crate::{
    config,
    device::{self, Chosen, Preference},
    error::{Error, Result},
    memory::{self, Batch},
    net::NetShape,
    tasks::{Spec, Task, TaskConfig},
};
use rekindle::{AnyCellConfig, EngineConfig, Invalid, RecurrentConfig, positive, rate};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

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

/// How a network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainConfig {
    /// The number of updates.
    pub steps: u64,
    /// The number of passes over the training data, in place of `steps`; a config that gives both is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// The sequences of one update.
    pub batch: usize,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// The step size, at its highest.
    pub learning_rate: f64,
    /// How the step size changes.
    pub schedule: Schedule,
    /// The updates over which the step size rises from 0.
    pub warmup: u64,
    /// The decay of the weights: with every optimizer they shrink by this share of the step size before each update
    /// (decoupled, as in AdamW).
    pub weight_decay: f64,
    /// The norm that the gradient of all parameters together is clipped to; 0 for none.
    pub clip: f64,
    /// The updates between two lines of progress.
    pub report_every: u64,
    /// The updates between two evaluations on the validation data; 0 for a tenth of all, and where there is no such
    /// data.
    pub evaluate_every: u64,
    /// The updates between two checkpoints; 0 for as often as evaluations.
    pub checkpoint_every: u64,
    /// The checkpoints that are kept.
    pub keep: usize,
    /// The evaluations in a row without a better figure after which training stops; 0 for never. The figure is the
    /// first of the task's; a lower loss at the same figure is no improvement, though its weights are kept.
    pub patience: u64,
}

impl Default for TrainConfig {
    fn default() -> Self {
        TrainConfig {
            steps: 1000,
            epochs: None,
            batch: 32,
            optimizer: Optimizer::Adam,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            warmup: 0,
            weight_decay: 0.0,
            clip: 1.0,
            report_every: 50,
            evaluate_every: 0,
            checkpoint_every: 0,
            keep: 2,
            patience: 0,
        }
    }
}

/// The optimizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// Adam (Kingma & Ba 2015), with decoupled weight decay (Loshchilov & Hutter 2019).
    Adam,
    /// Stochastic gradient descent with momentum 0.9.
    Sgd,
    /// RMSprop.
    Rmsprop,
}

impl Optimizer {
    /// How many numbers there are for a weight: itself, its gradient, and what is remembered of it.
    fn copies(self) -> f64 {
        match self {
            Optimizer::Adam => 4.0,
            Optimizer::Sgd | Optimizer::Rmsprop => 3.0,
        }
    }
}

/// How the step size changes over the training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// Down to 0 along a line.
    Linear,
    /// Down to 0 along half a cosine (Loshchilov & Hutter 2017).
    Cosine,
}

impl TrainConfig {
    /// The step size of an update.
    pub fn rate_at(&self, step: u64) -> f64 {
        let progress = step as f64 / self.steps as f64;
        let shape = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - progress,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
        };
        let rise = ((step + 1) as f64 / self.warmup.max(1) as f64).min(1.0);
        self.learning_rate * shape * rise
    }

    fn validate(&self) -> Result<(), Invalid> {
        let count = |key, value: u64| match value {
            0 => Err(Invalid::new(key, value, "at least 1")),
            _ => Ok(()),
        };
        let number = |key, value: f64, lowest: f64, words: &str| match value.is_finite()
            && value >= lowest
        {
            true => Ok(()),
            false => Err(Invalid::new(key, value, words)),
        };
        count("steps", self.steps)?;
        // So that the updates of all passes are a number.
        if let Some(epochs) = self.epochs
            && !(1..=1 << 32).contains(&epochs)
        {
            return Err(Invalid::new("epochs", epochs, "from 1 to 4294967296"));
        }
        count("report_every", self.report_every)?;
        positive("batch", self.batch)?;
        positive("keep", self.keep)?;
        number(
            "learning_rate",
            self.learning_rate,
            f64::MIN_POSITIVE,
            "more than 0",
        )?;
        number("clip", self.clip, 0.0, "0 (no clipping) or more")?;
        rate("weight_decay", self.weight_decay)
    }
}

impl Experiment {
    /// What `[engine]` says is a property of the layers.
    fn settle_engine(&mut self) -> Result<(), Invalid> {
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
        let copies = self.train.optimizer.copies();
        memory::training(self.memory, copies, shape, &self.model, batch)
    }
}

/// Refuses a config that says twice how long it trains.
fn one_length(table: &toml::Table) -> Result<(), Invalid> {
    let given = |key| table.get("train")?.get(key);
    match (given("epochs"), given("steps")) {
        (Some(epochs), Some(steps)) => {
            let expected = format!("left out beside train.steps = {steps}, or that beside this");
            Err(Invalid::new("train.epochs", epochs, &expected))
        }
        _ => Ok(()),
    }
}

/// An experiment with every default filled in and every number checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan(pub(crate) Experiment);

impl Plan {
    /// Reads a config file, with `--set` overrides.
    ///
    /// # Errors
    ///
    /// Names the file, the key, the value and the remedy.
    pub fn read(path: &Path, overrides: &[String]) -> Result<Plan> {
        let table = config::load_table(path, overrides)?;
        let origin = config::origin(path, overrides);
        one_length(&table).map_err(|e| Error::mend(format!("{origin}: {e}")))?;
        let experiment: Experiment = config::parse(table, &origin)?;
        let named = experiment.device.check();
        named.map_err(|e| Error::mend(format!("{origin}: {e}")))?;
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
        let base = path.parent().unwrap_or(Path::new("."));
        Plan::check(experiment, stem.as_deref().unwrap_or("run"), base)
            .map_err(|e| Error::mend(format!("{origin}: {e}")))
    }

    /// Reads a config file that is to be trained. What a run has stored may hold a key that cannot act; here it is
    /// refused.
    ///
    /// # Errors
    ///
    /// As [`Plan::read`], and where a key cannot act beside the others.
    pub(crate) fn fresh(path: &Path, overrides: &[String]) -> Result<Plan> {
        let plan = Plan::read(path, overrides)?;
        let acts = idle::check(&plan.0);
        let origin = || config::origin(path, overrides);
        acts.map_err(|e| Error::mend(format!("{}: {e}", origin())))?;
        Ok(plan)
    }

    /// The same check of what follows from the data: the two ends of the network.
    pub(crate) fn acts_between(&self, shape: NetShape) -> Result<(), Invalid> {
        idle::between(shape, &self.0.model)
    }

    fn check(mut experiment: Experiment, stem: &str, base: &Path) -> Result<Plan, Invalid> {
        if experiment.name.is_empty() {
            experiment.name = stem.into();
        }
        let plain = |c: char| !matches!(c, '/' | '\\') && !c.is_control();
        if !experiment.name.chars().all(plain) || experiment.name.starts_with('.') {
            return Err(Invalid::new(
                "name",
                &experiment.name,
                "a plain name, not a path",
            ));
        }
        experiment.settle_engine()?;
        experiment.model.validate().map_err(|e| e.under("model"))?;
        experiment.train.validate().map_err(|e| e.under("train"))?;
        experiment
            .task
            .validate(&experiment.model)
            .map_err(|e| e.under("task"))?;
        memory::check(experiment.memory)?;
        let (shape, batch) = experiment.task.least(experiment.train.batch);
        experiment.fits_memory(shape, batch)?;
        experiment.task.resolve_files(|file| {
            if file.as_os_str().is_empty() || file.is_absolute() {
                return;
            }
            let found = base.join(&*file);
            let whole = found
                .canonicalize()
                .or_else(|_| std::path::absolute(&found));
            *file = whole.unwrap_or(found);
        });
        let plan = Plan(experiment);
        for file in plan.files() {
            memory::file(plan.0.memory, &file)?;
            if file.to_str().is_none() {
                let reason = format!(
                    "the path {} is not UTF-8, and a run's config could not name it; rename what stands in it",
                    file.display()
                );
                return Err(Invalid::because("task", reason));
            }
        }
        Ok(plan)
    }

    /// Turns passes over the data into updates, and fills in the intervals that follow from them.
    pub(crate) fn settle(mut self, steps_per_epoch: u64) -> Plan {
        let train = &mut self.0.train;
        if let Some(epochs) = train.epochs.take() {
            train.steps = epochs.saturating_mul(steps_per_epoch).max(1);
        }
        let tenth = train.steps.div_ceil(10);
        let is_evaluated = !matches!(self.0.task.valid(), Some((_, 0.0)));
        if train.evaluate_every == 0 && is_evaluated {
            train.evaluate_every = tenth;
        }
        if train.checkpoint_every == 0 {
            train.checkpoint_every = match is_evaluated {
                true => train.evaluate_every,
                false => tenth,
            };
        }
        self
    }

    /// Fills in what follows from the data as it was for another plan.
    pub(crate) fn settle_as(mut self, other: &Plan) -> Plan {
        let (train, other) = (&mut self.0.train, &other.0.train);
        if train.epochs.take().is_some() {
            train.steps = other.steps;
        }
        if train.evaluate_every == 0 {
            train.evaluate_every = other.evaluate_every;
        }
        if train.checkpoint_every == 0 {
            train.checkpoint_every = other.checkpoint_every;
        }
        self
    }

    /// The files that the task reads.
    pub(crate) fn files(&self) -> Vec<DataFile> {
        let mut files = Vec::new();
        self.0
            .task
            .clone()
            .resolve_files(|file| files.push(std::mem::take(file)));
        files.retain(|file| !file.as_os_str().is_empty());
        files
    }

    /// The experiment, resolved.
    pub fn experiment(&self) -> &Experiment {
        &self.0
    }

    /// The device, unless another is named.
    pub(crate) fn device(&self, named: Option<&str>) -> Result<Chosen> {
        match named {
            Some(name) => device::resolve(&Preference::One(name.into()), true),
            None => device::resolve(&self.0.device, self.0.strict),
        }
    }

    /// Reads the task's data, as the model takes it; see [`TaskConfig::open`].
    pub(crate) fn task(&self, spec: Option<Spec>) -> Result<Box<dyn Task>> {
        let Experiment {
            task, seed, model, ..
        } = &self.0;
        task.open(*seed, model.takes_missing(), spec)
    }

    /// The experiment as the text of a config file.
    ///
    /// # Errors
    ///
    /// If it cannot be written as TOML, which is a defect.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(&self.0)
            .map_err(|e| Error::fault(format!("the config cannot be written: {e}")))
    }

    /// The keys by which another plan differs, but for those of the machine.
    pub(crate) fn changed(&self, other: &Plan) -> Result<Vec<String>> {
        let table = |plan: &Plan| -> Result<toml::Table> {
            let mut table: toml::Table = plan
                .to_toml()?
                .parse()
                .map_err(|e| Error::fault(format!("the config cannot be read back: {e}")))?;
            table.remove("device");
            table.remove("strict");
            table.remove("memory");
            Ok(table)
        };
        Ok(config::changed_keys(&table(self)?, &table(other)?))
    }
}

/// A file that a task reads, as a path relative to the config file or absolute.
pub type DataFile = PathBuf;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_size_rises_and_falls() {
        let train = TrainConfig {
            steps: 100,
            warmup: 10,
            schedule: Schedule::Cosine,
            learning_rate: 1.0,
            ..TrainConfig::default()
        };
        assert!((train.rate_at(0) - 0.1).abs() < 1e-12);
        assert!((train.rate_at(50) - 0.5).abs() < 1e-12);
        assert!(train.rate_at(99) < 1e-3);
    }

    #[test]
    fn passes_become_updates() {
        let text = "[task]\nkind = \"forecast\"\nfile = \"x.csv\"\n[model.cell]\nkind = \"lstm\"\nd_hidden = 4\n[train]\nepochs = 3\n";
        let experiment: Experiment = toml::from_str(text).expect("parses");
        let plan = Plan::check(experiment, "x", Path::new("."))
            .expect("sound")
            .settle(7);
        assert_eq!((plan.0.train.steps, plan.0.train.evaluate_every), (21, 3));
        assert_eq!(plan.0.name, "x");
    }

    #[test]
    fn what_no_machine_has_is_refused_with_the_figure_and_the_limit() {
        let refused = |task: &str, cell: &str, more: &str| {
            let text = format!("{more}\n[task]\n{task}\n[model]\n{cell}\n");
            let experiment: Experiment = toml::from_str(&text).expect("parses");
            let refused = Plan::check(experiment, "x", Path::new("."));
            refused.map(|_| ()).map_err(|e| e.to_string())
        };
        let lstm = |d: usize| format!("cell = {{ kind = \"lstm\", d_hidden = {d} }}");
        let copy = "kind = \"copy\"\nsymbols = 1000000";
        let said = refused(copy, &lstm(128), "").expect_err("too large");
        // 64 rows of 70 steps with a million outputs and as many logarithms, 4 bytes each: 35.84 GB.
        assert!(
            said.contains("35.8 GB for a batch, where memory = 16 GB"),
            "{said}"
        );
        assert_eq!(refused(copy, &lstm(128), "memory = 64"), Ok(()));
        let adding = "kind = \"adding\"\ntime = 10";
        // 1024 layers of 2 * 4 * 8192^2 numbers, four of each: 8796 GB.
        let deep = format!("layers = 1024\n{}", lstm(8192));
        let said = refused(adding, &deep, "").expect_err("too deep");
        assert!(
            said.contains("879") && said.contains("fewer units, layers"),
            "{said}"
        );
        let text = "kind = \"language_model\"\nfile = \"x\"\nwindow = 1000000";
        assert!(refused(text, &lstm(128), "[train]\nbatch = 1000000").is_err());
        let wide = "kind = \"forecast\"\nfile = \"x\"\nhorizon = 1000000";
        assert!(refused(wide, &lstm(16384), "").is_err());
        for kind in [
            "gla",
            "linear_attention",
            "gru_d",
            "nru",
            "hippo_legs",
            "delta_product",
        ] {
            let cell = format!("layers = 1024\ncell = {{ kind = \"{kind}\", d_hidden = 16384 }}");
            assert!(refused(adding, &cell, "").is_err(), "{kind}");
        }
        for memory in ["0", "-1.0", "nan", "inf"] {
            let said = refused(adding, &lstm(8), &format!("memory = {memory}"));
            assert!(
                said.expect_err("no amount").contains("in gigabytes"),
                "{memory}"
            );
        }
    }

    #[test]
    fn passes_do_not_wrap() {
        let of = |epochs: u64| {
            let text = format!(
                "[task]\nkind = \"adding\"\n[model.cell]\nkind = \"lstm\"\nd_hidden = 4\n[train]\nepochs = {epochs}\n"
            );
            let experiment: Experiment = toml::from_str(&text).expect("parses");
            Plan::check(experiment, "x", Path::new("."))
        };
        for epochs in [0, (1 << 32) + 1, i64::MAX as u64] {
            let said = of(epochs).expect_err("no number of passes").to_string();
            assert!(said.contains("from 1 to 4294967296"), "{said}");
        }
        let plan = of(1 << 32).expect("sound").settle(1 << 31);
        assert_eq!(plan.0.train.steps, 1 << 63);
        assert_eq!(
            of(4).expect("sound").settle(u64::MAX).0.train.steps,
            u64::MAX
        );
    }

    #[test]
    fn the_resolved_plan_reads_back_unchanged() {
        let text =
            "[task]\nkind = \"copy\"\ndelay = 10\n[model.cell]\nkind = \"gru\"\nd_hidden = 4\n";
        let experiment: Experiment = toml::from_str(text).expect("parses");
        let plan = Plan::check(experiment, "x", Path::new("."))
            .expect("sound")
            .settle(1);
        let again: Experiment = toml::from_str(&plan.to_toml().expect("prints")).expect("parses");
        assert_eq!(
            plan.changed(&Plan(again)).expect("compares"),
            Vec::<String>::new()
        );
    }
}
