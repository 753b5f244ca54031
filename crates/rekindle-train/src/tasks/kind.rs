//! A kind of task: everything that the rest of the program asks of one.

use super::{
    at_work::AtWork,
    given::Takes,
    lines::Lines,
    prediction::{Prediction, Predictions, SampleOptions},
    task::Task,
};
use crate::{
    data::{file::DataFile, reading::Reading},
    error::{Error, Result},
    memory::Batch,
    model::{config::ModelConfig, shape::NetShape, written::Ends},
};
use rekindle::Invalid;
use std::path::Path;

/// A task with its data in memory, and what inference must know of them.
pub struct Opened<S> {
    /// What inference must know of the data, stored beside the weights.
    pub spec: S,
    /// The task.
    pub task: Box<dyn Task>,
}

/// What a fine-tuned network knows of its data, and what of it means the same as in the network that it begins as.
pub(crate) struct Adopted<S> {
    /// What it knows.
    pub(crate) spec: S,
    /// What of it is the earlier run's, in words; none where nothing is.
    pub(crate) kept: Option<&'static str>,
    /// Whether the symbols or the columns that it reads are the same.
    pub(crate) front: bool,
    /// Whether the classes or the targets are the same.
    pub(crate) head: bool,
}

impl<S> Adopted<S> {
    /// Nothing: the earlier run's data are of another sort.
    pub(crate) fn nothing(own: S) -> Self {
        Adopted {
            spec: own,
            kept: None,
            front: false,
            head: false,
        }
    }
}

/// What a trained network is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It writes text.
    Writing,
    /// It says something of a text.
    Texts,
    /// It says something of a file.
    Files,
    /// Its figures are all that one wants of it.
    Figures,
}

/// A kind of task, by the keys of its table `[task]`. What a task does not do has a default that says so.
pub(crate) trait Kind {
    /// What inference must know of the training data, stored beside the weights.
    type Spec;

    /// What a trained network is there for.
    const USE: Use = Use::Figures;

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    fn validate(&self, model: &ModelConfig) -> Result<(), Invalid>;

    /// The files that the task reads; an empty path is none.
    fn files(&mut self) -> Vec<&mut DataFile> {
        Vec::new()
    }

    /// The key of the share that validates, and its value; none where data are drawn for it.
    fn valid(&self) -> Option<(&'static str, f64)> {
        None
    }

    /// The share that would test, where it is not the usual one though there is a file to test on.
    fn idle_test_share(&self) -> Option<f64> {
        None
    }

    /// Whether the rows of an update have lengths of their own.
    const HAS_LENGTHS: bool = false;

