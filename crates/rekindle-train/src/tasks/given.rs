//! What a user gives a network to read.

use crate::{
    data::{
        file,
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
        let unit = match vocabulary.splitting().unit {
            Unit::Char => "characters",
            Unit::Word => "words",
        };
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

/// A line of a file of texts, one a line.
pub(super) fn line(path: &Path, row: usize) -> Result<String> {
    let text = file::read_text(path)?;
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let line = lines.nth(row);
    line.map(str::to_owned)
        .ok_or_else(|| no_row(&path.display().to_string(), row))
}

/// The error for what has no step.
pub(super) fn empty(what: &str) -> Error {
    Error::mend(format!("{what} is empty; there is no step to look at"))
}

/// The error for what has fewer rows.
pub(crate) fn no_row(what: &str, row: usize) -> Error {
    Error::mend(format!(
        "{what} has no row {}; choose a smaller --row",
        row + 1
    ))
}
