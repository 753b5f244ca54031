//! What a user gives a network to read.

use crate::{
    data::{
        file,
        labelled_text::{self, TextColumns},
        message::counted,
        reading::{Reading, Steps, visible},
        vocabulary::{Unit, Vocabulary},
    },
    error::{Error, Result},
};
use std::path::Path;

/// What is taken of what a network was not trained on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Takes {
    /// Whether symbols that the run does not know are read as the unknown one.
    pub(crate) unknown: bool,
    /// Whether values may be missing.
    pub(crate) missing: bool,
}

/// The symbols of a text, the first so many.
pub(super) fn symbols(
    vocabulary: &Vocabulary,
    text: &str,
    longest: usize,
    takes: Takes,
) -> Result<Reading> {
    let mut tokens = vocabulary.tokens(text);
    tokens.truncate(longest);
    if tokens.is_empty() {
        return Err(empty("the text"));
    }
    let row: Vec<u32> = tokens.iter().map(|token| vocabulary.index(token)).collect();
    let strange = row.iter().position(|&s| s == 0).filter(|_| !takes.unknown);
    if let Some(at) = strange {
        let unit = units(vocabulary);
        return Err(Error::mend(format!(
            "token {} of the text was read as {:?}, which is not among the {} {unit} that the run knows\n\
             change the text, or add --unknown to have it read as the unknown symbol",
            at + 1,
            tokens[at],
            vocabulary.len() - 1
        )));
    }
    Ok(Reading {
        labels: vec![tokens.iter().map(|token| visible(token)).collect()],
        inputs: Steps::Symbols(vec![row]),
        wanted: None,
    })
}

/// The texts of a file, and what is to be said of how they were found.
pub(super) struct Texts {
    /// Each text with its row or line, counted from 1.
    pub(super) rows: Vec<(usize, String)>,
    pub(super) note: String,
}

impl Texts {
    /// The texts of a table's column, or else of a file's lines.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is a table without such a column.
    pub(super) fn read(path: &Path, columns: &TextColumns) -> Result<Texts> {
        match labelled_text::column(path, columns)? {
            Some(texts) => {
                let read = format!("the column `{}` of a table", columns.text);
                Ok(Texts::of_rows(path, texts, &read, "row"))
            }
            None => Texts::lines(path),
        }
    }

    /// The texts of a file's lines.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(super) fn lines(path: &Path) -> Result<Texts> {
        let text = file::read_text(path)?;
        let lines = text.lines().map(str::to_owned);
        Ok(Texts::of_rows(path, lines.collect(), "one a line", "line"))
    }

    /// Texts that were found in a file: how, and what one of its rows is called.
    pub(super) fn of_rows(path: &Path, all: Vec<String>, read: &str, one: &str) -> Texts {
        let rows = (1..).zip(all);
        let (rows, blank): (Vec<_>, Vec<_>) = rows.partition(|(_, text)| !text.trim().is_empty());
        let blank: Vec<String> = blank.iter().map(|(row, _)| row.to_string()).collect();
        let shown = |blank: &[String]| match blank.len() {
            n @ 0..=5 => (blank.join(", "), n),
            n => (format!("{}, ...", blank[..5].join(", ")), n),
        };
        let left_out = match shown(&blank) {
            (_, 0) => String::new(),
            (which, 1) => format!("; {one} {which} is blank and has no prediction"),
            (which, n) => format!("; {n} {one}s are blank and have no prediction: {which}"),
        };
        let note = format!(
            "{}: {}, {read}{left_out}",
            path.display(),
            counted(rows.len(), "texts")
        );
        Texts { rows, note }
    }

    /// The text of a row or line, counted from 0.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(super) fn of(self, row: usize, path: &Path) -> Result<String> {
        let mut rows = self.rows.into_iter();
        let found = rows.find(|(number, _)| *number == row + 1);
        found
            .map(|(_, text)| text)
            .ok_or_else(|| no_row(&path.display().to_string(), row))
    }
}

/// The most unknown symbols that are named.
const NAMED: usize = 5;

/// What of texts is not read as it stands: symbols that the vocabulary lacks, and what lies behind the longest that is read.
pub(super) fn unread<'t>(
    vocabulary: &Vocabulary,
    texts: impl IntoIterator<Item = &'t str>,
    longest: usize,
) -> Vec<String> {
    let (mut all, mut unknown, mut cut, mut names) = (0, 0, 0, Vec::new());
    for text in texts {
        let mut tokens = vocabulary.tokens(text);
        cut += usize::from(tokens.len() > longest);
        tokens.truncate(longest);
        all += tokens.len();
        for token in tokens {
            if vocabulary.index(&token) == 0 {
                unknown += 1;
                if names.len() < NAMED && !names.contains(&token) {
                    names.push(token);
                }
            }
        }
    }
    let unit = units(vocabulary);
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    let strange = format!(
        "{unknown} of {all} {unit} ({:.1} %) are not among the {} that the run knows, and are read as the unknown one: {}{}",
        100.0 * unknown as f64 / all.max(1) as f64,
        vocabulary.len() - 1,
        names.join(", "),
        if unknown > names.len() { ", ..." } else { "" }
    );
    let longer = format!(
        "{cut} of the texts are longer than task.longest = {longest} {unit}: what lies behind is not read"
    );
    let notes = [
        (unknown > 0).then_some(strange),
        (cut > 0).then_some(longer),
    ];
    notes.into_iter().flatten().collect()
}

/// What the symbols of a vocabulary are called.
pub(super) fn units(vocabulary: &Vocabulary) -> &'static str {
    match vocabulary.splitting().unit {
        Unit::Char => "characters",
        Unit::Word => "words",
    }
}

/// The error for what has no step.
pub(super) fn empty(what: &str) -> Error {
    Error::mend(format!("{what} is empty; there is nothing in it to read"))
}

/// The error for what has fewer rows.
pub(crate) fn no_row(what: &str, row: usize) -> Error {
    Error::mend(format!(
        "{what} has no row {}; choose a smaller --row",
        row + 1
    ))
}
