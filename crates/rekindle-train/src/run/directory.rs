//! A run's directory: the one place that knows which file in it is called what.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    error::{Error, Result},
    files,
    run::{
        checkpoint,
        entry::damaged,
        lock::{self, Lock},
    },
};

const FORMAT: u64 = 1;
const VERSION: &str = env!("CARGO_PKG_VERSION");
pub(crate) const MARK: &str = "run.json";

/// What marks a directory as a run, and tells who can read it.
#[derive(Serialize, Deserialize)]
struct Mark {
    format: u64,
    rekindle: String,
}

/// The directory of one run.
#[derive(Debug, Clone)]
pub struct RunDir {
    path: PathBuf,
}

/// What a run begins with, beside the mark: the names of files, and their content.
pub(crate) type Beginning = [(&'static str, Vec<u8>)];

impl RunDir {
    pub(crate) const CONFIG: &str = "config.toml";
    pub(crate) const DATA_SPEC: &str = "data.json";
    pub(crate) const MANIFEST: &str = "manifest.json";
    pub(crate) const WEIGHTS: &str = "model.safetensors";
    pub(crate) const START: &str = "start.safetensors";
    pub(crate) const METRICS: &str = "metrics.jsonl";
    const METRICS_TABLE: &str = "metrics.csv";
    const TENSORBOARD: &str = "tensorboard";
    pub(crate) const RESULT: &str = "result.json";
    /// Of a model of the zoo: what there is to say of it.
    pub(crate) const CARD: &str = "card.toml";
    /// Of a model of the zoo: the checksums of its files.
    pub(crate) const SUMS: &str = "SHA256SUMS";
    const REPORT: &str = "report.html";
    const CHECKPOINTS: &str = "checkpoints";
    const NAMES: [&str; 15] = [
        MARK,
        lock::NAME,
        Self::CONFIG,
        Self::DATA_SPEC,
        Self::MANIFEST,
        Self::METRICS,
        Self::METRICS_TABLE,
        Self::TENSORBOARD,
        Self::WEIGHTS,
        Self::START,
        Self::RESULT,
        Self::REPORT,
        Self::CHECKPOINTS,
        Self::CARD,
        Self::SUMS,
    ];

    /// Makes the directory of a new run, and locks it: `out`, which must be absent or empty, or else `runs/NAME`,
    /// `runs/NAME-2`, ..., the first that is free.
    ///
    /// The directory appears whole. Where `out` is there and empty it is filled, and a kill in between leaves a
    /// run that has not [begun](RunDir::has_begun).
    pub(crate) fn create(
        out: Option<&Path>,
        name: &str,
        beginning: &Beginning,
    ) -> Result<(Self, Lock)> {
        let path = match out {
            Some(out) if is_vacant(out)? => {
                let run = Self {
                    path: out.to_owned(),
                };
                let lock = Lock::of(run.path())?;
                run.clear()?;
                run.begin(beginning)?;
                return Ok((run, lock));
            }
            Some(out) => {
                let parent = files::directory_of(out);
                files::create_dir(parent)?;
                let moved = made(parent, beginning).and_then(|new| move_to(new, out));
                moved.map_err(|error| not_moved(out, &error))?;
                out.to_owned()
            }
            None => first_free(Path::new("runs"), name, beginning)?,
        };
        let run = Self { path };
        let lock = Lock::of(run.path())?;
        Ok((run, lock))
    }

    /// Removes what a kill has left of files that were being written; the lock is held.
    pub(crate) fn clear(&self) -> Result<()> {
        let path = self.path();
        files::clear(path).map_err(|error| files::cannot_write("clear", path, &error))
    }

    /// Writes what a run begins with into its directory, the mark first and the manifest last.
    pub(crate) fn begin(&self, beginning: &Beginning) -> Result<()> {
        files::write_atomic(&self.path.join(MARK), &mark()?)?;
        for (name, content) in beginning {
            files::write_atomic(&self.path.join(name), content)?;
        }
        Ok(())
    }

    /// Whether there is all that a run begins with; a kill may have come before.
    ///
    /// # Errors
    ///
    /// If a part of it is missing and yet there is what is written later, or if a finished run has neither its weights
    /// nor a checkpoint to write them again from.
    pub(crate) fn has_begun(&self) -> Result<bool> {
        let checkpoint = checkpoint::latest(&self.checkpoints())?;
        let parts = [self.manifest(), self.config(), self.data_spec()];
        let later = [self.result(), self.weights()].into_iter();
        let lost = checkpoint.is_none() && self.is_without_weights();
        let mut later = later.chain(checkpoint).chain([self.manifest()]);
        let Some(later) = later.find(|path| path.exists()) else {
            return Ok(false);
        };
        match parts.iter().find(|path| !path.exists()) {
            None if lost => Err(damaged(
                &self.weights(),
                "it is missing, and there is no checkpoint to write it again from",
            )),
            None => Ok(true),
            Some(missing) => {
                let later = later.strip_prefix(&self.path).unwrap_or(&later);
                let what = format!("it is missing, and yet there is {}", later.display());
                Err(damaged(missing, &what))
            }
        }
    }

    /// Whether it was trained to its end.
    pub(crate) fn is_finished(&self) -> bool {
        self.result().exists()
    }

    /// Whether it was trained to its end, and has lost the weights that it kept.
    pub(crate) fn is_without_weights(&self) -> bool {
        self.is_finished() && !self.weights().exists()
    }

    /// Makes a finished run one that is gone on with: its weights stay, its figures and its page are written again.
    pub(crate) fn reopen(&self) -> Result<()> {
        for path in [self.result(), self.report()] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(files::cannot_write("remove", &path, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Opens the directory of a run that this version can read.
    pub fn open(path: &Path) -> Result<Self> {
        let at = path.display();
        let mark = path.join(MARK);
        if !mark.is_file() {
            return Err(Error::mend(format!(
                "{at} is not a run directory (no {MARK}); a run is what `rekindle train` writes, e.g. runs/quickstart"
            )));
        }
        let mark: Mark = serde_json::from_slice(&files::read(&mark)?).map_err(|error| {
            Error::mend(format!(
                "{at}/{MARK} is damaged ({error}); a run of this version holds {{\"format\": {FORMAT}, \"rekindle\": \"{VERSION}\"}} there"
            ))
        })?;
        if mark.format != FORMAT {
            return Err(Error::mend(format!(
                "{at} has run format {}, written by rekindle {writer}; this is rekindle {VERSION}, which reads format {FORMAT}: use rekindle {writer} for this run",
                mark.format,
                writer = mark.rekindle
            )));
        }
        let path = path.to_owned();
        Ok(Self { path })
    }

    /// Whether it is a model of the zoo, into which nothing is written.
    pub(crate) fn is_in_zoo(&self) -> bool {
        self.path.join(Self::CARD).is_file()
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// When it was created.
    pub(crate) fn created(&self) -> Option<SystemTime> {
        let mark = fs::metadata(self.path.join(MARK));
        mark.and_then(|mark| mark.modified()).ok()
    }

    /// The config with every default filled in.
    pub fn config(&self) -> PathBuf {
        self.path.join(Self::CONFIG)
    }

    /// What inference must know of the data: vocabulary, scaling.
    pub fn data_spec(&self) -> PathBuf {
        self.path.join(Self::DATA_SPEC)
    }

    /// The sizes and checksums of the files that inference goes by, and of the data.
    pub fn manifest(&self) -> PathBuf {
        self.path.join(Self::MANIFEST)
    }

    /// The metrics, one JSON object a line.
    pub fn metrics(&self) -> PathBuf {
        self.path.join(Self::METRICS)
    }

    /// The metrics as a table, where the config asks for it.
    pub(crate) fn metrics_table(&self) -> PathBuf {
        self.path.join(Self::METRICS_TABLE)
    }

    /// The directory of the metrics as TensorBoard reads them, where the config asks for it.
    pub(crate) fn tensorboard(&self) -> PathBuf {
        self.path.join(Self::TENSORBOARD)
    }

    /// The weights.
    pub fn weights(&self) -> PathBuf {
        self.path.join(Self::WEIGHTS)
    }

    /// The weights that a fine-tuned run began with.
    pub(crate) fn start(&self) -> PathBuf {
        self.path.join(Self::START)
    }

    /// The final figures.
    pub fn result(&self) -> PathBuf {
        self.path.join(Self::RESULT)
    }

    /// The page that shows the run.
    pub fn report(&self) -> PathBuf {
        self.path.join(Self::REPORT)
    }

    /// The directory of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join(Self::CHECKPOINTS)
    }

    /// Appends one line to the metrics.
    pub fn log(&self, record: &impl Serialize) -> Result<()> {
        let line = serde_json::to_string(record).map_err(|error| not_json(&error))?;
        files::append_line(&self.metrics(), &line)
    }

    /// Drops the metrics of steps after `after_step`, which a run resumed there writes again, and a
    /// last line that was half written when the run was killed.
    pub fn truncate_metrics(&self, after_step: u64) -> Result<()> {
        let path = self.metrics();
        if !path.exists() {
            return Ok(());
        }
        let content = files::read(&path)?;
        let mut kept = Vec::with_capacity(content.len());
        let mut lines = content
            .split_inclusive(|&byte| byte == b'\n')
            .enumerate()
            .peekable();
        while let Some((index, line)) = lines.next() {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            match serde_json::from_slice::<Value>(line) {
                Ok(record)
                    if record["step"]
                        .as_u64()
                        .is_some_and(|step| step > after_step) => {}
                Ok(_) => {
                    kept.extend_from_slice(line);
                    kept.push(b'\n');
                }
                Err(_) if lines.peek().is_none() => {}
                Err(error) => {
                    return Err(Error::mend(format!(
                        "{}: line {} is no JSON object ({error}); remove that line and resume again",
                        path.display(),
                        index + 1
                    )));
                }
            }
        }
        files::write_atomic(&path, &kept)
    }
}

/// The run that goes by a file of this path, whether it is there or not.
pub(crate) fn holding(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|directory| {
        let below = path.strip_prefix(directory).ok();
        let name = below.and_then(|below| below.components().next());
        let own = |name: &str| RunDir::NAMES.contains(&name);
        name.and_then(|name| name.as_os_str().to_str())
            .is_some_and(own)
            && directory.join(MARK).is_file()
    })
}

/// Whether a directory is there and can take a run: it holds nothing but what a kill has left.
///
/// # Errors
///
/// If it holds anything else, or belongs to another run.
pub(crate) fn is_vacant(out: &Path) -> Result<bool> {
    let at = out.display();
    if out.join(MARK).exists() {
        return Err(Error::mend(format!(
            "{at} already holds a run; choose another --out, or continue it with --resume"
        )));
    }
    let whole = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    if let Some(run) = holding(&whole) {
        return Err(Error::mend(format!(
            "{at} belongs to the run {}; choose another --out",
            run.display()
        )));
    }
    let entries = match fs::read_dir(out) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        entries => entries.and_then(Iterator::collect::<io::Result<Vec<_>>>),
    };
    let entries = entries.map_err(|error| files::cannot_write("use", out, &error))?;
    let names = entries.into_iter().map(|entry| entry.file_name());
    let mut held = names.filter(|name| name != lock::NAME && !files::is_unfinished(name));
    match held.next() {
        None => Ok(true),
        Some(held) => Err(Error::mend(format!(
            "{at} already holds {}, which is no run; choose another --out",
            held.display()
        ))),
    }
}

/// A run's directory beside its place.
fn made(parent: &Path, beginning: &Beginning) -> io::Result<TempDir> {
    let new = files::named(0o777).tempdir_in(parent)?;
    let mark = mark().map_err(io::Error::other)?;
    for (name, content) in beginning
        .iter()
        .map(|(n, c)| (*n, c))
        .chain([(MARK, &mark)])
    {
        files::write_synced(&new.path().join(name), content)?;
    }
    files::sync_dir(new.path())?;
    Ok(new)
}

/// Gives a directory its name, if nothing has it.
fn move_to(new: TempDir, path: &Path) -> io::Result<()> {
    fs::rename(new.path(), path)?;
    let _moved = new.keep();
    files::sync_dir(files::directory_of(path))
}

/// Why a run's directory could not be moved to its place.
fn not_moved(out: &Path, error: &io::Error) -> Error {
    // Another run may have taken it since it was found to be free.
    let taken = is_vacant(out).err();
    taken.unwrap_or_else(|| files::cannot_write("create the directory", out, error))
}

fn first_free(parent: &Path, name: &str, beginning: &Beginning) -> Result<PathBuf> {
    let mut parts = Path::new(name).components();
    let plain = matches!(parts.next(), Some(std::path::Component::Normal(part)) if part == name);
    if !plain {
        return Err(Error::mend(format!(
            "`{name}` cannot name a run: a name without `/` is needed, or give the directory with --out"
        )));
    }
    files::create_dir(parent)?;
    let mut path = parent.join(name);
    let mut number = 1_u64;
    // Moving and not asking alone: of two runs started together, each gets its own.
    loop {
        let moved = match path.symlink_metadata() {
            Ok(_) => Err(ErrorKind::AlreadyExists.into()),
            Err(_) => made(parent, beginning).and_then(|new| move_to(new, &path)),
        };
        match moved {
            Ok(()) => return Ok(path),
            Err(error) if is_taken(&error) => number += 1,
            Err(error) => return Err(files::cannot_write("create the directory", &path, &error)),
        }
        path = parent.join(format!("{name}-{number}"));
    }
}

/// Whether a directory could not be moved for what has the name already.
fn is_taken(error: &io::Error) -> bool {
    use ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotADirectory};
    matches!(
        error.kind(),
        AlreadyExists | DirectoryNotEmpty | NotADirectory
    )
}

fn mark() -> Result<Vec<u8>> {
    json(&Mark {
        format: FORMAT,
        rekindle: VERSION.to_owned(),
    })
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::fault(format!("cannot write this as JSON: {error}"))
}

#[cfg(test)]
mod tests;
