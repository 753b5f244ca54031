//! What a list is narrowed by.

use crate::error::{Error, Result};

/// Which of the things that have a name and a title are asked for, in any case.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// All of them.
    Any,
    /// Those with this in the name or the title, in lower case.
    With(String),
    /// Those whose name is like this: `*` and `?` stand for any letters and any one letter.
    Like(glob::Pattern),
}

impl Pattern {
    /// Reads a pattern; without one all are asked for.
    ///
    /// # Errors
    ///
    /// If it has `*`, `?` or `[` in it and is no pattern.
    pub fn read(pattern: Option<&str>) -> Result<Self> {
        match pattern.map(str::to_lowercase) {
            None => Ok(Pattern::Any),
            Some(text) if text.contains(['*', '?', '[']) => {
                let pattern = glob::Pattern::new(&text);
                let wrong = |error| Error::mend(format!("{text}: no pattern: {error}"));
                pattern.map(Pattern::Like).map_err(wrong)
            }
            Some(text) => Ok(Pattern::With(text)),
        }
    }

    /// Whether something of this name and title is asked for.
    pub fn fits(&self, name: &str, title: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::With(text) => name.contains(text) || title.to_lowercase().contains(text),
            Pattern::Like(pattern) => pattern.matches(name),
        }
    }
}
