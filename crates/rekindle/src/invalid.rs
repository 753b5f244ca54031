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

/// Checks a number of which nothing else is asked.
///
/// # Errors
///
/// If it is not finite.
pub(crate) fn finite(key: &str, value: f64) -> Result<(), Invalid> {
    match value.is_finite() {
        true => Ok(()),
        false => Err(Invalid::new(key, value, "a finite number")),
    }
}

/// Checks the length of a step in time.
///
/// # Errors
///
/// If it is not in (0, 1].
pub(crate) fn step_size(key: &str, value: f64) -> Result<(), Invalid> {
    match value > 0.0 && value <= 1.0 {
        true => Ok(()),
        false => Err(Invalid::new(key, value, "greater than 0 and at most 1")),
    }
}

/// Checks the share of something.
///
/// # Errors
///
/// If it is not in [0, 1].
pub(crate) fn share(key: &str, value: f64) -> Result<(), Invalid> {
    match (0.0..=1.0).contains(&value) {
        true => Ok(()),
        false => Err(Invalid::new(key, value, "from 0 to 1")),
    }
}

/// The longest dependency that a chrono initialisation may expect: `b = ln u`, `u` uniform in
/// [1, longest - 1] (Tallec & Ollivier 2018, <https://arxiv.org/abs/1804.11188>).
///
/// # Errors
///
/// If it is so short that the interval is empty, or longer than any sequence.
pub(crate) fn chrono(key: &str, longest: usize) -> Result<(), Invalid> {
    match (3..=1 << 20).contains(&longest) {
        true => Ok(()),
        false => Err(Invalid::new(key, longest, "from 3 to 1048576 steps")),
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
