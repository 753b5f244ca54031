//! A run's directory: the one place that knows which file in it is called what.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Error, Result},
    files,
};

const FORMAT: u64 = 1;
const VERSION: &str = env!("CARGO_PKG_VERSION");
const MARK: &str = "run.json";

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

impl RunDir {
    /// Makes the directory of a new run: `out`, which must be absent or empty, or else `runs/NAME`,
    /// `runs/NAME-2`, ..., the first that is free.
    pub fn create(out: Option<&Path>, name: &str) -> Result<Self> {
        let path = match out {
            Some(out) => claim(out)?,
            None => claim_free(Path::new("runs"), name)?,
        };
        let mark = Mark {
            format: FORMAT,
            rekindle: VERSION.to_owned(),
        };
        let run = Self { path };
        files::write_atomic(&run.path.join(MARK), &json(&mark)?)?;
        Ok(run)
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

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The config with every default filled in.
    pub fn config(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// What inference must know of the data: vocabulary, scaling.
    pub fn data_spec(&self) -> PathBuf {
        self.path.join("data.json")
    }

    /// The metrics, one JSON object a line.
    pub fn metrics(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }

    /// The weights.
    pub fn weights(&self) -> PathBuf {
        self.path.join("model.safetensors")
    }

    /// The final figures.
    pub fn result(&self) -> PathBuf {
        self.path.join("result.json")
    }

    /// The page that shows the run.
    pub fn report(&self) -> PathBuf {
        self.path.join("report.html")
    }

    /// The directory of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
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

fn claim(out: &Path) -> Result<PathBuf> {
    let at = out.display();
    if out.join(MARK).exists() {
        return Err(Error::mend(format!(
            "{at} already holds a run; choose another --out, or continue it with --resume"
        )));
    }
    files::create_dir(out)?;
    let held = fs::read_dir(out)
        .and_then(|mut entries| entries.next().transpose())
        .map_err(|error| files::cannot_write("use", out, &error))?;
    match held {
        None => Ok(out.to_owned()),
        Some(held) => Err(Error::mend(format!(
            "{at} already holds {}, which is no run; choose another --out",
            held.file_name().display()
        ))),
    }
}

fn claim_free(parent: &Path, name: &str) -> Result<PathBuf> {
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
    // Creating and not asking first: of two runs started together, each gets its own.
    loop {
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(files::cannot_write("create the directory", &path, &error)),
        }
        path = parent.join(format!("{name}-{number}"));
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::fault(format!("cannot write this as JSON: {error}"))
}

#[cfg(test)]
mod tests;
