//! Whole files into memory, gunzipped when their name ends in `.gz`.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use flate2::read::MultiGzDecoder;
use glob::Pattern;
use serde::{Deserialize, Serialize};

use super::{binary, encoding};
use crate::error::{Error, Result};
use crate::{files, memory};

/// A file that a task reads, as a path relative to the config file or absolute.
pub type DataFile = PathBuf;

/// Files that a task reads one after the other: one of them, or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a path, or a list of paths")]
pub enum DataFiles {
    /// A path.
    One(DataFile),
    /// Several, in their order.
    Several(Vec<DataFile>),
}

impl DataFiles {
    /// The paths, in their order.
    pub fn paths(&self) -> &[DataFile] {
        match self {
            DataFiles::One(file) => std::slice::from_ref(file),
            DataFiles::Several(files) => files,
        }
    }

    /// The same, to be changed.
    pub(crate) fn paths_mut(&mut self) -> &mut [DataFile] {
        match self {
            DataFiles::One(file) => std::slice::from_mut(file),
            DataFiles::Several(files) => files,
        }
    }
}

impl fmt::Display for DataFiles {
    /// The first path, and how many more there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.paths() {
            [] => write!(f, "no file"),
            [one] => write!(f, "{}", one.display()),
            [first, more @ ..] => write!(f, "{} and {} more", first.display(), more.len()),
        }
    }
}

/// How many times its size a file unpacks to at most, a hundred: text unpacks to ten times, a thousand is the most
/// that gzip can.
const UNPACKED: u64 = 100;

/// What any file may unpack to.
const SMALL: u64 = 64 << 20;

/// The file's bytes, decompressed when its name ends in `.gz`.
///
/// How large a file may be is the reader's to say, by the key `memory`; what a small one unpacks to nobody can see, so
/// that has a limit here.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let bytes = files::read_at_most(u64::MAX, path)?;
    match is_gzip(path) {
        true => unpacked(&bytes).map_err(|why| Error::mend(format!("{}: {why}", path.display()))),
        false => Ok(bytes),
    }
}

/// What gzip has packed; the error is the problem and its remedy.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let most = (bytes.len() as u64).saturating_mul(UNPACKED).max(SMALL);
    // A .gz may hold several members one after the other (`cat a.gz b.gz`): all of them are read.
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(bytes)
        .take(most + 1)
        .read_to_end(&mut plain);
    match read {
        Err(error) if error.kind() == ErrorKind::OutOfMemory => {
            Err("the memory does not hold what it unpacks to; take a part of it".into())
        }
        Err(error) => Err(format!(
            "not a whole gzip file ({error}); fetch it again, or drop .gz from its name if it is not compressed"
        )),
        Ok(_) if plain.len() as u64 > most => Err(format!(
            "unpacks to more than {}, over {UNPACKED} times its own {}; where that is meant, unpack it with gunzip and \
             name the plain file",
            memory::size(most as f64),
            memory::size(bytes.len() as f64)
        )),
        Ok(_) => Ok(plain),
    }
}

/// The file's text: UTF-8, or UTF-16 that says so by its byte order mark. The mark is dropped; nothing else is changed.
pub fn read_text(path: &Path) -> Result<String> {
    let (text, _) = decode(path, read_bytes(path)?, None, "")?;
    Ok(text)
}

/// The text of a file with these bytes, in an encoding of that name unless the bytes say another, and the one that it was in.
/// `or` is what the error says that may be done in place of converting the file.
pub(super) fn decode(
    path: &Path,
    bytes: Vec<u8>,
    encoding: Option<&str>,
    or: &str,
) -> Result<(String, &'static Encoding)> {
    let named = encoding.and_then(encoding::named);
    if let Some((what, remedy)) = binary::known(&bytes).filter(|_| named.is_none()) {
        return Err(Error::mend(format!(
            "{}: this is {what}, no text; {remedy}",
            path.display()
        )));
    }
    encoding::decode(bytes, named).map_err(|why| {
        Error::mend(format!(
            "{}: {why}; convert it, from what Excel writes in the west by iconv -f windows-1252 -t utf-8{or}",
            path.display()
        ))
    })
}

/// The files that a path stands for, in the order of their names: itself, the `.txt` files of a folder and of the folders in it,
/// or those that a pattern such as `books/*.txt` matches.
///
/// # Errors
///
/// If a folder cannot be read, or there is no such file.
pub(crate) fn members(path: &Path) -> Result<Vec<PathBuf>> {
    let pattern = match (path.is_dir(), path.to_str()) {
        (true, Some(folder)) => format!("{}/**/*.txt*", Pattern::escape(folder)),
        (false, Some(pattern)) if !path.exists() && pattern.contains(['*', '?', '[']) => {
            pattern.to_owned()
        }
        _ => return Ok(vec![path.to_owned()]),
    };
    let failed = |why: &dyn std::fmt::Display| Error::mend(format!("{}: {why}", path.display()));
    let found = glob::glob(&pattern).map_err(|e| failed(&e))?;
    let found: std::result::Result<Vec<PathBuf>, _> = found.collect();
    let mut found = found.map_err(|e| failed(&e))?;
    found.retain(|file| file.is_file() && (!path.is_dir() || kind(file) == "txt"));
    match found.is_empty() {
        true => Err(failed(
            &"there is no such file; a folder needs files .txt in it",
        )),
        false => Ok(found),
    }
}

