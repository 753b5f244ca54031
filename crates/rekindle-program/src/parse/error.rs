//! Where and why a text is no program.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Where and why a text is no program.
///
/// It is shown as two lines: the place and the reason, and the line of the text up to that place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub column: usize,
    /// What was expected, and what stands there.
    pub message: String,
    /// The line of the text, up to the end of what is wrong; empty where there is none.
    pub excerpt: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParseError {
            line,
            column,
            message,
            excerpt,
        } = self;
        write!(f, "line {line}, column {column}: {message}")?;
        match excerpt.is_empty() {
            true => Ok(()),
            false => write!(f, "\n    {excerpt} <- here"),
        }
    }
}

impl core::error::Error for ParseError {}

pub(super) type Parsed<T> = Result<T, ParseError>;

/// A stretch of a line, in characters from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub line: usize,
    pub start: usize,
    pub end: usize,
}

/// How much of a line an error shows.
const SHOWN: usize = 72;

/// A text by its lines, for the errors that point into it.
pub(super) struct Text<'t>(Vec<&'t str>);

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Text(text.lines().collect())
    }

    pub(super) fn lines(&self) -> &[&'t str] {
        &self.0
    }

    pub(super) fn error(&self, place: Place, message: impl Into<String>) -> ParseError {
        let line = self.0.get(place.line).copied().unwrap_or_default();
        let before: String = line.chars().take(place.end).collect();
        let before = before.trim();
        let cut = before.chars().count().saturating_sub(SHOWN);
        let shown: String = before.chars().skip(cut).collect();
        ParseError {
            line: place.line + 1,
            column: place.start + 1,
            message: message.into(),
            excerpt: match cut {
                0 => shown,
                _ => format!("...{shown}"),
            },
        }
    }
}
