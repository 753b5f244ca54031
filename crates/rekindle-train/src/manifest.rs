//! What was written, to be known again: sizes and checksums.

use std::{
    fs,
    path::{Component, Path},
};

use serde::{Deserialize, Serialize};

use crate::{
    data::fingerprint::Fingerprint,
    error::{Error, Result},
    files,
    run::RunDir,
};

/// A file as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) name: String,
    bytes: u64,
    crc32: u32,
}

impl Entry {
    pub(crate) fn of(name: &str, content: &[u8]) -> Self {
        Entry {
            name: name.to_owned(),
            bytes: content.len() as u64,
            crc32: crc32fast::hash(content),
        }
    }

    /// The content of the file in a directory; what is wrong, if it is not what was written.
    pub(crate) fn read(&self, directory: &Path) -> Result<Vec<u8>, String> {
        let Entry { name, bytes, crc32 } = self;
        if !is_plain(name) {
            return Err(format!(
                "the manifest names `{name}`, which is no file of it"
            ));
        }
        let path = directory.join(name);
        let failed = |error| format!("{name} cannot be read ({error})");
        // Before it is read: what has grown may be larger than the memory.
        let found = fs::metadata(&path).map_err(failed)?;
        if !found.is_file() || found.len() != *bytes {
            return Err(format!(
                "{name} holds {} bytes, where {bytes} were written",
                found.len()
            ));
        }
        let content = fs::read(path).map_err(failed)?;
        match crc32fast::hash(&content) == *crc32 {
            true => Ok(content),
            false => Err(format!(
                "{name} has another checksum than when it was written"
            )),
        }
    }
}

/// Whether a name stays inside its directory.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let single = matches!(parts.next(), Some(Component::Normal(part)) if part == name);
    single && parts.next().is_none()
}

/// The manifest of a run: its files that inference goes by, and the data that it was trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    files: Vec<Entry>,
    /// The data files, in the order in which the task names them.
    pub(crate) data: Vec<Fingerprint>,
}

impl Manifest {
    /// The manifest of a run that has just begun.
    pub(crate) fn new(spec: &[u8], data: Vec<Fingerprint>) -> Self {
        let spec = Entry::of(RunDir::DATA_SPEC, spec);
        Manifest {
            files: vec![spec],
            data,
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

/// The error for a file of a run that is not as training wrote it.
pub(crate) fn damaged(path: &Path, what: &str) -> Error {
    Error::mend(format!(
        "{} is damaged: {what}; restore it as training wrote it, or train anew with another --out",
        path.display()
    ))
}
