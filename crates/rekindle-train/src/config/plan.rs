//! The plan that an experiment becomes when everything is checked.

use super::{experiment::Experiment, idle, table};
use crate::{
    data::file::DataFile,
    device::{self, Chosen, Preference},
    error::{Error, Result},
    memory,
    model::shape::NetShape,
    tasks::{kind::Opened, list::Spec},
};
use burn::tensor::DType;
use rekindle::Invalid;
use std::{fmt::Display, path::Path};

/// The two keys that say how long a run trains.
const LENGTHS: [&str; 2] = ["epochs", "steps"];

/// Takes out what the file says of a run's length where an override says it by the other key; a table that says it
/// twice is refused.
fn one_length(table: &mut toml::Table, overrides: &[String]) -> Result<(), Invalid> {
    let key = |text: &String| text.split('=').next().map(|key| key.trim().to_string());
    let overridden = LENGTHS.map(|length| {
        let whole = format!("train.{length}");
        overrides.iter().filter_map(key).any(|key| key == whole)
    });
    let train = table.get_mut("train").and_then(toml::Value::as_table_mut);
    if let (Some(train), [epochs, steps]) = (train, overridden)
        && epochs != steps
    {
        train.remove(LENGTHS[usize::from(epochs)]);
    }
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
        let mut table = table::load_table(path, overrides)?;
        let origin = table::origin(path, overrides);
        one_length(&mut table, overrides).map_err(|e| Error::mend(format!("{origin}: {e}")))?;
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
        let base = path.parent().unwrap_or(Path::new("."));
        Plan::of(table, stem.as_deref().unwrap_or("run"), base, &origin)
    }

    /// The plan of a table that came from `origin`, and whose files are named as from the directory `base`.
    fn of(table: toml::Table, stem: &str, base: &Path, origin: &str) -> Result<Plan> {
        let experiment = Experiment::read(table, origin)?;
        let wrong = |e: &dyn std::fmt::Display| Error::mend(format!("{origin}: {e}"));
        experiment.device.check().map_err(|e| wrong(&e))?;
        Plan::check(experiment, stem, base).map_err(|e| wrong(&e))
    }

    /// The plan of a config that will stand in a directory and is to be trained.
    ///
    /// # Errors
    ///
    /// As [`Plan::fresh`].
    pub(crate) fn draft(text: &str, directory: &Path, origin: &str) -> Result<Plan> {
        let wrong = |e: &dyn std::fmt::Display| Error::mend(format!("{origin}: {e}"));
        let mut table = toml::from_str(text).map_err(|e| wrong(&e))?;
        one_length(&mut table, &[]).map_err(|e| wrong(&e))?;
        let plan = Plan::of(table, "draft", directory, origin)?;
        idle::check(&plan.0).map_err(|e| wrong(&e))?;
        Ok(plan)
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
        let origin = || table::origin(path, overrides);
        acts.map_err(|e| Error::mend(format!("{}: {e}", origin())))?;
        Ok(plan)
    }

    /// The same check of what follows from the data: the two ends of the network.
    pub(crate) fn acts_between(&self, shape: NetShape) -> Result<(), Invalid> {
        idle::between(shape, &self.0.model)
    }

    /// The plan of a config's text, without looking for the files that it names; `origin` is what errors call it.
    ///
    /// # Errors
    ///
    /// Names the key, the value and the remedy.
    pub(crate) fn of_text(text: &str, origin: &str) -> Result<Plan> {
        let wrong = |error: &dyn Display| Error::mend(format!("{origin}: {error}"));
        let table = toml::from_str(text).map_err(|e| wrong(&e))?;
        let experiment: Experiment = table::parse(table, origin)?;
        Plan::sound(experiment, "run").map_err(|e| wrong(&e))
    }

    pub(super) fn check(experiment: Experiment, stem: &str, base: &Path) -> Result<Plan, Invalid> {
        let mut plan = Plan::sound(experiment, stem)?;
        plan.locate(base)?;
        Ok(plan)
    }

    /// Fills in defaults and checks every number.
    fn sound(mut experiment: Experiment, stem: &str) -> Result<Plan, Invalid> {
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
        let train = &mut experiment.train;
        train.weight_decay = Some(train.weight_decay());
        train.validate().map_err(|e| e.under("train"))?;
        experiment
            .task
            .validate(&experiment.model)
            .map_err(|e| e.under("task"))?;
        memory::check(experiment.memory)?;
        let (shape, batch) = experiment.task.least(experiment.train.batch);
        experiment.fits_memory(shape, batch)?;
        Ok(Plan(experiment))
    }

    /// Names the data files by their whole paths, and checks that their sizes are not beyond what is read.
    fn locate(&mut self, base: &Path) -> Result<(), Invalid> {
        for file in self.0.task.files() {
            if file.as_os_str().is_empty() || file.is_absolute() {
                continue;
            }
            let found = base.join(&*file);
            let whole = found
                .canonicalize()
                .or_else(|_| std::path::absolute(&found));
            *file = whole.unwrap_or(found);
        }
        for file in self.files() {
            memory::file(self.0.memory, &file)?;
            if file.to_str().is_none() {
                let reason = format!(
                    "the path {} is not UTF-8, and a run's config could not name it; rename what stands in it",
                    file.display()
                );
                return Err(Invalid::because("task", reason));
            }
        }
        Ok(())
    }

    /// Turns passes over the data into updates, and fills in the intervals that follow from them.
    pub(crate) fn settle(mut self, steps_per_epoch: u64) -> Plan {
        let train = &mut self.0.train;
        if let Some(epochs) = train.epochs.take() {
            train.steps = epochs.saturating_mul(steps_per_epoch).max(1);
        }
        train.settle();
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
        train.settle();
        if train.evaluate_every == 0 {
            train.evaluate_every = other.evaluate_every;
        }
        if train.checkpoint_every == 0 {
            train.checkpoint_every = other.checkpoint_every;
        }
        self
    }

    /// The same with another number of updates.
    pub(crate) fn of_steps(mut self, steps: u64) -> Plan {
        self.0.train.steps = steps;
        self
    }

    /// The files that the task reads.
    pub(crate) fn files(&self) -> Vec<DataFile> {
        let mut task = self.0.task.clone();
        let mut files: Vec<DataFile> = task.files().into_iter().map(std::mem::take).collect();
        files.retain(|file| !file.as_os_str().is_empty());
        files
    }

    /// The experiment, resolved.
    pub fn experiment(&self) -> &Experiment {
        &self.0
    }

    /// The device, unless another is named, on which the layers run as the config has it.
    pub(crate) fn device(&self, named: Option<&str>) -> Result<Chosen> {
        let chosen = match named {
            Some(name) => device::resolve(&Preference::One(name.into()), true)?,
            None => device::resolve(&self.0.device, self.0.strict)?,
        };
        let engine = self.0.model.engine();
        engine
            .runs_on(&chosen.device, DType::F32)
            .map_err(|e| Error::mend(format!("{}: {}", chosen.name, e.under("model.engine"))))?;
        Ok(chosen)
    }

    /// Reads the task's data, as the model takes it; see [`TaskConfig::open`](crate::tasks::TaskConfig::open).
    pub(crate) fn open(&self, spec: Option<Spec>) -> Result<Opened<Spec>> {
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
        Ok(table::changed_keys(&table(self)?, &table(other)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
