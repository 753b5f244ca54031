//! Lists of sounds with what is said in them.

use super::KIND;
use crate::data::file;
use crate::data::message::counted;
use crate::data::pairs::{self, PairColumns, TextPairs};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The folder that some lists leave out of the names of their files.
const WAVS: &str = "wavs";

/// Sounds that a list names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SoundList {
    /// Their files.
    pub(crate) files: Vec<PathBuf>,
    /// What the list calls them.
    pub(crate) names: Vec<String>,
    /// What is said in each.
    pub(crate) texts: Vec<String>,
    /// What is to be said of how they were found.
    pub(crate) notes: Vec<String>,
}

/// The file that a list in a folder calls so: as it stands, or with `.wav` behind it, beside the list or in its folder `wavs`.
///
/// # Errors
///
/// Says what there is not.
pub(crate) fn found(folder: &Path, name: &str) -> std::result::Result<PathBuf, String> {
    let plain = folder.join(name);
    let with_end = folder.join(format!("{name}.{KIND}"));
    let below = [name.to_owned(), format!("{name}.{KIND}")].map(|n| folder.join(WAVS).join(n));
    let mut places = [plain.clone(), with_end].into_iter().chain(below);
    places.find(|file| file.is_file()).ok_or_else(|| {
        format!(
            "there is no file {}, with .{KIND} or without, nor one in {WAVS}/",
            plain.display()
        )
    })
}

impl SoundList {
    /// Reads a list: a table with the columns of files and texts; or, of a `.txt` without tabs, lines of a name and behind it the text; of
    /// a folder all such `.txt` in it.
    ///
    /// # Errors
    ///
    /// Names the list, the place and the remedy.
    pub(crate) fn read(path: &Path, columns: &PairColumns) -> Result<Self> {
        let mut all = SoundList::default();
        for list in file::members(path)? {
            let folder = list.parent().unwrap_or(Path::new(""));
            let (names, texts) = match lines(&list)? {
                Some(lines) => {
                    let (pairs, note) = of_lines(&list, &lines, columns.skip_empty)?;
                    all.notes.push(note);
                    pairs.into_iter().unzip()
                }
                None => {
                    let pairs = TextPairs::read(&list, columns)?;
                    all.notes.push(pairs.note);
                    (pairs.sources, pairs.targets)
                }
            };
            all.files.extend(files(&list, folder, &names)?);
            all.names.extend(names);
            all.texts.extend(texts);
        }
        Ok(all)
    }

    /// The sounds alone, of a list or of one sound; their texts need not be there.
    ///
    /// # Errors
    ///
    /// If the list cannot be read, or names a file that is not there.
    pub(crate) fn sounds(path: &Path, columns: &PairColumns) -> Result<Self> {
        if file::kind(path) == KIND {
            return Ok(SoundList {
                files: vec![path.to_owned()],
                ..SoundList::default()
            });
        }
        let names: Vec<String> = match lines(path)? {
            Some(lines) => {
                let first = |line: &String| line.split_whitespace().next().map(str::to_owned);
                lines.iter().filter_map(first).collect()
            }
            None => pairs::sources(path, columns)?
                .map(|(names, _)| names)
                .ok_or_else(|| {
                    Error::mend(format!(
                        "{}: this is no .{KIND}, and no list of such: a .csv, .tsv or .txt",
                        path.display()
                    ))
                })?,
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(SoundList {
            files: files(path, folder, &names)?,
            names,
            ..SoundList::default()
        })
    }
}

/// The files that a list names.
fn files(list: &Path, folder: &Path, names: &[String]) -> Result<Vec<PathBuf>> {
    let file = |name: &String| {
        found(folder, name.trim()).map_err(|why| Error::mend(format!("{}: {why}", list.display())))
    };
    names.iter().map(file).collect()
}

/// The lines of a `.txt` that is no table; none of another file.
fn lines(path: &Path) -> Result<Option<Vec<String>>> {
    if file::kind(path) != "txt" {
        return Ok(None);
    }
    let text = file::read_text(path)?;
    Ok((!text.contains('\t')).then(|| text.lines().map(str::to_owned).collect()))
}

/// The names and the texts of lines.
fn of_lines(
    list: &Path,
    lines: &[String],
    skip_empty: bool,
) -> Result<(Vec<(String, String)>, String)> {
    let (mut pairs, mut skipped) = (Vec::new(), 0);
    for (number, line) in (1..).zip(lines) {
        let line = line.trim();
        let (name, text) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match text.trim() {
            _ if name.is_empty() => {}
            "" if skip_empty => skipped += 1,
            "" => {
                return Err(Error::mend(format!(
                    "{}: line {number} has the name of a file and no text behind it; add it, remove the line, or have such left out by \
                     task.skip_empty = true",
                    list.display()
                )));
            }
            text => pairs.push((name.to_owned(), text.to_owned())),
        }
    }
    let left_out = match skipped {
        0 => String::new(),
        skipped => format!("; left out {} without a text", counted(skipped, "lines")),
    };
    let note = format!(
        "{}: {} of a file's name and its text{left_out}",
        list.display(),
        counted(pairs.len(), "lines")
    );
    Ok((pairs, note))
}

#[cfg(test)]
mod tests {
    use super::super::wav_of_noise;
    use super::*;
    use crate::data::pairs::PairOf;
    use std::fs;

    #[test]
    fn lists_are_tables_or_lines() {
        let place = tempfile::tempdir().expect("a folder");
        let at = |name: &str| place.path().join(name);
        fs::create_dir(at("wavs")).expect("made");
        for name in ["a.wav", "wavs/b.wav", "c d.wav"] {
            wav_of_noise(&at(name), 400, 8000, 0);
        }
        let columns = PairColumns {
            of: PairOf::Sounds,
            ..PairColumns::default()
        };
        for (name, text, files, texts) in [
            (
                "a.tsv",
                "file\ttext\na\tone two\nwavs/b.wav\tthree\n",
                &["a.wav", "wavs/b.wav"][..],
                &["one two", "three"][..],
            ),
            (
                "a.csv",
                "id,Path,sentence\n1,c d.wav,one\n2,b,two\n",
                &["c d.wav", "wavs/b.wav"],
                &["one", "two"],
            ),
            (
                "a.txt",
                "a ONE TWO\n\nb  THREE\n",
                &["a.wav", "wavs/b.wav"],
                &["ONE TWO", "THREE"],
            ),
        ] {
            fs::write(at(name), text).expect("written");
            let list = SoundList::read(&at(name), &columns).expect("read");
            let right: Vec<PathBuf> = files.iter().map(|file| at(file)).collect();
            assert_eq!((&list.files, list.texts), (&right, owned(texts)), "{name}");
            let alone = SoundList::sounds(&at(name), &columns).expect("read");
            assert_eq!(alone.files, right, "{name}");
        }
        let mut bare = columns.clone();
        bare.table.header = Some(false);
        fs::write(at("bare.csv"), "a|One.|one\nb|Two.|two\n").expect("written");
        let list = SoundList::read(&at("bare.csv"), &bare).expect("read");
        assert_eq!(list.texts, ["One.", "Two."]);
        for (name, text, words) in [
            ("x.tsv", "file\ttext\nnone\tx\n", "x.tsv: there is no file"),
            ("x.txt", "a\n", "line 1 has the name of a file and no text"),
        ] {
            fs::write(at(name), text).expect("written");
            let error = SoundList::read(&at(name), &columns).expect_err("refused");
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }
}
