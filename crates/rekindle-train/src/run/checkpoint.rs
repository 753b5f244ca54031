//! Checkpoints: directories of named blobs, each of which exists whole or not at all.
//!
//! ```text
//! checkpoints/step-00000123/manifest.json      {format, step, files: [{name, bytes, crc32}]}
//!                           model ...          the blobs
//! checkpoints/.step-00000123.tmp/              being written or removed; the next save or resume clears it away
//! checkpoints/step-00000123.replaced/          a moment's stand-in while its namesake is written anew
//! ```

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Error, Result},
    files,
    run::entry::{Entry, is_plain},
};

const FORMAT: u64 = 1;
const MANIFEST: &str = "manifest.json";

/// The content of one checkpoint, found undamaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// The number of steps taken when it was saved.
    pub(crate) step: u64,
    /// The blobs by name.
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u64,
    step: u64,
    files: Vec<Entry>,
}

/// Saves a checkpoint below `dir`, then removes all but the newest `keep` (one at least).
///
/// A kill at any moment leaves the newest checkpoint before or the new one, complete.
pub(crate) fn save(
    dir: &Path,
    step: u64,
    blobs: &[(&str, Vec<u8>)],
    keep: usize,
) -> Result<PathBuf> {
    for (index, (name, _)) in blobs.iter().enumerate() {
        let twice = blobs[..index].iter().any(|(other, _)| other == name);
        if twice || !plain(name) {
            return Err(Error::fault(format!(
                "`{name}` cannot name a blob of a checkpoint: a file name, each once, is needed"
            )));
        }
    }
    let path = dir.join(format!("step-{step:08}"));
    files::create_dir(dir)?;
    write(dir, &path, step, blobs)
        .and_then(|()| prune(dir, &path, keep))
        .map_err(|error| files::cannot_write("save the checkpoint", &path, &error))?;
    Ok(path)
}

/// The newest complete checkpoint below `dir`, if there is one.
pub(crate) fn latest(dir: &Path) -> Result<Option<PathBuf>> {
    let listed = list(dir).map_err(|error| {
        Error::mend(format!(
            "cannot read {}: {error}; a run's checkpoints are a directory there",
            dir.display()
        ))
    })?;
    Ok(listed.into_iter().next_back().map(|(_, path)| path))
}

/// Removes what a kill has left below `dir` beside the checkpoints, and all but the newest `keep` of these, as the save
/// that was interrupted would have done.
pub(crate) fn tidy(dir: &Path, newest: &Path, keep: usize) -> Result<()> {
    clear(dir)
        .and_then(|()| prune(dir, newest, keep))
        .map_err(|error| files::cannot_write("clear", dir, &error))
}

/// The updates behind a checkpoint, by its name.
pub(crate) fn step(path: &Path) -> Option<u64> {
    numbered(path).map(|(step, _)| step)
}

/// When a checkpoint was written.
pub(crate) fn written(path: &Path) -> Option<SystemTime> {
    fs::metadata(path.join(MANIFEST))
        .and_then(|file| file.modified())
        .ok()
}

/// Reads a checkpoint and checks every byte of it against the manifest.
pub(crate) fn load(path: &Path) -> Result<Checkpoint> {
    let manifest = files::read(&path.join(MANIFEST))
        .map_err(|error| damaged(path, &format!("{MANIFEST} cannot be read ({error})")))?;
    let manifest: Value = serde_json::from_slice(&manifest)
        .map_err(|error| damaged(path, &format!("{MANIFEST} is not as written ({error})")))?;
    // Before its fields: another format may have others.
    let format = &manifest["format"];
    if format.as_u64().is_some_and(|format| format != FORMAT) {
        return Err(Error::mend(format!(
            "{} has checkpoint format {format}; this program reads format {FORMAT}: resume with the version that wrote it",
            path.display()
        )));
    }
    let manifest: Manifest = serde_json::from_value(manifest)
        .map_err(|error| damaged(path, &format!("{MANIFEST} is not as written ({error})")))?;
    let mut blobs = BTreeMap::new();
    for entry in manifest.files {
        let blob = entry.read(path).map_err(|what| damaged(path, &what))?;
        blobs.insert(entry.name, blob);
    }
    let step = manifest.step;
    Ok(Checkpoint { step, blobs })
}

