//! A file as it was written, to be known again by its size and its checksum.

use std::{
    fs,
    path::{Component, Path},
};

use serde::{Deserialize, Serialize};

use crate::error::Error;

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

/// The error for a file of a run that is not as training wrote it.
pub(crate) fn damaged(path: &Path, what: &str) -> Error {
    Error::mend(format!(
        "{} is damaged: {what}; restore it as training wrote it, or train anew with another --out",
        path.display()
    ))
}
