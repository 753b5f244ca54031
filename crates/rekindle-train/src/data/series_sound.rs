//! Sounds as series: one a file, its frames being the steps and the bands of the mel scale the channels.

use std::path::{Path, PathBuf};

use super::audio::KIND;
use super::audio::frontend::Frontend;
use super::audio::list::found;
use super::file;
use super::message::counted;
use super::pairs::FILES;
use super::series::SeriesColumns;
use super::series_csv;
use super::series_parsed::{Labels, Parsed};
use super::table::Table;
use crate::error::{Error, Result};

/// Files that are to be heard.
struct Sounds {
    name: String,
    files: Vec<PathBuf>,
    ids: Vec<String>,
    labels: Option<Vec<String>>,
    lines: Vec<usize>,
    columns: SeriesColumns,
    notes: Vec<String>,
}

/// Whether a path is a folder with sounds in it.
pub(super) fn is_folder(path: &Path) -> bool {
    path.is_dir() && file::within(path).is_ok_and(|all| all.iter().any(|file| is_sound(file)))
}

/// Reads the sounds of a folder, each labelled with the name of its own folder in that; or a single file, without a label.
pub(super) fn parse(path: &Path, wish: &SeriesColumns) -> Result<Parsed> {
    match path.is_dir() {
        true => heard(of_folder(path)?, wish),
        false => {
            let name = path.display().to_string();
            let sounds = Sounds {
                ids: vec![name.clone()],
                name,
                files: vec![path.to_owned()],
                labels: None,
                lines: Vec::new(),
                columns: wish.clone(),
                notes: Vec::new(),
            };
            heard(sounds, wish)
        }
    }
}

/// The column of a table that names sounds: called as such are, or of nothing but names of WAV files.
pub(super) fn file_column(table: &Table) -> Option<usize> {
    let is_one = |&column: &usize| {
        let mut rows = 0..table.rows.len();
        rows.all(|row| is_sound(Path::new(table.cell(row, column).trim())))
    };
    (0..table.header.len()).find(is_one)
}

/// Reads the sounds that a table names.
pub(super) fn of_table(
    path: &Path,
    table: Table,
    wish: &SeriesColumns,
    labels: Labels,
) -> Result<Parsed> {
    let called = |name: &&str| {
        let mut titles = table.header.iter();
        titles.position(|title| title.trim().eq_ignore_ascii_case(name))
    };
    let column = file_column(&table).or_else(|| FILES.iter().find_map(called));
    let Some(column) = column else {
        return Err(Error::mend(format!(
            "{}: no column names sounds: none is called {}, and none holds nothing but names that end in .{KIND}; leave [task.audio] out where \
             the series are numbers",
            table.name, FILES[0]
        )));
    };
    let (label, mut notes) = series_csv::label(&table, wish, labels);
    notes.insert(0, table.line());
    let rows = 0..table.rows.len();
    let ids: Vec<String> = rows
        .clone()
        .map(|row| table.cell(row, column).trim().to_owned())
        .collect();
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = rows.clone().map(|row| {
        found(folder, &ids[row])
            .map_err(|why| Error::mend(format!("{}: {}: {why}", table.name, table.row(row))))
    });
    let sounds = Sounds {
        files: files.collect::<Result<_>>()?,
        labels: label.map(|label| {
            let labels = rows.map(|row| table.cell(row, label).trim().to_owned());
            labels.collect()
        }),
        ids,
        lines: table.lines().to_vec(),
        columns: SeriesColumns {
            label: label.map(|column| table.header[column].clone()),
            table: table.format.clone(),
            ..SeriesColumns::default()
        },
        name: table.name,
        notes,
    };
    heard(sounds, wish)
}

fn is_sound(path: &Path) -> bool {
    file::kind(path) == KIND
}

/// The sounds in the folders of a folder.
fn of_folder(path: &Path) -> Result<Sounds> {
    let name = path.display().to_string();
    let all = file::within(path)?;
    let (files, others): (Vec<PathBuf>, Vec<PathBuf>) =
        all.into_iter().partition(|file| is_sound(file));
    if files.is_empty() {
        return Err(Error::mend(format!(
            "{name}: there is no file in this folder whose name ends in .{KIND}"
        )));
    }
    let below = |file: &PathBuf| file.strip_prefix(path).unwrap_or(file).to_owned();
    let class = |file: &PathBuf| {
        let below = below(file);
        let mut parts = below.components();
        let first = parts.next()?;
        parts.next()?;
        Some(first.as_os_str().to_string_lossy().into_owned())
    };
    let labels: Result<Vec<String>> = files
        .iter()
        .map(|file| {
            class(file).ok_or_else(|| {
                Error::mend(format!(
                    "{}: it stands in no folder whose name would be its class; move it into one, or away",
                    file.display()
                ))
            })
        })
        .collect();
    let labels = labels?;
    let mut folders = labels.clone();
    folders.dedup();
    let left_out = match others.len() {
        0 => String::new(),
        others => format!(
            "; left out {} that are no .{KIND}",
            counted(others, "files")
        ),
    };
    let note = format!(
        "{name}: {} in {}, each the class of its files{left_out}",
        counted(files.len(), "files"),
        counted(folders.len(), "folders")
    );
    Ok(Sounds {
        ids: files
            .iter()
            .map(|file| below(file).display().to_string())
            .collect(),
        name,
        files,
        labels: Some(labels),
        lines: Vec::new(),
        columns: SeriesColumns::default(),
        notes: vec![note],
    })
}