/// Removes what was being written or removed.
fn clear(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(".step-") && name.ends_with(".tmp") {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn write(dir: &Path, path: &Path, step: u64, blobs: &[(&str, Vec<u8>)]) -> io::Result<()> {
    clear(dir)?;
    let unfinished = hidden(path);
    fs::create_dir(&unfinished)?;
    let mut manifest = Manifest {
        format: FORMAT,
        step,
        files: Vec::new(),
    };
    for (name, blob) in blobs {
        files::write_synced(&unfinished.join(name), blob)?;
        manifest.files.push(Entry::of(name, blob));
    }
    files::write_synced(
        &unfinished.join(MANIFEST),
        &serde_json::to_vec_pretty(&manifest)?,
    )?;
    files::sync_dir(&unfinished)?;
    let aside = path.with_extension("replaced");
    if path.exists() {
        // A full directory cannot be renamed over. Moved aside the old one stays in `list`, so that no
        // moment is without a complete checkpoint.
        if aside.exists() {
            discard(&aside)?;
        }
        fs::rename(path, &aside)?;
    }
    fs::rename(&unfinished, path)?;
    files::sync_dir(dir)?;
    if aside.exists() {
        discard(&aside)?;
    }
    Ok(())
}

fn prune(dir: &Path, saved: &Path, keep: usize) -> io::Result<()> {
    let (aside, others): (Vec<_>, Vec<_>) = list(dir)?
        .into_iter()
        .map(|(_, path)| path)
        .filter(|path| path != saved)
        .partition(|path| path.extension().is_some());
    let surplus = (others.len() + 1).saturating_sub(keep.max(1));
    for path in aside.iter().chain(&others[..surplus]) {
        discard(path)?;
    }
    Ok(())
}

/// Removes a checkpoint. The rename comes first, so that none is ever seen half removed.
fn discard(path: &Path) -> io::Result<()> {
    let removed = hidden(path);
    fs::rename(path, &removed)?;
    fs::remove_dir_all(removed)
}

fn hidden(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

/// The checkpoints below `dir` that have a manifest, the newest last.
fn list(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some((step, own)) = numbered(&path)
            && path.join(MANIFEST).is_file()
        {
            found.push((step, own, path));
        }
    }
    found.sort();
    Ok(found
        .into_iter()
        .map(|(step, _, path)| (step, path))
        .collect())
}

/// The step in a checkpoint's name, and whether it is no stand-in.
fn numbered(path: &Path) -> Option<(u64, bool)> {
    let name = path.file_name()?.to_str()?.strip_prefix("step-")?;
    let replaced = name.strip_suffix(".replaced");
    let step = replaced.unwrap_or(name).parse().ok()?;
    Some((step, replaced.is_none()))
}

/// Whether a blob's name stays inside the checkpoint and leaves the manifest alone.
fn plain(name: &str) -> bool {
    is_plain(name) && name != MANIFEST
}

fn damaged(path: &Path, what: &str) -> Error {
    let older = path.parent().and_then(|dir| {
        let (own, _) = numbered(path)?;
        let listed = list(dir).ok()?;
        listed.into_iter().rfind(|(step, _)| *step < own)
    });
    let path = path.display();
    let remedy = match older {
        Some((_, older)) => format!(
            "an older checkpoint is {}: remove {path} and run with --resume again",
            older.display()
        ),
        None => "there is no older checkpoint: train anew".to_owned(),
    };
    Error::mend(format!(
        "the checkpoint {path} is damaged: {what}\n{remedy}"
    ))
}

#[cfg(test)]
mod tests;
