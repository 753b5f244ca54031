//! One process a run: two would write over each other's checkpoints.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read, Seek, Write},
    path::Path,
    process,
};

use crate::{
    error::{Error, Result},
    files,
};

pub(crate) const NAME: &str = "run.lock";

/// What a process holds while it trains a run. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a run's directory.
    ///
    /// # Errors
    ///
    /// If another process holds it, which is named by its number.
    pub(crate) fn of(directory: &Path) -> Result<Self> {
        let path = directory.join(NAME);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = opened.map_err(|error| unlocked("write", &path, &error))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let mut number = String::new();
                // Where the lock keeps readers out as well, there is no number.
                let _ = file.read_to_string(&mut number);
                return Err(Error::mend(format!(
                    "{} is being trained by process {}; wait for it, or stop it first",
                    directory.display(),
                    number.trim()
                )));
            }
            // A file system without locks has no second process to speak of either.
            Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => {
                return Err(unlocked("lock", &path, &error));
            }
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        sign(&mut file).map_err(|error| unlocked("write", &path, &error))?;
        Ok(Lock { _file: file })
    }
}

/// The error for a directory that a run cannot be trained in.
fn unlocked(action: &str, path: &Path, error: &io::Error) -> Error {
    let remedy = "a run is trained where it lies; make its directory writable, or copy it to a place that is";
    files::failed(action, path, error, remedy)
}

/// Writes down which process holds the lock.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", process::id())
}