    /// Why what is wanted cannot be smoothed; nothing where it can, as classes and symbols can.
    fn unsmoothed(&self) -> Option<&'static str> {
        Some("what is wanted is neither a class nor a symbol")
    }

    /// Whether its training data have no end.
    fn is_endless(&self) -> bool {
        false
    }

    /// What makes the longest rows shorter, where there is such a key.
    fn shorter(&self) -> Option<&'static str> {
        None
    }

    /// The network's two ends as narrow as any data makes them, and the least that goes through it at once in updates of
    /// so many rows.
    fn least(&self, rows: usize) -> (NetShape, Batch);

    /// Reads the task's data, of which values may be missing if the cell takes that. With the specification of an
    /// earlier run, symbols, classes and scales are those of that run.
    ///
    /// # Errors
    ///
    /// If a file is missing or cannot be understood, or does not fit the specification.
    fn open(
        &self,
        seed: u64,
        takes_missing: bool,
        spec: Option<Self::Spec>,
    ) -> Result<Opened<Self::Spec>>;

    /// The task with a file that the network has not seen for its test part, and no other: what it holds is as the
    /// specification says.
    ///
    /// # Errors
    ///
    /// If the task has no files, or this one cannot be read, does not fit the specification or says not what is right.
    fn test_on(
        &self,
        spec: &Self::Spec,
        path: &Path,
        takes_missing: bool,
    ) -> Result<Box<dyn Task>> {
        let _ = (spec, path, takes_missing);
        Err(Error::mend(
            "this run's task draws its data, and reads no file; `rekindle eval` without --input judges it on rows that nobody trained on",
        ))
    }

    /// What a network knows of its data that is fine-tuned from one of an earlier run: `own` is what it would know without.
    fn adopt(own: Self::Spec, earlier: Self::Spec) -> Adopted<Self::Spec> {
        let _ = earlier;
        Adopted {
            spec: own,
            kept: None,
            front: true,
            head: true,
        }
    }

    /// Checks that the numbers of a stored specification fit together.
    ///
    /// # Errors
    ///
    /// Names the key and what is wrong with it.
    fn check(spec: &Self::Spec) -> Result<(), String> {
        let _ = spec;
        Ok(())
    }

    /// The network's two ends, without the data.
    fn shape(&self, spec: &Self::Spec) -> NetShape;

    /// What the two ends mean, for programs that run the network without this one.
    fn meaning(&self, spec: &Self::Spec) -> Ends;

    /// A text as the network reads it.
    ///
    /// # Errors
    ///
    /// If the task reads no text, or this one does not fit it.
    fn read_text(&self, spec: &Self::Spec, text: &str, takes: Takes) -> Result<Reading> {
        let _ = (spec, text, takes);
        Err(Error::mend(
            "this run reads numbers, not a text; give it a file with --input, or neither for a row of its own data",
        ))
    }

    /// What of a text the network does not read as it stands: symbols that it does not know, and what is cut off.
    fn unread(&self, spec: &Self::Spec, text: &str) -> Vec<String> {
        let _ = (spec, text);
        Vec::new()
    }

    /// A row of a file, counted from 0, as the network reads it.
    ///
    /// # Errors
    ///
    /// If the file is empty, has no such row, or does not fit the task.
    fn read_file(
        &self,
        spec: &Self::Spec,
        path: &Path,
        row: usize,
        takes: Takes,
    ) -> Result<Reading>;

    /// What the network says of a text.
    ///
    /// # Errors
    ///
    /// If the task predicts nothing for a text.
    fn predict_text(&self, spec: &Self::Spec, at: AtWork<'_>, text: &str) -> Result<Prediction> {
        let _ = (spec, at, text);
        Err(Error::mend(
            "only a run that says something of texts takes --text; give this run a file with --input, or, where it is a language model, \
             have it go on from a text by `rekindle sample --prompt`",
        ))
    }

    /// What the network says of a file.
    ///
    /// # Errors
    ///
    /// If the task predicts nothing for a file, or this one does not fit it.
    fn predict_file(&self, spec: &Self::Spec, at: AtWork<'_>, path: &Path) -> Result<Predictions> {
        let _ = (spec, at, path);
        Err(Error::mend(
            "this run's task predicts nothing for a file; a language model writes with `rekindle sample`",
        ))
    }

    /// The kinds of files that it predicts for in a folder.
    const FOLDER: &[&str] = &[];

    /// What the network says of a file of a folder.
    ///
    /// # Errors
    ///
    /// As of a file by itself.
    fn predict_member(
        &self,
        spec: &Self::Spec,
        at: AtWork<'_>,
        path: &Path,
    ) -> Result<Predictions> {
        self.predict_file(spec, at, path)
    }

    /// The network, given a file line by line as it comes.
    ///
    /// # Errors
    ///
    /// If the task reads no file, or what the network gives for a step follows from later ones.
    fn stream(&self, spec: &Self::Spec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        let _ = (spec, at);
        Err(Error::mend(
            "this run's task draws its data, and there is nothing to stream to it; `rekindle eval` has its figures",
        ))
    }

    /// A text that the network writes.
    ///
    /// # Errors
    ///
    /// If the task writes none, or an option is out of range.
    fn sample(&self, spec: &Self::Spec, at: AtWork<'_>, options: &SampleOptions) -> Result<String> {
        let _ = (spec, at, options);
        Err(Error::mend(
            "only a language model writes samples; this run is of another task: try `rekindle predict`",
        ))
    }
}
