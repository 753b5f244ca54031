//! Pairs of texts, or of a sound's file and its text, a row each: what is read, and what is written of it.

use super::cut;
use super::message::{counted, listed};
use super::table::{self, Table, config::TableConfig};
use crate::error::{Error, Result};
use std::path::Path;

/// Texts, and what is to be written of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPairs {
    /// What is read.
    pub sources: Vec<String>,
    /// What is to be written.
    pub targets: Vec<String>,
    /// What is to be said of how they were found.
    pub note: String,
}

/// What a pair is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PairOf {
    /// A text, and one that is to be written of it.
    #[default]
    Texts,
    /// The name of a sound's file, and the text that is said in it.
    Sounds,
}

/// Where pairs of texts stand in a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairColumns {
    /// What they are.
    pub of: PairOf,
    /// How the table is written; what is not said is found.
    pub table: TableConfig,
    /// The column of what is read; found by its name by default.
    pub source: Option<String>,
    /// The column of what is to be written; found by its name by default.
    pub target: Option<String>,
    /// Whether rows of which one is empty are left out.
    pub skip_empty: bool,
}

/// A column of a pair: the key that names it, and what it is called, in any case, the likeliest first.
struct Side {
    key: &'static str,
    names: &'static [&'static str],
}

impl PairOf {
    /// What is read, and what is written.
    const fn sides(self) -> [Side; 2] {
        match self {
            PairOf::Texts => [
                Side {
                    key: "source_column",
                    names: &["source", "src", "input", "from", "question"],
                },
                Side {
                    key: "target_column",
                    names: &["target", "tgt", "output", "to", "answer"],
                },
            ],
            PairOf::Sounds => [
                Side {
                    key: "file_column",
                    names: &FILES,
                },
                Side {
                    key: "text_column",
                    names: &[
                        "text",
                        "transcript",
                        "transcription",
                        "sentence",
                        "normalized_text",
                    ],
                },
            ],
        }
    }
}

/// What a column of sounds' files is called, in any case, the likeliest first.
pub(super) const FILES: [&str; 7] = [
    "file",
    "path",
    "audio",
    "filename",
    "file_name",
    "audio_filepath",
    "wav",
];

impl PairColumns {
    /// The place of a column that is named, or else is called one of some names, or is the first or second of a table without names.
    fn place(
        &self,
        table: &Table,
        Side { key, names }: &Side,
        named: Option<&str>,
        usual: usize,
    ) -> Result<usize> {
        if let Some(named) = named {
            let found = table.column(named);
            return found.map_err(|error| {
                Error::mend(format!("{error}; say by task.{key} which one it is"))
            });
        }
        let is_called = |name: &&str| {
            table
                .header
                .iter()
                .position(|title| title.trim().eq_ignore_ascii_case(name))
        };
        if let Some(found) = names.iter().find_map(is_called) {
            return Ok(found);
        }
        if self.table.header == Some(false) && usual < table.header.len() {
            return Ok(usual);
        }
        Err(Error::mend(format!(
            "{}: no column is called {}; the columns are {}\nname one by task.{key}, or, where the first row is a pair and no header, say \
             task.table.header = false",
            table.name,
            names[0],
            listed(&table.header)
        )))
    }

    fn source(&self, table: &Table) -> Result<usize> {
        let [side, _] = self.of.sides();
        self.place(table, &side, self.source.as_deref(), 0)
    }

    fn target(&self, table: &Table) -> Result<usize> {
        let [_, side] = self.of.sides();
        self.place(table, &side, self.target.as_deref(), 1)
    }
}

impl TextPairs {
    /// Reads two columns of a table.
    ///
    /// # Errors
    ///
    /// Names the file, the place and the remedy.
    pub fn read(path: &Path, columns: &PairColumns) -> Result<Self> {
        let table = Table::read(path, &columns.table)?;
        let source = columns.source(&table)?;
        let target = columns.target(&table)?;
        let is_empty = |row: usize, column: usize| table.cell(row, column).trim().is_empty();
        let (mut sources, mut targets, mut skipped) = (Vec::new(), Vec::new(), 0);
        for row in 0..table.rows.len() {
            if let Some(column) = [source, target]
                .into_iter()
                .find(|&column| is_empty(row, column))
            {
                if columns.skip_empty {
                    skipped += 1;
                    continue;
                }
                return Err(Error::mend(format!(
                    "{}: {} is empty; fill it in, remove the row, or have such rows left out by task.skip_empty = true",
                    table.name,
                    table.place(row, column)
                )));
            }
            sources.push(table.cell(row, source).to_owned());
            targets.push(table.cell(row, target).to_owned());
        }
        if sources.is_empty() {
            return Err(Error::mend(format!(
                "{}: there is no pair in it",
                table.name
            )));
        }
        let mut note = format!(
            "{}; reads `{}` and writes `{}`",
            table.line(),
            table.header[source],
            table.header[target]
        );
        for aside in table.asides() {
            note.push_str(&format!("; {aside}"));
        }
        let unread = (0..table.header.len()).filter(|&column| column != source && column != target);
        let unread: Vec<String> = unread.map(|column| table.header[column].clone()).collect();
        if !unread.is_empty() {
            note.push_str(&format!("; left out {}", listed(&unread)));
        }
        if skipped > 0 {
            note.push_str(&format!(
                "; left out {} of which a text is empty, as task.skip_empty says",
                counted(skipped, "rows")
            ));
        }
        Ok(TextPairs {
            sources,
            targets,
            note,
        })
    }

