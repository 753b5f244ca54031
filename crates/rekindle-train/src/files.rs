//! The few ways in which this program touches files, each naming the file when it fails.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// The whole content of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::mend(format!(
            "there is no file {}; check the path",
            path.display()
        )),
        ErrorKind::IsADirectory => Error::mend(format!(
            "{} is a directory, where a file is needed",
            path.display()
        )),
        _ => failed("read", path, &error, "check the path and its permissions"),
    })
}

/// Creates a directory and those above it; one that is there already is left as it is.
pub fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| cannot_write("create the directory", path, &error))
}

/// Writes a file whole or not at all: a reader, or a kill at any moment, sees the old or the new content.
pub fn write_atomic(path: &Path, content: &[u8]) -> Result<()> {
    write_for("--out", path, content)
}

/// The same for a file that was asked for by an argument, which the error names.
pub fn write_for(argument: &str, path: &Path, content: &[u8]) -> Result<()> {
    let remedy = format!("choose a writable place with {argument}");
    replace(path, content).map_err(|error| failed("write", path, &error, &remedy))
}

/// Checks that a file can be written, before the work whose result it is to hold.
pub fn check_writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        let at = path.display();
        return Err(Error::mend(format!(
            "{at} is a directory; name a file in it, such as {at}/FILE.csv"
        )));
    }
    let unfinished = beside(path).1;
    let checked = File::create(&unfinished).and_then(|_| fs::remove_file(&unfinished));
    checked.map_err(|error| failed("write", path, &error, "choose another --output"))
}

/// Appends one line in one write, so that readers following the file see whole lines only.
pub fn append_line(path: &Path, line: &str) -> Result<()> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
        .map_err(|error| cannot_write("write", path, &error))
}

/// Makes a file's appearance, renaming or removal in `directory` survive a power cut.
pub(crate) fn sync_dir(directory: &Path) -> io::Result<()> {
    // Only Unix lets a directory be opened and synced; elsewhere the rename is as durable as it gets.
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// The error for a place that could not be written to.
pub(crate) fn cannot_write(action: &str, path: &Path, error: &io::Error) -> Error {
    let remedy = "choose a writable place with --out";
    failed(action, path, error, remedy)
}

/// The directory of a file, and where it is written before it is moved to its place.
fn beside(path: &Path) -> (&Path, PathBuf) {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    // Named after the file, so that what a kill leaves behind is overwritten by the next write.
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    (directory, directory.join(name))
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let (directory, unfinished) = beside(path);
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    });
    if let Err(error) = written {
        // On a full disk half a file is in the way; should removing it fail too, the first error counts.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    sync_dir(directory)
}

fn failed(action: &str, path: &Path, error: &io::Error, remedy: &str) -> Error {
    let what = format!("cannot {action} {}: {error}", path.display());
    match error.kind() {
        ErrorKind::NotFound
        | ErrorKind::PermissionDenied
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::AlreadyExists
        | ErrorKind::NotADirectory
        | ErrorKind::IsADirectory
        | ErrorKind::InvalidFilename => Error::mend(format!("{what}; {remedy}")),
        _ => Error::fault(what),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use tempfile::tempdir;

    use super::*;

    /// Asserts that the user can mend the error, and that it contains the words.
    pub(crate) fn mend(result: Result<impl std::fmt::Debug>, words: &[&str]) {
        let error = result.unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        for word in words {
            assert!(
                error.to_string().contains(word),
                "`{word}` is not in `{error}`"
            );
        }
    }

    #[test]
    fn an_atomic_write_replaces_the_content_and_leaves_nothing_else() {
        let place = tempdir().unwrap();
        let path = place.path().join("result.json");
        write_atomic(&path, b"old").unwrap();
        write_atomic(&path, b"new").unwrap();
        assert_eq!(read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_nothing_and_a_killed_one_is_overwritten() {
        let place = tempdir().unwrap();
        let directory = place.path().join("taken");
        create_dir(&directory.join("full")).unwrap();
        mend(
            write_atomic(&directory, b"new"),
            &["cannot write", "taken", "--out"],
        );
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);

        let path = directory.join("result.json");
        fs::write(
            directory.join(".result.json.tmp"),
            b"half of what was to be written",
        )
        .unwrap();
        write_atomic(&path, b"new").unwrap();
        assert_eq!(read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
    }

    #[test]
    fn lines_are_appended_whole() {
        let place = tempdir().unwrap();
        let path = place.path().join("metrics.jsonl");
        append_line(&path, "{}").unwrap();
        append_line(&path, "[]").unwrap();
        assert_eq!(read(&path).unwrap(), b"{}\n[]\n");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named_with_the_remedy() {
        let place = tempdir().unwrap();
        let file = place.path().join("occupied");
        fs::write(&file, b"").unwrap();
        let inside = file.join("inside");
        let words = ["cannot", "occupied", "choose", "--out"];
        mend(write_atomic(&inside, b""), &words);
        mend(append_line(&inside, ""), &words);
        mend(create_dir(&inside), &words);
        mend(create_dir(&file), &words);
    }

    #[test]
    fn a_read_only_place_can_be_mended_and_a_full_disk_cannot() {
        let path = Path::new("runs/a");
        for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
            let error = cannot_write("write", path, &kind.into());
            mend(Err::<(), _>(error), &["runs/a", "--out"]);
        }
        let full = cannot_write("write", path, &ErrorKind::StorageFull.into());
        assert_eq!(full.exit_code(), 1);
        assert!(full.to_string().contains("runs/a"), "{full}");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let place = tempdir().unwrap();
        mend(
            read(&place.path().join("gone.csv")),
            &["there is no file", "gone.csv"],
        );
        mend(read(place.path()), &["is a directory"]);
        let file = place.path().join("file");
        fs::write(&file, b"").unwrap();
        mend(read(&file.join("inside")), &["cannot read", "inside"]);
    }
}
