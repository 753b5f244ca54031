//! A number in a configuration that cannot be.

use std::fmt;

/// A key whose value is impossible, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The key, with dots where it is nested: `cell.d_hidden`.
    pub key: String,
    /// The value found; none where the reason says enough.
    pub value: Option<String>,
    /// What is wrong with it, and the remedy.
    pub reason: String,
}

impl Invalid {
    /// A key, the value found there, and what it must be.
    pub fn new(key: &str, value: impl fmt::Display, expected: &str) -> Self {
        Invalid {
            key: key.into(),
            value: Some(value.to_string()),
            reason: format!("must be {expected}"),
        }
    }

    /// A key, and what is wrong with its value, for a value that is missing or too long to repeat.
    pub fn because(key: &str, reason: impl fmt::Display) -> Self {
        Invalid {
            key: key.into(),
            value: None,
            reason: reason.to_string(),
        }
    }

    /// The same under a parent key.
    pub fn under(mut self, parent: &str) -> Self {
        self.key = format!("{parent}.{}", self.key);
        self
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} = {value}: {}", self.key, self.reason),
            None => write!(f, "{}: {}", self.key, self.reason),
        }
    }
}

impl std::error::Error for Invalid {}

/// The largest count that a configuration may ask for: beyond it, a typing error.
const MOST: usize = 1 << 20;

/// Checks a count.
///
/// # Errors
///
/// If it is 0, or larger than any machine's memory takes.
pub fn positive(key: &str, value: usize) -> Result<(), Invalid> {
    match value {
        1..=MOST => Ok(()),
        _ => Err(Invalid::new(key, value, "from 1 to 1048576")),
    }
}

/// The largest width of a layer or a vector: an LSTM of it has a billion recurrent weights, and
/// more would fail where memory is allotted, without a word.
const WIDEST: usize = 1 << 14;

/// Checks the width of a layer or a vector.
///
/// # Errors
///
/// If it is 0, or larger than any machine's memory takes.
pub fn width(key: &str, value: usize) -> Result<(), Invalid> {
    match value {
        1..=WIDEST => Ok(()),
        _ => Err(Invalid::new(key, value, "from 1 to 16384")),
    }
}

/// Checks the probability of dropping something.
///
/// # Errors
///
/// If it is not in [0, 1).
pub fn rate(key: &str, value: f64) -> Result<(), Invalid> {
    match (0.0..1.0).contains(&value) {
        true => Ok(()),
        false => Err(Invalid::new(key, value, "at least 0 and less than 1")),
    }
}
