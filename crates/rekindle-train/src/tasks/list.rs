//! The one list of tasks, and what follows from it: the table `[task]` of a config, and what a run stores of its data.

use super::{
    at_work::AtWork,
    given::Takes,
    kind::{self, Kind, Opened, Use},
    lines::Lines,
    prediction::{Prediction, Predictions, SampleOptions},
    stored::keys,
    task::Task,
};
use crate::{
    data::{file::DataFile, reading::Reading},
    error::{Error, Result},
    memory::Batch,
    model::{config::ModelConfig, shape::NetShape, written::Ends},
};
use rekindle::Invalid;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// What a fine-tuned network knows of its data.
pub(crate) type Adopted = kind::Adopted<Spec>;

macro_rules! tasks {
    ($($(#[$doc:meta])* $name:literal => $Task:ident: $module:ident::$Config:ident, $of:ident::$Spec:ident;)*) => {
        /// What is learned: the key `task.kind`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum TaskConfig {
            $($(#[$doc])* #[serde(rename = $name)] $Task(super::$module::$Config),)*
        }

        /// What inference must know of the training data, stored beside the weights.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Spec {
            $($(#[$doc])* #[serde(rename = $name)] $Task(super::$of::$Spec),)*
        }

        impl TaskConfig {
            /// The value of `kind`.
            pub fn name(&self) -> &'static str {
                match self { $(TaskConfig::$Task(_) => $name,)* }
            }

            /// Checks every number.
            ///
            /// # Errors
            ///
            /// Names the key, its value and what it must be.
            pub fn validate(&self, model: &ModelConfig) -> Result<(), Invalid> {
                match self { $(TaskConfig::$Task(task) => task.validate(model),)* }
            }

            /// The files that the task reads; an empty path is none.
            pub(crate) fn files(&mut self) -> Vec<&mut DataFile> {
                match self { $(TaskConfig::$Task(task) => task.files(),)* }
            }

            /// The key of the share that validates, and its value; none where data are drawn for it.
            pub(crate) fn valid(&self) -> Option<(&'static str, f64)> {
                match self { $(TaskConfig::$Task(task) => task.valid(),)* }
            }

            /// The share that would test, where it is not the usual one though there is a file to test on.
            pub(crate) fn idle_test_share(&self) -> Option<f64> {
                match self { $(TaskConfig::$Task(task) => task.idle_test_share(),)* }
            }

            /// Whether the rows of an update have lengths of their own.
            pub(crate) fn has_lengths(&self) -> bool {
                match self { $(TaskConfig::$Task(_) => super::$module::$Config::HAS_LENGTHS,)* }
            }

            /// Why what is wanted cannot be smoothed, if it cannot.
            pub(crate) fn unsmoothed(&self) -> Option<&'static str> {
                match self { $(TaskConfig::$Task(task) => task.unsmoothed(),)* }
            }

            /// Whether its training data have no end.
            pub(crate) fn is_endless(&self) -> bool {
                match self { $(TaskConfig::$Task(task) => task.is_endless(),)* }
            }

            /// What makes the longest rows shorter, where there is such a key.
            pub(crate) fn shorter(&self) -> Option<&'static str> {
                match self { $(TaskConfig::$Task(task) => task.shorter(),)* }
            }

            /// The network's two ends as narrow as any data makes them, and the least that goes through it at once in
            /// updates of so many rows.
            pub(crate) fn least(&self, rows: usize) -> (NetShape, Batch) {
                match self { $(TaskConfig::$Task(task) => task.least(rows),)* }
            }

            /// Reads the task's data, of which values may be missing if the cell takes that. With the specification of
            /// an earlier run, symbols, classes and scales are those of that run.
            ///
            /// # Errors
            ///
            /// If a file is missing or cannot be understood, or does not fit the specification.
            pub fn open(
                &self,
                seed: u64,
                takes_missing: bool,
                spec: Option<Spec>,
            ) -> Result<Opened<Spec>> {
                match self { $(TaskConfig::$Task(config) => {
                    let spec = match spec {
                        None => None,
                        Some(Spec::$Task(spec)) => Some(spec),
                        Some(_) => return Err(another_task()),
                    };
                    let Opened { spec, task } = config.open(seed, takes_missing, spec)?;
                    Ok(Opened { spec: Spec::$Task(spec), task })
                })* }
            }

            /// The task with a file that the network has not seen for its test part, and no other.
            pub(crate) fn test_on(
                &self,
                spec: &Spec,
                path: &Path,
                takes_missing: bool,
            ) -> Result<Box<dyn Task>> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => {
                        task.test_on(spec, path, takes_missing)
                    })*
                    _ => Err(another_task()),
                }
            }

            /// The network's two ends, without the data.
            ///
            /// # Errors
            ///
            /// As every question that needs a specification, if this is of another task.
            pub(crate) fn shape(&self, spec: &Spec) -> Result<NetShape> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => Ok(task.shape(spec)),)*
                    _ => Err(another_task()),
                }
            }

            /// What the network's two ends mean, for programs that run it without this one.
            pub(crate) fn meaning(&self, spec: &Spec) -> Result<Ends> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => Ok(task.meaning(spec)),)*
                    _ => Err(another_task()),
                }
            }

            /// A text as the network reads it.
            pub(crate) fn read_text(&self, spec: &Spec, text: &str, takes: Takes) -> Result<Reading> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => {
                        task.read_text(spec, text, takes)
                    })*
                    _ => Err(another_task()),
                }
            }

            /// What of a text the network does not read as it stands.
            pub(crate) fn unread(&self, spec: &Spec, text: &str) -> Result<Vec<String>> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => Ok(task.unread(spec, text)),)*
                    _ => Err(another_task()),
                }
            }

            /// A row of a file, counted from 0, as the network reads it.
            pub(crate) fn read_file(
                &self,
                spec: &Spec,
                path: &Path,
                row: usize,
                takes: Takes,
            ) -> Result<Reading> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => {
                        task.read_file(spec, path, row, takes)
                    })*
                    _ => Err(another_task()),
                }
            }

            /// What the network says of a text.
            pub(crate) fn predict_text(
                &self,
                spec: &Spec,
                at: AtWork<'_>,
                text: &str,
            ) -> Result<Prediction> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => {
                        task.predict_text(spec, at, text)
                    })*
                    _ => Err(another_task()),
                }
            }

            /// What the network says of a file.
            pub(crate) fn predict_file(
                &self,
                spec: &Spec,
                at: AtWork<'_>,
                path: &Path,
            ) -> Result<Predictions> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => {
                        task.predict_file(spec, at, path)
                    })*
                    _ => Err(another_task()),
                }
            }

            /// The kinds of files that the network predicts for in a folder.
            pub(crate) fn folder(&self) -> &'static [&'static str] {
                match self { $(TaskConfig::$Task(_) => super::$module::$Config::FOLDER,)* }
            }

            /// What the network says of a file of a folder.
            pub(crate) fn predict_member(
                &self,
                spec: &Spec,
                at: AtWork<'_>,
                path: &Path,
            ) -> Result<Predictions> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => {
                        task.predict_member(spec, at, path)
                    })*
                    _ => Err(another_task()),
                }
            }

            /// The network, given a file line by line as it comes.
            pub(crate) fn stream(&self, spec: &Spec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => task.stream(spec, at),)*
                    _ => Err(another_task()),
                }
            }

            /// A text that the network writes.
            pub(crate) fn sample(
                &self,
                spec: &Spec,
                at: AtWork<'_>,
                options: &SampleOptions,
            ) -> Result<String> {
                match (self, spec) {
                    $((TaskConfig::$Task(task), Spec::$Task(spec)) => {
                        task.sample(spec, at, options)
                    })*
                    _ => Err(another_task()),
                }
            }
        }

        impl Use {
            /// That of networks of a task, by the value of its `kind`.
            pub fn of(kind: &str) -> Use {
                match kind {
                    $($name => super::$module::$Config::USE,)*
                    _ => Use::Figures,
                }
            }
        }

        impl Spec {
            /// What a network knows that is fine-tuned from one with another specification; none if that is of another task.
            pub(crate) fn adopt(self, earlier: Spec) -> Option<Adopted> {
                match (self, earlier) {
                    $((Spec::$Task(own), Spec::$Task(earlier)) => {
                        let kind::Adopted { spec, kept, front, head } =
                            super::$module::$Config::adopt(own, earlier);
                        Some(Adopted { spec: Spec::$Task(spec), kept, front, head })
                    })*
                    _ => None,
                }
            }

            /// Reads the specification of a task, and checks that its numbers fit together.
            ///
            /// # Errors
            ///
            /// Names the key and what is wrong with it.
            pub(crate) fn read(bytes: &[u8], task: &TaskConfig) -> Result<Spec, String> {
                let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
                let kind = value["kind"].as_str().ok_or("`kind` is missing")?;
                let spec = match kind {
                    $($name => Spec::$Task(keys(&value)?),)*
                    other => return Err(format!("kind = {other:?} is no task")),
                };
                match (task, &spec) {
                    $((TaskConfig::$Task(_), Spec::$Task(spec)) => super::$module::$Config::check(spec)?,)*
                    _ => {
                        return Err(format!(
                            "kind = {kind:?} is another task than that of config.toml"
                        ));
                    }
                }
                Ok(spec)
            }
        }
    };
}