    /// The [place](cut::place) of each pair, by both its texts.
    pub(crate) fn places(&self, seed: u64) -> Vec<u64> {
        let pairs = self.sources.iter().zip(&self.targets);
        // A pair of texts and no other: the length of the first says where it ends.
        let place = |(source, target): (&String, &String)| {
            cut::place(
                seed,
                format!("{} {source}{target}", source.len()).as_bytes(),
            )
        };
        pairs.map(place).collect()
    }
}

/// Whether a table has a column of what is read and one of what is to be written, both by their names.
pub(super) fn seem(table: &Table, of: PairOf) -> bool {
    let is_there = |names: &[&str]| {
        let mut titles = table.header.iter();
        titles.any(|title| {
            names
                .iter()
                .any(|name| title.trim().eq_ignore_ascii_case(name))
        })
    };
    let [source, target] = of.sides();
    match of {
        // The first two names of each are of nothing else.
        PairOf::Texts => is_there(&source.names[..2]) && is_there(&target.names[..2]),
        PairOf::Sounds => is_there(source.names) && is_there(target.names),
    }
}

/// The sources of a table, and what their column is called; none where the file [is none](table::is_table).
///
/// # Errors
///
/// If the file cannot be read, or is a table without such a column.
pub(crate) fn sources(path: &Path, columns: &PairColumns) -> Result<Option<(Vec<String>, String)>> {
    if !table::is_table(path) {
        return Ok(None);
    }
    let table = Table::read(path, &columns.table)?;
    let source = columns.source(&table)?;
    let rows = (0..table.rows.len()).map(|row| table.cell(row, source).to_owned());
    Ok(Some((rows.collect(), table.header[source].clone())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(text: &str, columns: &PairColumns) -> Result<TextPairs> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pairs.tsv");
        fs::write(&path, text).expect("written");
        TextPairs::read(&path, columns)
    }

    fn pairs(text: &str, columns: &PairColumns) -> Vec<(String, String)> {
        let TextPairs {
            sources, targets, ..
        } = read(text, columns).expect("read");
        sources.into_iter().zip(targets).collect()
    }

    #[test]
    fn the_two_columns_are_found_or_named() {
        let right = vec![
            ("a b".to_owned(), "x".to_owned()),
            ("c".to_owned(), "y z".to_owned()),
        ];
        let usual = PairColumns::default();
        assert_eq!(
            pairs("id\tTarget\tsource\n7\tx\ta b\n8\ty z\tc\n", &usual),
            right
        );
        let named = PairColumns {
            source: Some("en".into()),
            target: Some("fr".into()),
            ..usual.clone()
        };
        assert_eq!(pairs("fr\ten\nx\ta b\ny z\tc\n", &named), right);
        let mut bare = usual;
        bare.table.header = Some(false);
        assert_eq!(pairs("a b\tx\nc\ty z\n", &bare), right);
    }

    #[test]
    fn what_is_missing_is_said_or_left_out() {
        let usual = PairColumns::default();
        let wrong = read("en\tfr\na\tb\n", &usual)
            .expect_err("no names")
            .to_string();
        assert!(
            wrong.contains("no column is called source")
                && wrong.contains("task.table.header = false"),
            "{wrong}"
        );
        let wrong = read("source\ttarget\na\tb\nc\t\n", &usual)
            .expect_err("empty")
            .to_string();
        assert!(wrong.contains("task.skip_empty = true"), "{wrong}");
        let skipping = PairColumns {
            skip_empty: true,
            ..usual
        };
        let read = read("source\ttarget\na\tb\nc\t\n", &skipping).expect("read");
        assert!(
            read.sources == ["a"] && read.note.contains("left out 1 row"),
            "{}",
            read.note
        );
    }
}
