//! Many runs of one config, each with other values of some keys and other seeds, and which does best.

mod grid;
mod page;
mod standing;

use crate::{
    config::plan::Plan,
    data::message::duration,
    data::split::shuffled,
    error::{Error, Result},
    files,
    run::{
        directory::RunDir,
        lock::{self, Lock},
        result::RunResult,
    },
    tasks::part::Part,
};
use grid::Key;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub use standing::{Place, Standing};

/// What is asked of a sweep.
#[derive(Clone, Debug, Default)]
pub struct SweepOptions {
    /// The config file.
    pub config: PathBuf,
    /// `--set a.b=1,2,4`: keys, each with the values that it is to have.
    pub sets: Vec<String>,
    /// The seeds that each point is trained with, from the config's on.
    pub seeds: u64,
    /// So many points, drawn from all combinations of the values; all of them if there is no number. A larger number goes on
    /// with those of a smaller one.
    pub random: Option<usize>,
    /// The directory of the sweep; `sweeps/NAME` by default.
    pub out: Option<PathBuf>,
}

/// A sweep: its directory, which nobody else works in, and its runs.
#[derive(Debug)]
pub struct Sweep {
    directory: PathBuf,
    config: PathBuf,
    /// The keys that have several values.
    varied: Vec<String>,
    trials: Vec<Trial>,
    _lock: Lock,
}

/// A run of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What it is called: its values and its seed.
    pub name: String,
    /// The values of its keys, as behind `--set`.
    pub overrides: Vec<String>,
    /// The directory of the run.
    pub run: PathBuf,
    /// The values that are not the same in the whole sweep, with the names of their keys; those of one point are the same.
    pub point: Vec<(String, String)>,
}

/// What a sweep's directory holds of its config, beside the runs.
#[derive(Serialize, Deserialize)]
struct Mark {
    format: u64,
    /// The config file, as it was when the sweep was begun.
    config: String,
}

const FORMAT: u64 = 1;
const MARK: &str = "sweep.json";
const RUNS: &str = "runs";
const PAGE: &str = "sweep.html";

impl Sweep {
    /// Opens a sweep, or begins it: every run's keys are checked, and none is started.
    ///
    /// # Errors
    ///
    /// If a key or a value is not in order, or the directory holds something else, the runs of another config, or is in use.
    pub fn open(options: &SweepOptions) -> Result<Sweep> {
        let config = &options.config;
        let keys: Vec<Key> = options
            .sets
            .iter()
            .map(|set| Key::read(set))
            .collect::<Result<_>>()?;
        let all = grid::size(&keys)?;
        let points = match options.random {
            None => (0..all).collect(),
            // The first so many in an order without chance: more of them begin with these.
            Some(count) => {
                let mut order = shuffled(all, 0, 0);
                order.truncate(count);
                order
            }
        };
        let seeds = options.seeds.max(1);
        let mut name = String::new();
        let mut trials = Vec::new();
        for point in points {
            let values = grid::at(&keys, point);
            let pairs = keys.iter().zip(values);
            let overrides: Vec<String> = pairs
                .clone()
                .map(|(key, value)| format!("{}={value}", key.path))
                .collect();
            let plan = Plan::fresh(config, &overrides)?;
            name.clone_from(&plan.experiment().name);
            let first = plan.experiment().seed;
            let varied = pairs.filter(|(key, _)| key.values.len() > 1);
            let varied: Vec<(String, String)> = varied
                .map(|(key, value)| (key.path.clone(), value.to_owned()))
                .collect();
            for seed in (0..seeds).map(|k| first.wrapping_add(k)) {
                let seed = format!("seed={seed}");
                let overrides = [overrides.as_slice(), &[seed]].concat();
                trials.push(Trial {
                    name: grid::name(&overrides),
                    overrides,
                    run: PathBuf::new(),
                    point: varied.clone(),
                });
            }
        }
        let usual = || Path::new("sweeps").join(name);
        let directory = options.out.clone().unwrap_or_else(usual);
        let lock = begin(&directory, config)?;
        for trial in &mut trials {
            trial.run = directory.join(RUNS).join(&trial.name);
        }
        let varied = keys.into_iter().filter(|key| key.values.len() > 1);
        Ok(Sweep {
            varied: varied.map(|key| key.path).collect(),
            config: config.clone(),
            directory,
            trials,
            _lock: lock,
        })
    }

