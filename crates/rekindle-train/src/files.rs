//! The few ways in which this program touches files, each naming the file when it fails.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rekindle_interop::formats::ReadAt;

use tempfile::{Builder, NamedTempFile};

use crate::error::{Error, Result};
use crate::memory;

/// How the names of what is not finished begin.
const PREFIX: &str = ".rekindle-";

/// The whole content of a file, of at most 16 GB.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    read_at_most((memory::USUAL * 1e9) as u64, path)
}

/// The whole content of a plain file of at most so many bytes: a pipe may never end, and neither do some devices.
pub fn read_at_most(most: u64, path: &Path) -> Result<Vec<u8>> {
    plain(most, path)?;
    let mut content = Vec::new();
    let read = |content: &mut Vec<u8>| {
        let file = File::open(path)?;
        content.try_reserve(file.metadata()?.len().min(most) as usize)?;
        file.take(most.saturating_add(1)).read_to_end(content)
    };
    read(&mut content).map_err(|error| unreadable(path, &error))?;
    // It may have grown since its size was asked for.
    match content.len() as u64 {
        bytes if bytes > most => Err(too_large(bytes, most, path)),
        _ => Ok(content),
    }
}

/// A plain file of at most 16 GB that is read in places, so that what is not asked for takes no memory.
pub fn open(path: &Path) -> Result<Arc<dyn ReadAt>> {
    let size = plain((memory::USUAL * 1e9) as u64, path)? as usize;
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let file = Mutex::new(file);
    Ok(Arc::new(InPlaces { file, size }))
}

#[derive(Debug)]
struct InPlaces {
    file: Mutex<File>,
    size: usize,
}

impl ReadAt for InPlaces {
    fn size(&self) -> usize {
        self.size
    }

    fn read_at(&self, place: usize, buffer: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place as u64))?;
        file.read_exact(buffer)
    }
}

/// The size of a plain file, which is no more than so many bytes.
fn plain(most: u64, path: &Path) -> Result<u64> {
    let at = path.display();
    // Asked of the path: a pipe that nobody writes to cannot even be opened.
    let file = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if file.is_dir() {
        return Err(Error::mend(format!(
            "{at} is a directory, where a file is needed"
        )));
    }
    if !file.is_file() {
        return Err(Error::mend(format!(
            "{at} is a pipe or a device, where a plain file is needed; save what it gives, and name that file"
        )));
    }
    match file.len() {
        bytes if bytes > most => Err(too_large(bytes, most, path)),
        bytes => Ok(bytes),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    let at = path.display();
    Error::mend(match error.kind() {
        ErrorKind::NotFound => format!("there is no file {at}; check the path"),
        ErrorKind::OutOfMemory => format!("{at}: the memory does not hold it; take a part of it"),
        _ => format!("cannot read {at}: {error}; check the path and its permissions"),
    })
}

fn too_large(bytes: u64, most: u64, path: &Path) -> Error {
    Error::mend(format!(
        "{} has {}; at most {} of such a file are read",
        path.display(),
        memory::size(bytes as f64),
        memory::size(most as f64)
    ))
}

/// Creates a directory and those above it; one that is there already is left as it is.
pub fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| cannot_write("create the directory", path, &error))
}

