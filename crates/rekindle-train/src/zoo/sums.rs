//! The checksums of a model's files: the file `SHA256SUMS`, which `sha256sum --check` reads.

use crate::{
    error::{Error, Result},
    files,
    run::RunDir,
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fs, path::Path};

/// The SHA-256 of some bytes, in hexadecimal digits.
pub(super) fn of(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

/// The file's text for files of these contents.
pub(super) fn written<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> String {
    let lines = files.map(|(name, content)| format!("{}  {name}\n", of(content)));
    lines.collect()
}

/// Checks that a model's files are those that are listed, and that it has no other; its card is no part of what was trained.
///
/// # Errors
///
/// Names the file that is not.
pub(super) fn check(directory: &Path) -> Result<()> {
    let path = directory.join(RunDir::SUMS);
    let list = String::from_utf8_lossy(&files::read(&path)?).into_owned();
    let wrong = |what: String| Error::mend(format!("{}: {what}", directory.display()));
    let mut listed = BTreeSet::from([RunDir::CARD.to_owned(), RunDir::SUMS.to_owned()]);
    for line in list.lines() {
        let Some((sum, name)) = line.split_once("  ") else {
            return Err(wrong(format!(
                "{}: `{line}` is no sum and a name",
                RunDir::SUMS
            )));
        };
        if of(&files::read(&directory.join(name))?) != sum {
            return Err(wrong(format!(
                "{name} is not what was put there; fetch it again"
            )));
        }
        listed.insert(name.to_owned());
    }
    let entries = fs::read_dir(directory).map_err(|error| wrong(error.to_string()))?;
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut names = names.map(|name| name.to_string_lossy().into_owned());
    match names.find(|name| !listed.contains(name)) {
        None => Ok(()),
        Some(name) => Err(wrong(format!("{name} is in no sum of {}", RunDir::SUMS))),
    }
}