    /// The directory of the sweep.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The config file.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Its runs, done or not.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// Whether the runs compute on the processor, where several at once share its cores and its memory.
    ///
    /// # Errors
    ///
    /// If no device of the config's, or the one that is named, can be had.
    pub fn is_on_cpu(&self, device: Option<&str>) -> Result<bool> {
        let Some(trial) = self.trials.first() else {
            return Ok(true);
        };
        let plan = Plan::fresh(&self.config, &trial.overrides)?;
        let name = plan.device(device)?.name;
        Ok(["flex", "ndarray"].contains(&name.as_str()))
    }

    /// The ranks of the points, of the runs that are finished.
    ///
    /// # Errors
    ///
    /// If the result of a run is damaged.
    pub fn standing(&self) -> Result<Standing> {
        let mut finished = Vec::new();
        for trial in self.trials.iter().filter(|trial| trial.is_finished()) {
            finished.push((trial, RunResult::open(&trial.run)?));
        }
        Ok(Standing::of(&self.trials, finished))
    }

    /// A finished run in a line: its name, its figures and its time.
    ///
    /// # Errors
    ///
    /// If its result is damaged.
    pub fn line(&self, trial: &Trial) -> Result<String> {
        let result = RunResult::open(&trial.run)?;
        let first = |part: Part| {
            let metric = result.metrics.get(part.name())?.first()?;
            Some(format!("{} {metric}", part.name()))
        };
        let figures = [Part::Valid, Part::Test].into_iter().filter_map(first);
        Ok(format!(
            "{}: {} in {}",
            trial.name,
            figures.collect::<Vec<_>>().join(", "),
            duration(result.seconds)
        ))
    }

    /// Writes the page of the sweep; returns its place.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write_page(&self, standing: &Standing) -> Result<PathBuf> {
        let place = self.directory.join(PAGE);
        let title = self.directory.file_name().unwrap_or_default();
        let title = title.to_string_lossy();
        let page = page::of(&title, &self.varied, standing);
        files::write_atomic(&place, page.html().as_bytes())?;
        Ok(place)
    }
}

impl Trial {
    /// Whether it was trained to its end.
    pub fn is_finished(&self) -> bool {
        let run = RunDir::open(&self.run);
        run.is_ok_and(|run| run.is_finished() && !run.is_without_weights())
    }

    /// Whether there is something of it to go on with.
    pub fn has_begun(&self) -> bool {
        self.run.exists()
    }

    /// Whether a process trains it now.
    pub fn is_busy(&self) -> bool {
        self.has_begun() && Lock::of(&self.run).is_err()
    }

    /// Whether it has logged an interval, from which on it takes as much memory as it will.
    pub fn is_under_way(&self) -> bool {
        let log = RunDir::open(&self.run).map(|run| run.metrics());
        log.is_ok_and(|log| log.exists())
    }

    /// What the program says of it while it trains.
    pub fn log(&self) -> PathBuf {
        self.run.with_file_name(format!("{}.log", self.name))
    }
}

/// Takes a sweep's directory: begins it, where it is new or empty, or checks that it is one of this config.
fn begin(directory: &Path, config: &Path) -> Result<Lock> {
    let (at, mark) = (directory.display(), directory.join(MARK));
    let text = files::read(config)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    if directory.is_dir() && !mark.exists() {
        let held =
            fs::read_dir(directory).map_err(|e| files::cannot_write("use", directory, &e))?;
        // A kill may have come between the lock and the mark.
        let names = held.flatten().map(|entry| entry.file_name());
        let mut others = names.filter(|name| name != lock::NAME && !files::is_unfinished(name));
        if let Some(other) = others.next() {
            return Err(Error::mend(format!(
                "{at} holds {}, and is no sweep; choose another --out",
                other.display()
            )));
        }
    }
    files::create_dir(&directory.join(RUNS))?;
    let lock = Lock::of(directory)?;
    if !mark.exists() {
        let new = Mark {
            format: FORMAT,
            config: text,
        };
        let json = serde_json::to_vec_pretty(&new)
            .map_err(|e| Error::fault(format!("cannot write this as JSON: {e}")))?;
        files::write_atomic(&mark, &json)?;
        return Ok(lock);
    }
    let known: Mark = serde_json::from_slice(&files::read(&mark)?).map_err(|e| {
        Error::mend(format!(
            "{} is damaged ({e}); choose another --out, or remove the file to begin anew with the runs that are there",
            mark.display()
        ))
    })?;
    match (known.format, known.config == text) {
        (FORMAT, true) => Ok(lock),
        (FORMAT, false) => Err(Error::mend(format!(
            "{at} was begun with another config: {} has changed since; choose another --out, or change it back",
            config.display()
        ))),
        (other, _) => Err(Error::mend(format!(
            "{at} has the format {other}, and this version knows {FORMAT}; choose another --out"
        ))),
    }
}