/// What is heard of some sounds.
fn heard(sounds: Sounds, wish: &SeriesColumns) -> Result<Parsed> {
    let Sounds {
        name,
        files,
        ids,
        labels,
        lines,
        columns,
        mut notes,
    } = sounds;
    let mut ear = Frontend::new(&wish.audio.clone().unwrap_or_default(), &files[0])?;
    let (mut series, mut sums) = (Vec::new(), Vec::new());
    for file in &files {
        let heard = ear.hear(file)?;
        series.push(heard.frames);
        sums.push(heard.sum);
    }
    notes.extend(match &labels {
        None if files.len() == 1 => ear.asides(&name),
        _ => ear.notes(&name),
    });
    Ok(Parsed {
        series,
        labels,
        ids: Some(ids),
        sums: Some(sums),
        lines,
        announces: None,
        announced: Vec::new(),
        channels: ear.config().mels,
        columns: SeriesColumns {
            audio: Some(ear.config().clone()),
            ..columns
        },
        hint: ", a folder of sounds one folder for each class",
        notes,
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::super::audio::config::AudioConfig;
    use super::super::audio::wav_of_noise;
    use super::super::series_set::SeriesSet;
    use super::*;
    use std::fs;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let place = tempfile::tempdir().expect("a folder");
        for (seed, name) in files.iter().enumerate() {
            let file = place.path().join(name);
            fs::create_dir_all(file.parent().expect("below")).expect("made");
            wav_of_noise(&file, 900 + 80 * seed, 8000, seed);
        }
        place
    }

    #[test]
    fn a_folder_is_the_class_of_its_sounds() {
        let place = folder(&["up/1.wav", "up/deep/2.wav", "down/1.WAV"]);
        fs::write(place.path().join("README"), "?").expect("written");
        let set = SeriesSet::read(place.path(), &SeriesColumns::default(), false).expect("read");
        assert_eq!(set.classes, ["down", "up"]);
        assert_eq!(set.labels, [0, 1, 1]);
        // (1060 - 200) / 80 + 1 frames of the third file, which stands first.
        assert_eq!((set.series[0].steps, set.channels), (11, 40));
        let audio = set.columns.audio.clone().expect("heard");
        assert_eq!(audio.rate, Some(8000));
        let notes = set.notes.join("\n");
        assert!(
            notes.contains("3 files in 2 folders") && notes.contains("left out 1 file"),
            "{notes}"
        );
        // Where a sound lies follows from its file alone.
        let places = set.places(1);
        let other = SeriesColumns {
            audio: Some(AudioConfig { mels: 13, ..audio }),
            ..SeriesColumns::default()
        };
        let again = SeriesSet::read(place.path(), &other, false).expect("read");
        assert_eq!((again.channels, again.places(1)), (13, places));
        wav_of_noise(&place.path().join("loose.wav"), 900, 8000, 0);
        let error = SeriesSet::read(place.path(), &SeriesColumns::default(), false);
        let error = error.expect_err("loose").to_string();
        assert!(
            error.contains("loose.wav: it stands in no folder"),
            "{error}"
        );
    }

    #[test]
    fn a_table_names_sounds_and_their_classes() {
        let place = folder(&["clips/a.wav", "clips/b.wav"]);
        let list = place.path().join("list.csv");
        fs::write(&list, "clip,label\nclips/a.wav,x\nclips/b.wav,y\n").expect("written");
        let set = SeriesSet::read(&list, &SeriesColumns::default(), false).expect("read");
        assert_eq!((set.labels.len(), set.channels), (2, 40));
        assert_eq!(set.columns.label.as_deref(), Some("label"));
        fs::write(&list, "clip,label\nclips/a.wav,x\nclips/c.wav,y\n").expect("written");
        let error = SeriesSet::read(&list, &SeriesColumns::default(), false);
        let error = error.expect_err("missing").to_string();
        assert!(
            error.contains("list.csv: row 2 (line 3): there is no file") && error.contains("c.wav"),
            "{error}"
        );
    }
}