/// Writes a file of a run, whole or not at all: a reader, or a kill at any moment, sees the old or the new content.
pub fn write_atomic(path: &Path, content: &[u8]) -> Result<()> {
    replace(path, content).map_err(|error| cannot_write("write", path, &error))
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

/// The directory that a path's last name is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A new file in a directory, under a name that nobody can have guessed. It goes when it is dropped.
pub(crate) fn unfinished(directory: &Path) -> io::Result<NamedTempFile> {
    named(0o666).tempfile_in(directory)
}

/// What makes files and directories for what is not finished, with these permissions but for the user's mask.
pub(crate) fn named(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

/// Whether a name is that of something unfinished, which a kill has left: one of [`named`], or of other programs.
pub(crate) fn is_unfinished(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b".") && name.ends_with(b".tmp")
}

/// Removes from a directory of this program alone what a kill has left of its own.
pub(crate) fn clear(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = is_unfinished(&name) && name.as_encoded_bytes().starts_with(PREFIX.as_bytes());
        if ours && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a new file, and waits until it is on the disk.
pub(crate) fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Puts content in the place of a file, behind any links, which keeps its owner and its permissions.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let real = path.canonicalize();
    let path = real.as_deref().unwrap_or(path);
    let directory = directory_of(path);
    let mut new = unfinished(directory)?;
    new.write_all(content)?;
    if let Ok(old) = fs::metadata(path) {
        own(new.as_file(), &old)?;
        new.as_file().set_permissions(old.permissions())?;
    }
    new.as_file().sync_all()?;
    new.persist(path)?;
    sync_dir(directory)
}

/// Gives a file the owner of another.
#[cfg(unix)]
fn own(file: &File, other: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let owner = |file: &fs::Metadata| (file.uid(), file.gid());
    match owner(&file.metadata()?) == owner(other) {
        true => Ok(()),
        false => fchown(file, Some(other.uid()), Some(other.gid())),
    }
}

#[cfg(not(unix))]
fn own(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// The error for something that could not be done to a file.
pub(crate) fn failed(action: &str, path: &Path, error: &io::Error, remedy: &str) -> Error {
    // What makes temporary files names them in its errors, beside the file that was asked for.
    let cause = error.get_ref().and_then(|inner| inner.source());
    let cause = cause.map_or(error.to_string(), |cause| cause.to_string());
    let what = format!("cannot {action} {}: {cause}", path.display());
    match error.kind() {
        ErrorKind::NotFound
        | ErrorKind::PermissionDenied
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::AlreadyExists
        | ErrorKind::DirectoryNotEmpty
        | ErrorKind::NotADirectory
        | ErrorKind::IsADirectory
        | ErrorKind::InvalidInput
        | ErrorKind::InvalidFilename => Error::mend(format!("{what}; {remedy}")),
        kind if is_loop(kind) => Error::mend(format!("{what}; {remedy}")),
        _ => Error::fault(what),
    }
}

/// Whether links lead to one another. The kind has no stable name yet, but the system's number for it has.
#[cfg(unix)]
fn is_loop(kind: ErrorKind) -> bool {
    kind == io::Error::from_raw_os_error(libc::ELOOP).kind()
}

#[cfg(not(unix))]
fn is_loop(_: ErrorKind) -> bool {
    false
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
    fn a_failed_write_leaves_nothing() {
        let place = tempdir().unwrap();
        let directory = place.path().join("taken");
        create_dir(&directory.join("full")).unwrap();
        mend(
            write_atomic(&directory, b"new"),
            &["cannot write", "taken", "--out"],
        );
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_kill_has_left_is_cleared_and_nothing_else() {
        let place = tempdir().unwrap();
        let kept = unfinished(place.path()).unwrap().into_temp_path();
        let left = kept.keep().unwrap();
        for name in ["mine.tmp", ".mine.tmp", ".rekindle-mine"] {
            fs::write(place.path().join(name), name).unwrap();
        }
        // A run that another process may be making.
        fs::create_dir(place.path().join(".rekindle-Ab12Cd.tmp")).unwrap();
        assert!(is_unfinished(left.file_name().unwrap()));
        clear(place.path()).unwrap();
        assert!(!left.exists());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 4);
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
        let taken = cannot_write("use", &file, &ErrorKind::DirectoryNotEmpty.into());
        mend(Err::<(), _>(taken), &words[1..]);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_to_one_another_can_be_mended() {
        let place = tempdir().unwrap();
        let loops = place.path().join("loop");
        std::os::unix::fs::symlink(&loops, &loops).unwrap();
        let inside = loops.join("inside");
        let words = ["cannot", "loop", "choose", "--out"];
        mend(write_atomic(&inside, b""), &words);
        mend(append_line(&inside, ""), &words);
        mend(create_dir(&inside), &words);
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
        mend(read(Path::new("a\0b")), &["cannot read", "check the path"]);
    }

    #[test]
    fn a_file_is_read_up_to_a_size() {
        let place = tempdir().unwrap();
        let path = place.path().join("a");
        fs::write(&path, b"four").unwrap();
        assert_eq!(read_at_most(4, &path).unwrap(), b"four");
        mend(
            read_at_most(3, &path),
            &["a has 4 bytes; at most 3 bytes of such a file are read"],
        );
        // It takes no room on the disk.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        mend(read(&path), &["a has 1099.5 GB; at most 16.0 GB"]);
    }

    #[test]
    fn a_file_in_places_may_be_cut() {
        let place = tempdir().unwrap();
        let path = place.path().join("a");
        fs::write(&path, b"four").unwrap();
        let file = open(&path).unwrap();
        let mut buffer = [0; 2];
        file.read_at(2, &mut buffer).unwrap();
        assert_eq!((file.size(), &buffer), (4, b"ur"));
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(3)
            .unwrap();
        let error = file.read_at(2, &mut buffer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        mend(open(&place.path().join("gone")), &["there is no file"]);
        mend(open(place.path()), &["is a directory"]);
    }

    #[cfg(unix)]
    #[test]
    fn only_plain_files_are_read() {
        let place = tempdir().unwrap();
        let path = place.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        for path in [path.as_path(), Path::new("/dev/zero")] {
            mend(read(path), &["is a pipe or a device"]);
        }
        let loops = place.path().join("loop");
        std::os::unix::fs::symlink(&loops, &loops).unwrap();
        mend(read(&loops), &["cannot read", "loop", "check the path"]);
    }
}
