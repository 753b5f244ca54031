//! A file that a user has asked a command to write.
//!
//! What stands at its place is somebody's. So the place is looked at before the work: only a plain file is replaced,
//! and none that the command reads, or that a run goes by.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    files,
    run::directory,
};

/// A file to be written, or standard output: `-` and `/dev/stdout`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    argument: &'static str,
    named: PathBuf,
    /// The file itself, behind any links; none for standard output.
    real: Option<PathBuf>,
}

impl Output {
    /// The place that `argument`, an option such as `--output`, names. Links are followed, to the file that is written.
    ///
    /// # Errors
    ///
    /// If it cannot be written, is no plain file, or is a run's own.
    pub fn new(argument: &'static str, path: &Path) -> Result<Self> {
        let real = match is_standard(path) {
            true => None,
            false => Some(plain(argument, path)?),
        };
        let output = Output {
            argument,
            named: path.to_owned(),
            real,
        };
        if let Some(real) = &output.real {
            if let Some(run) = directory::holding(real) {
                let what = format!("belongs to the run {}", run.display());
                return Err(output.refused(&what));
            }
            writable(real).map_err(|error| output.failed(&error))?;
        }
        Ok(output)
    }

    /// The same, if it is none of the files that the command reads, under whatever name.
    ///
    /// # Errors
    ///
    /// Names the file that would be lost.
    pub fn apart_from<P: AsRef<Path>>(self, inputs: impl IntoIterator<Item = P>) -> Result<Self> {
        let Some(real) = &self.real else {
            return Ok(self);
        };
        let mut inputs = inputs.into_iter();
        match inputs.find(|input| is_same(real, input.as_ref())) {
            None => Ok(self),
            Some(input) => {
                let what = format!("is what this command reads ({})", input.as_ref().display());
                Err(self.refused(&what))
            }
        }
    }

    /// The same, if nothing stands there, or a file of which `ours` says that this program made it: for a name that
    /// the user has not given.
    ///
    /// # Errors
    ///
    /// If another file is there.
    pub fn replacing_only(self, ours: impl Fn(&[u8]) -> bool) -> Result<Self> {
        let Some(real) = &self.real else {
            return Ok(self);
        };
        let replaceable = match fs::read(real) {
            Ok(content) => ours(&content),
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        match replaceable {
            true => Ok(self),
            false => {
                let argument = self.argument;
                Err(Error::mend(format!(
                    "{} is there, and this program did not make it; choose another {argument}, or add --force to replace it",
                    self.named.display()
                )))
            }
        }
    }

    /// The place as it was named.
    pub fn path(&self) -> &Path {
        &self.named
    }

    /// Whether it is standard output.
    pub fn is_standard(&self) -> bool {
        self.real.is_none()
    }

    /// Writes the content, whole or not at all where it is a file.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, content: &[u8]) -> Result<()> {
        match &self.real {
            Some(real) => files::replace(real, content).map_err(|error| self.failed(&error)),
            None => {
                let mut out = io::stdout().lock();
                match out.write_all(content).and_then(|()| out.flush()) {
                    // Whoever read this has seen enough.
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                    Err(error) => Err(Error::fault(format!("cannot write the output: {error}"))),
                    Ok(()) => Ok(()),
                }
            }
        }
    }

    fn refused(&self, what: &str) -> Error {
        refused(self.argument, &self.named, what)
    }

    fn failed(&self, error: &io::Error) -> Error {
        failed(self.argument, &self.named, error)
    }
}

/// Whether a path stands for standard output.
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

fn refused(argument: &str, path: &Path, what: &str) -> Error {
    let path = path.display();
    Error::mend(format!("{path} {what}; choose another {argument}"))
}

fn failed(argument: &str, path: &Path, error: &io::Error) -> Error {
    let remedy = format!("choose a writable place with {argument}");
    files::failed("write", path, error, &remedy)
}

/// The file itself, behind any links, if it is a plain one or none yet.
fn plain(argument: &str, path: &Path) -> Result<PathBuf> {
    let named = path.as_os_str().as_encoded_bytes();
    let ends_in_separator = named
        .last()
        .is_some_and(|&b| std::path::is_separator(b.into()));
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let Some(name) = path.file_name().filter(|_| !ends_in_separator) else {
                return Err(refused(argument, path, "is no name of a file"));
            };
            let directory = files::directory_of(path).canonicalize();
            let directory = directory.map_err(|error| failed(argument, path, &error))?;
            Ok(directory.join(name))
        }
        Err(error) => Err(failed(argument, path, &error)),
        Ok(_) => {
            let Ok(kind) = fs::metadata(path) else {
                return Err(refused(argument, path, "is a link that leads nowhere"));
            };
            if kind.is_dir() {
                let file = path.join("FILE");
                let what = format!(
                    "is a directory; name a file in it, such as {}",
                    file.display()
                );
                return Err(Error::mend(format!("{} {what}", path.display())));
            }
            if !kind.is_file() {
                let what = "is a device or a pipe, where a file is written (- is standard output)";
                return Err(refused(argument, path, what));
            }
            path.canonicalize()
                .map_err(|error| failed(argument, path, &error))
        }
    }
}

/// Tries what writing will do, and leaves everything as it is.
fn writable(real: &Path) -> io::Result<()> {
    if real.exists() {
        // One that its owner has locked against writing stays as it is.
        OpenOptions::new().write(true).open(real)?;
    }
    files::unfinished(files::directory_of(real))?.close()
}

/// Whether two paths lead to one file, by links of either kind.
pub(crate) fn is_same(real: &Path, other: &Path) -> bool {
    if other.canonicalize().is_ok_and(|other| other == real) {
        return true;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |path| fs::metadata(path).map(|file| (file.dev(), file.ino()));
        if let (Ok(real), Ok(other)) = (place(real), place(other)) {
            return real == other;
        }
    }
    false
}

#[cfg(test)]
mod tests;
