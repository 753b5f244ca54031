//! A file that comes line by line.

use super::prediction::Predictions;
use crate::error::Result;

/// A trained network that is given a file line by line, and says what it can after each.
pub(crate) trait Lines {
    /// What a line is, and what there is to say after it.
    fn takes(&self) -> String;

    /// Takes a line with its end, by its number, from 1.
    ///
    /// # Errors
    ///
    /// If it is none that the network takes; the line is named.
    fn take(&mut self, number: usize, line: &str) -> Result<Predictions>;
}