/// The plain files in a folder and in the folders in it, in the order of their names; those whose names begin with a point, and folders
/// that are links, aside. Of a path that is no folder itself.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn within(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |why: &dyn fmt::Display| Error::mend(format!("{}: {why}", path.display()));
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| failed(&e))? {
        let entry = entry.map_err(|e| failed(&e))?;
        let kind = entry.file_type().map_err(|e| failed(&e))?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push((entry.path(), kind.is_dir()));
        }
    }
    entries.sort();
    let mut found = Vec::new();
    for (path, is_folder) in entries {
        match is_folder {
            true => found.extend(within(&path)?),
            // Of a link what it leads to.
            false if path.is_file() => found.push(path),
            false => {}
        }
    }
    Ok(found)
}

/// How many files there are in a folder and in the folders in it.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn entries(folder: &Path) -> Result<usize> {
    let failed = |why: &dyn std::fmt::Display| Error::mend(format!("{}: {why}", folder.display()));
    let mut count = 0;
    for entry in std::fs::read_dir(folder).map_err(|e| failed(&e))? {
        let entry = entry.map_err(|e| failed(&e))?.path();
        count += match entry.is_dir() {
            true => entries(&entry)?,
            false => 1,
        };
    }
    Ok(count)
}

/// The extension that says what the file holds: lower case, and the one before `.gz` if it has that.
pub(crate) fn kind(path: &Path) -> String {
    let inner = if is_gzip(path) {
        path.with_extension("")
    } else {
        path.to_path_buf()
    };
    inner
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

fn is_gzip(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_gzipped_file_reads_as_the_plain_one() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, packed) = (folder.path().join("a.txt"), folder.path().join("a.txt.GZ"));
        fs::write(&plain, "one\ntwo\n").unwrap();
        fs::write(&packed, [gzip(b"one\n"), gzip(b"two\n")].concat()).unwrap();
        assert_eq!(read_text(&plain).unwrap(), "one\ntwo\n");
        assert_eq!(read_text(&packed).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn only_the_byte_order_mark_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "\u{feff} a\r\n").unwrap();
        assert_eq!(read_text(&path).unwrap(), " a\r\n");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_bytes(Path::new("nowhere/a.csv"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no file nowhere/a.csv"), "{error}");
    }

    #[test]
    fn a_folder_is_not_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_bytes(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is a directory"), "{error}");
    }

    #[test]
    fn a_folder_is_its_files_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("b")).unwrap();
        for name in ["c.txt", "a.csv", "b/d.txt", ".hidden"] {
            fs::write(at(name), "").unwrap();
        }
        let names = ["a.csv", "b/d.txt", "c.txt"].map(at);
        assert_eq!(within(folder.path()).unwrap(), names);
        assert_eq!(within(&at("a.csv")).unwrap(), [at("a.csv")]);
    }

    #[test]
    fn a_cut_or_false_gzip_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv.gz");
        let whole = gzip(b"label,t0\n");
        for bytes in [&whole[..whole.len() - 4], b"label,t0\n"] {
            fs::write(&path, bytes).unwrap();
            let error = read_bytes(&path).unwrap_err().to_string();
            assert!(error.contains("a.csv.gz: not a whole gzip file"), "{error}");
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        // 256 MB in four members; as few bytes as gzip makes of them.
        let packed = gzip(&vec![0; 64 << 20]).repeat(4);
        let why = unpacked(&packed).unwrap_err();
        assert!(
            why.contains("unpacks to more than ") && why.contains(", over 100 times its own"),
            "{why}"
        );
        assert!(why.contains("gunzip"), "{why}");
        assert_eq!(unpacked(&gzip(&vec![7; 1 << 20])).unwrap().len(), 1 << 20);
    }

    #[test]
    fn text_that_is_not_utf8_names_the_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, b"caf\xe9\n").unwrap();
        let error = read_text(&path).unwrap_err().to_string();
        assert!(error.contains("a.txt: byte 3 is not UTF-8"), "{error}");
    }

    #[test]
    fn the_kind_looks_through_gz() {
        for (name, expected) in [
            ("a.TS", "ts"),
            ("a.ts.gz", "ts"),
            ("a.b.csv", "csv"),
            ("a.gz", ""),
            ("a", ""),
        ] {
            assert_eq!(kind(Path::new(name)), expected, "{name}");
        }
    }
}
