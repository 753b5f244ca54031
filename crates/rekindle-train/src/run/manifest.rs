//! The manifest of a run: sizes and checksums of its files and of the data.

use serde::{Deserialize, Serialize};

use super::{
    directory::RunDir,
    entry::{Entry, damaged},
};
use crate::{
    data::fingerprint::Fingerprint,
    error::{Error, Result},
    files,
};

/// The manifest of a run: its files that inference goes by, and the data that it was trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    files: Vec<Entry>,
    /// The data files, in the order in which the task names them.
    pub(crate) data: Vec<Fingerprint>,
    /// What was said of the weights that a fine-tuned run began with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) origin: Vec<String>,
}

impl Manifest {
    /// The manifest of a run that has just begun.
    pub(crate) fn new(spec: &[u8], data: Vec<Fingerprint>) -> Self {
        let spec = Entry::of(RunDir::DATA_SPEC, spec);
        Manifest {
            files: vec![spec],
            data,
            origin: Vec::new(),
        }
    }

    /// Reads the manifest of a run.
    ///
    /// # Errors
    ///
    /// If it is not there or damaged.
    pub(crate) fn read(run: &RunDir) -> Result<Self> {
        let path = run.manifest();
        serde_json::from_slice(&files::read(&path)?)
            .map_err(|error| damaged(&path, &error.to_string()))
    }

    /// Writes it into a run.
    pub(crate) fn write(&self, run: &RunDir) -> Result<()> {
        files::write_atomic(&run.manifest(), &self.to_bytes()?)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self)
            .map_err(|error| Error::fault(format!("a manifest cannot be written as JSON: {error}")))
    }

    /// Takes down a file as it is about to be written.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        self.files.retain(|entry| entry.name != name);
        self.files.push(Entry::of(name, content));
    }

    /// The content of a file of the run, as it was written; none if none was, or it is not there.
    ///
    /// # Errors
    ///
    /// If it is not as it was written.
    pub(crate) fn content(&self, run: &RunDir, name: &str) -> Result<Option<Vec<u8>>> {
        let path = run.path().join(name);
        let entry = self.files.iter().find(|entry| entry.name == name);
        let content = entry
            .filter(|_| path.exists())
            .map(|entry| entry.read(run.path()));
        content.transpose().map_err(|what| damaged(&path, &what))
    }
}
