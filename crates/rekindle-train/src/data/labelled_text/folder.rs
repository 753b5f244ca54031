//! Texts in a folder for each class.

use super::LabelledText;
use crate::data::file;
use crate::data::message::{counted, row};
use crate::error::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Reads the `.txt` files of the folders in a folder: what such a folder is called is the class of its texts.
///
/// # Errors
///
/// If one cannot be read, holds no such file, or a text stands in no folder or is empty.
pub(super) fn read(path: &Path, known: Option<&[String]>) -> Result<LabelledText> {
    let failed = |why: &dyn std::fmt::Display| Error::mend(format!("{}: {why}", path.display()));
    let entries = fs::read_dir(path).map_err(|e| failed(&e))?;
    let entries: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut entries = entries.map_err(|e| failed(&e))?;
    entries.sort();
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries.into_iter().partition(|entry| entry.is_dir());
    if let Some(loose) = files.iter().find(|file| file::kind(file) == "txt") {
        return Err(Error::mend(format!(
            "{}: it stands in no folder whose name would be its class; move it into one, or away",
            loose.display()
        )));
    }
    let (mut texts, mut labels, mut others) = (Vec::new(), Vec::new(), files.len());
    for folder in &folders {
        let class = folder.file_name().unwrap_or_default().to_string_lossy();
        let members = file::members(folder)?;
        others += file::entries(folder)?.saturating_sub(members.len());
        for member in members {
            let text = file::read_text(&member)?;
            if text.trim().is_empty() {
                return Err(Error::mend(format!(
                    "{}: the text is empty; fill it in or remove the file",
                    member.display()
                )));
            }
            texts.push(text);
            labels.push(class.clone().into_owned());
        }
    }
    let left_out = match others {
        0 => String::new(),
        others => format!("; left out {} with no .txt", counted(others, "files")),
    };
    let name = path.display().to_string();
    let note = format!(
        "{name}: {} in {}, each the class of its files{left_out}",
        counted(texts.len(), "files"),
        counted(folders.len(), "folders")
    );
    let read = LabelledText::of((&name, |index| row(index, None)), texts, &labels, known)?;
    Ok(LabelledText {
        note: Some(note),
        ..read
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_class() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = place.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        for (name, text) in [
            ("up/2.txt", "two\n"),
            ("up/1.txt", "one"),
            ("up/deep/3.txt", "three"),
            ("down/a.txt", "no"),
            ("down/a.json", "{}"),
            ("README", "?"),
        ] {
            write(name, text);
        }
        let read = read(place.path(), None).unwrap();
        assert_eq!(read.classes, ["down", "up"]);
        assert_eq!(read.texts, ["no", "one", "two\n", "three"]);
        assert_eq!(read.labels, [0, 1, 1, 1]);
        let note = read.note.unwrap();
        assert!(note.contains("4 files in 2 folders"), "{note}");
        assert!(note.contains("left out 2 files with no .txt"), "{note}");
        write("loose.txt", "x");
        let error = super::read(place.path(), None).unwrap_err().to_string();
        assert!(
            error.contains("loose.txt: it stands in no folder"),
            "{error}"
        );
    }
}
