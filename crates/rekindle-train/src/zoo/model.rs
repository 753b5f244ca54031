//! A model of the zoo: its card, and what its run's files say.

use super::{card::Card, sums};
use crate::{
    config::plan::Plan,
    error::{Error, Result},
    files,
    metric::{Metric, mean, spread},
    report::record::Record,
    run::{RunDir, RunResult, entry::damaged},
    tasks::{Part, Use},
};
use serde::Serialize;
use std::{fs, path::Path, path::PathBuf};

/// A model, trained or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// Its name, which is that of its directory.
    pub name: String,
    /// What there is to say of it in words.
    pub card: Card,
    /// What came of its training; none where it has not been trained yet.
    pub trained: Option<Trained>,
    #[serde(skip)]
    pub(super) directory: PathBuf,
}

/// What came of a model's training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trained {
    /// The cell, by its `kind`.
    pub cell: String,
    /// The layers in a few words: `2 layers of gru with 64 units`.
    pub layers: String,
    /// The seed.
    pub seed: u64,
    /// Its figures.
    pub result: RunResult,
    /// Those of the runs that differ from it by their seed.
    pub others: Vec<(u64, RunResult)>,
    /// The bytes of its weights.
    pub bytes: u64,
    /// The SHA-256 of its weights, in hexadecimal digits.
    pub sha256: String,
}

/// Whether a directory is that of a trained model of a zoo.
pub fn is_model(run: &Path) -> bool {
    RunDir::open(run).is_ok_and(|run| run.is_in_zoo())
}

/// What is to be said where a run is a model whose data files have to be fetched first; nothing where they are there.
///
/// # Errors
///
/// If its card or its config cannot be read.
pub fn to_fetch(run: &Path) -> Result<Option<String>> {
    if !is_model(run) {
        return Ok(None);
    }
    let run = RunDir::open(run)?;
    let files = Plan::read(&run.config(), &[])?.files();
    let absent = files.iter().find(|file| !file.exists());
    let fetch = Card::read(&run.path().join(RunDir::CARD))?.fetch;
    Ok(absent.zip(fetch).map(|(file, fetch)| {
        format!(
            "{}: its data are not in the repository, and there is no {}; `{fetch}` fetches them",
            run.path().display(),
            file.display()
        )
    }))
}

/// What the file of a run of another seed is called.
pub(super) fn other(seed: u64) -> String {
    format!("seed-{seed}.json")
}

impl Model {
    pub(super) fn read(directory: &Path) -> Result<Model> {
        let name = directory.file_name().unwrap_or_default();
        Ok(Model {
            name: name.to_string_lossy().into_owned(),
            card: Card::read(&directory.join(RunDir::CARD))?,
            trained: match is_model(directory) {
                true => Some(Trained::read(&RunDir::open(directory)?)?),
                false => None,
            },
            directory: directory.to_owned(),
        })
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Checks that its files are those that were put there, and no other.
    ///
    /// # Errors
    ///
    /// Names the file that is not.
    pub fn check(&self) -> Result<()> {
        sums::check(&self.directory)
    }

    /// The command that trains it.
    pub fn command(&self) -> String {
        format!("zoo/train.sh {}", self.name)
    }

    /// What its name has before that of its cell: of `parity-gru` `parity`; models that have this in common differ by their cells. None where its name ends
    /// otherwise, or it is not trained.
    pub fn family(&self) -> Option<&str> {
        let cell = self.trained.as_ref()?.cell.replace('_', "-");
        self.name.strip_suffix(&cell)?.strip_suffix('-')
    }

    /// A command that puts it to work.
    pub fn example(&self) -> Option<String> {
        let (name, task) = (&self.name, &self.trained.as_ref()?.result.task);
        let text = self.card.example.as_deref().unwrap_or("...");
        let text = crate::shell::word(text);
        Some(match Use::of(task) {
            Use::Writing => format!("rekindle sample zoo:{name}"),
            Use::Texts => format!("rekindle predict zoo:{name} --text {text}"),
            Use::Files => format!("rekindle predict zoo:{name} --input FILE"),
            Use::Figures => format!("rekindle eval zoo:{name}"),
        })
    }
}

impl Trained {
    fn read(run: &RunDir) -> Result<Trained> {
        let plan = Plan::read(&run.config(), &[])?;
        let experiment = plan.experiment();
        let record = Record::read(run)?;
        let layers = match experiment.model.is_bidirectional() {
            true => format!("{}, both directions", record.model()),
            false => record.model(),
        };
        let mut others = Vec::new();
        let entries = fs::read_dir(run.path());
        let unread = |error| Error::mend(format!("{}: {error}", run.path().display()));
        for entry in entries.map_err(unread)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let seed = name
                .strip_prefix("seed-")
                .and_then(|n| n.strip_suffix(".json"));
            if let Some(seed) = seed.and_then(|seed| seed.parse().ok()) {
                let result = serde_json::from_slice(&files::read(&entry.path())?);
                let result = result.map_err(|e| damaged(&entry.path(), &e.to_string()))?;
                others.push((seed, result));
            }
        }
        others.sort_by_key(|(seed, _)| *seed);
        let weights = files::read(&run.weights())?;
        Ok(Trained {
            cell: experiment.model.cell(),
            layers,
            seed: experiment.seed,
            result: record.result,
            others,
            bytes: weights.len() as u64,
            sha256: sums::of(&weights),
        })
    }

    /// Its figures on the test part.
    pub fn test(&self) -> &[Metric] {
        let test = self.result.metrics.get(Part::Test.name());
        test.map(Vec::as_slice).unwrap_or_default()
    }

    /// The same figure of all runs, this one first.
    fn of_all(&self, name: &str) -> Vec<Metric> {
        let others = self.others.iter().map(|(_, result)| result);
        let all = [&self.result].into_iter().chain(others);
        let test = all.filter_map(|result| result.metrics.get(Part::Test.name()));
        let named = test.filter_map(|test| test.iter().find(|metric| metric.name == name));
        named.cloned().collect()
    }

    /// The mean of its first figure over the seeds.
    pub(super) fn mean(&self) -> Option<Metric> {
        let first = self.test().first()?;
        let value = mean(&self.of_all(&first.name));
        Some(Metric {
            value,
            ..first.clone()
        })
    }

    /// The mean of a figure over the seeds, and its standard deviation where there are several; with their number.
    pub fn over_seeds(&self, name: &str) -> String {
        let all = self.of_all(name);
        match all.len() {
            0 | 1 => "–".to_owned(),
            seeds => format!("{} ({seeds} seeds)", spread(&all)),
        }
    }

    /// The best of what learns nothing, by the first figure.
    pub fn baseline(&self) -> Option<&(String, Metric)> {
        let first = self.test().first()?;
        let same = self.result.baselines.iter();
        let same = same.filter(|(_, metric)| metric.name == first.name);
        same.reduce(|best, next| match next.1.beats(best.1.value) {
            true => next,
            false => best,
        })
    }

    /// Whether a value of its first figure is better than that of everything that learns nothing.
    pub(super) fn has_learned(&self, first: &Metric) -> bool {
        self.baseline()
            .is_some_and(|(_, best)| first.beats(best.value))
    }
}
