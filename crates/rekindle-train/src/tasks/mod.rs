//! The tasks: what a network is asked to learn, from which data, and how it is judged.

mod adding;
mod batch;
mod classify;
mod classify_series;
mod classify_text;
mod copy;
mod forecast;
mod language_model;
mod spec;
mod tensors;

pub use adding::{Adding, AddingConfig};
pub use classify::Pool;
pub use classify_series::{ClassifySeries, ClassifySeriesConfig, SeriesSpec};
pub use classify_text::{ClassifyText, ClassifyTextConfig, TextSpec};
pub use copy::{CopyConfig, Copying};
pub use forecast::{Forecast, ForecastConfig, ForecastSpec};
pub use language_model::{LanguageModel, LanguageModelConfig, LanguageSpec};

use crate::{
    data::{file::DataFile, reading::Reading},
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{net::Net, shape::NetShape},
};
use burn::tensor::{Device, Tensor};
use rekindle::{AnyCellConfig, Invalid, RecurrentConfig, rate};
use rekindle_view::Block;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What is learned: the key `task.kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskConfig {
    /// The next character or word of a text.
    LanguageModel(LanguageModelConfig),
    /// The class of a text.
    ClassifyText(ClassifyTextConfig),
    /// The class of a series of numbers.
    ClassifySeries(ClassifySeriesConfig),
    /// The next values of a table's columns.
    Forecast(ForecastConfig),
    /// The sum of two marked numbers of a long series.
    Adding(AddingConfig),
    /// A row of symbols, repeated after a long pause.
    Copy(CopyConfig),
}

/// What inference must know of the training data, stored beside the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Spec {
    /// The symbols of a language model.
    LanguageModel(LanguageSpec),
    /// The words and classes of texts.
    ClassifyText(TextSpec),
    /// The channels and classes of series.
    ClassifySeries(SeriesSpec),
    /// The columns of a forecast and their scale.
    Forecast(ForecastSpec),
    /// The adding problem has nothing to remember.
    Adding,
    /// Nor has the copying problem.
    Copy,
}

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What the network learns from.
    Train,
    /// What decides which weights are kept.
    Valid,
    /// What it is judged by at the end.
    Test,
}

impl Part {
    /// The part's name.
    pub fn name(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Valid => "valid",
            Part::Test => "test",
        }
    }
}

/// One update, of which everything random is a function.
#[derive(Clone, Debug)]
pub struct At {
    /// The number of updates before this one.
    pub step: u64,
    /// The sequences of an update.
    pub batch: usize,
    /// The experiment's seed.
    pub seed: u64,
    /// Where the tensors live.
    pub device: Device,
}

/// States carried from one update to the next, without their gradient.
pub type Carry = Option<Vec<Tensor<2>>>;

/// The loss of an update.
#[derive(Debug)]
pub struct Loss {
    /// The mean loss, a single number.
    pub value: Tensor<1>,
    /// What the next update begins with.
    pub carry: Carry,
    /// How many [units](Task::unit) were read.
    pub units: usize,
}

/// A task with its data in memory.
pub trait Task {
    /// The network's two ends.
    fn shape(&self) -> NetShape;

    /// What inference must know of the data.
    fn spec(&self) -> Spec;

    /// What speed is counted in: characters, sequences, ...
    fn unit(&self) -> &'static str;

    /// The updates of one pass over the training data.
    ///
    /// # Errors
    ///
    /// If there is not enough data for one update.
    fn steps_per_epoch(&self, batch: usize) -> Result<u64>;

    /// The most that goes through the network at once, in updates of so many rows.
    fn batch(&self, rows: usize) -> Batch;

    /// Some rows of a part, as the network reads them, with what is wanted behind each; fewer, or none,
    /// where the part has no more. Where a row has no length of its own it has `steps` steps.
    fn reading(&self, part: Part, rows: Range<usize>, steps: usize) -> Reading;

    /// The loss of an update.
    fn loss(&self, net: &Net, at: &At, carry: Carry) -> Loss;

    /// The figure of merit that a mean training loss amounts to, where one does.
    fn figure(&self, loss: f64) -> Option<Metric> {
        let _ = loss;
        None
    }

    /// How the network does on a part of the data; `None` where there is no such part.
    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation>;

    /// The same figures for predictors that learn nothing, each with its name; none where there is no such part.
    fn baselines(&self, part: Part) -> Baselines;

    /// The rows of the training part, more than which no update can read; none where updates are not made of them.
    fn rows_to_train_on(&self) -> Option<usize> {
        None
    }

    /// The first of these parts that there is; the training part is always there.
    fn first_of(&self, parts: &[Part]) -> Part {
        let is_there = |part: &&Part| self.reading(**part, 0..1, 1).rows() > 0;
        parts.iter().find(is_there).copied().unwrap_or(Part::Train)
    }

    /// What is worth knowing of the data and of the figures on a part, where they are not what one may take them for:
    /// columns that are called by their place, a baseline that is left out.
    fn notes(&self, part: Part) -> Vec<String> {
        let _ = part;
        Vec::new()
    }

    /// What a report shows of the network at work on the test part: figures, examples.
    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let _ = (net, device);
        Vec::new()
    }
}

/// Checks the shares of the data that are held out, by their keys.
fn shares(held_out: [(&str, f64); 2]) -> Result<(), Invalid> {
    for (key, share) in held_out {
        rate(key, share)?;
    }
    let [(valid, v), (test, t)] = held_out;
    match v + t < 1.0 {
        true => Ok(()),
        false => {
            let expected =
                format!("less than 1 together with task.{test} = {t}: nothing is left to train on");
            Err(Invalid::new(valid, v, &expected))
        }
    }
}

impl TaskConfig {
    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self, model: &RecurrentConfig<AnyCellConfig>) -> Result<(), Invalid> {
        match self {
            TaskConfig::LanguageModel(c) => c.validate(model),
            TaskConfig::ClassifyText(c) => c.validate(),
            TaskConfig::ClassifySeries(c) => c.validate(),
            TaskConfig::Forecast(c) => c.validate(),
            TaskConfig::Adding(c) => c.validate(),
            TaskConfig::Copy(c) => c.validate(model),
        }
    }

    /// The key of the share that validates, and its value; none where data are drawn for it.
    pub(crate) fn valid(&self) -> Option<(&'static str, f64)> {
        match self {
            TaskConfig::LanguageModel(c) => Some(("valid", c.valid)),
            TaskConfig::ClassifyText(c) => Some(("valid_share", c.valid_share)),
            TaskConfig::ClassifySeries(c) => Some(("valid_share", c.valid_share)),
            TaskConfig::Forecast(c) => Some(("valid", c.valid)),
            TaskConfig::Adding(_) | TaskConfig::Copy(_) => None,
        }
    }

    /// The share that would test, where it is not the usual one though there is a file to test on.
    pub(crate) fn idle_test_share(&self) -> Option<f64> {
        let (file, share) = match self {
            TaskConfig::ClassifyText(c) => (&c.test, c.test_share),
            TaskConfig::ClassifySeries(c) => (&c.test, c.test_share),
            _ => return None,
        };
        let is_idle = !classify_text::no_file(file) && share != classify_text::share();
        is_idle.then_some(share)
    }

    /// Whether its training data have no end.
    pub(crate) fn is_endless(&self) -> bool {
        matches!(self, TaskConfig::Adding(_) | TaskConfig::Copy(_))
    }

    /// Applies a function to every file that the task reads.
    pub(crate) fn resolve_files(&mut self, mut f: impl FnMut(&mut DataFile)) {
        match self {
            TaskConfig::LanguageModel(c) => f(&mut c.file),
            TaskConfig::ClassifyText(c) => [&mut c.train, &mut c.test].into_iter().for_each(f),
            TaskConfig::ClassifySeries(c) => [&mut c.train, &mut c.test].into_iter().for_each(f),
            TaskConfig::Forecast(c) => f(&mut c.file),
            TaskConfig::Adding(_) | TaskConfig::Copy(_) => {}
        }
    }

    /// Reads the task's data, of which values may be missing if the cell takes that. With the specification of an
    /// earlier run, symbols, classes and scales are those of that run.
    ///
    /// # Errors
    ///
    /// If a file is missing or cannot be understood, or does not fit the specification.
    pub fn open(
        &self,
        seed: u64,
        takes_missing: bool,
        spec: Option<Spec>,
    ) -> Result<Box<dyn Task>> {
        Ok(match (self, spec) {
            (TaskConfig::LanguageModel(c), None) => Box::new(LanguageModel::open(c, None)?),
            (TaskConfig::LanguageModel(c), Some(Spec::LanguageModel(s))) => {
                Box::new(LanguageModel::open(c, Some(s))?)
            }
            (TaskConfig::ClassifyText(c), None) => Box::new(ClassifyText::open(c, seed, None)?),
            (TaskConfig::ClassifyText(c), Some(Spec::ClassifyText(s))) => {
                Box::new(ClassifyText::open(c, seed, Some(s))?)
            }
            (TaskConfig::ClassifySeries(c), None) => {
                Box::new(ClassifySeries::open(c, seed, takes_missing, None)?)
            }
            (TaskConfig::ClassifySeries(c), Some(Spec::ClassifySeries(s))) => {
                Box::new(ClassifySeries::open(c, seed, takes_missing, Some(s))?)
            }
            (TaskConfig::Forecast(c), None) => Box::new(Forecast::open(c, None)?),
            (TaskConfig::Forecast(c), Some(Spec::Forecast(s))) => {
                Box::new(Forecast::open(c, Some(s))?)
            }
            (TaskConfig::Adding(c), None | Some(Spec::Adding)) => Box::new(Adding::open(c, seed)?),
            (TaskConfig::Copy(c), None | Some(Spec::Copy)) => Box::new(Copying::open(c, seed)?),
            _ => {
                return Err(Error::mend(
                    "the run's data.json is of another task than its config.toml; restore both from the same run",
                ));
            }
        })
    }

    /// The network's two ends, without the data.
    pub(crate) fn shape(&self, spec: &Spec) -> Option<NetShape> {
        Some(match (self, spec) {
            (TaskConfig::LanguageModel(c), Spec::LanguageModel(s)) => s.shape(c),
            (TaskConfig::ClassifyText(c), Spec::ClassifyText(s)) => s.shape(c),
            (TaskConfig::ClassifySeries(_), Spec::ClassifySeries(s)) => s.shape(),
            (TaskConfig::Forecast(c), Spec::Forecast(s)) => s.shape(c),
            (TaskConfig::Adding(c), Spec::Adding) => c.shape(),
            (TaskConfig::Copy(c), Spec::Copy) => c.shape(),
            _ => return None,
        })
    }
}