tasks! {
    /// The next character or word of a text.
    "language_model" => LanguageModel: language_model::LanguageModelConfig, language_model::LanguageSpec;
    /// The class of a text.
    "classify_text" => ClassifyText: classify_text::ClassifyTextConfig, classify_text::TextSpec;
    /// A tag for every word of a sentence.
    "tag" => Tag: tag::TagConfig, tag::TagSpec;
    /// A text of another.
    "transduce" => Transduce: transduce::TransduceConfig, transduce::TransduceSpec;
    /// What is said in a sound, written down.
    "transcribe" => Transcribe: transcribe::TranscribeConfig, transcribe::TranscribeSpec;
    /// The class of a series of numbers.
    "classify_series" => ClassifySeries: classify_series::ClassifySeriesConfig, classify_series::SeriesSpec;
    /// A number for a series of numbers.
    "regress_series" => RegressSeries: regress_series::RegressSeriesConfig, regress_series::RegressionSpec;
    /// The next values of a table's columns.
    "forecast" => Forecast: forecast::ForecastConfig, forecast::ForecastSpec;
    /// Windows of a table that are unlike those that were learned.
    "detect" => Detect: detect::DetectConfig, detect::DetectSpec;
    /// The sum of two marked numbers of a long series.
    "adding" => Adding: adding::AddingConfig, drawn::NoSpec;
    /// A row of symbols, repeated after a long pause.
    "copy" => Copy: copy::CopyConfig, drawn::NoSpec;
}

fn another_task() -> Error {
    Error::mend(
        "the run's data.json is of another task than its config.toml; restore both from the same run",
    )
}

#[cfg(test)]
mod tests;
