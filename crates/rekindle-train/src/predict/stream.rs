//! A trained network at work on a file that comes line by line.

use super::predictor::Predictor;
use crate::{
    error::Result,
    tasks::{lines::Lines, prediction::Predictions},
};

/// A run that is given a file line by line, and says what it can after each.
///
/// After each line it says what [`Predictor::predict_file`] says of the file so far: of a text its class, of a series its class up
/// to this step, behind a row of a table the next values. A language model says what is likeliest to follow each symbol.
pub struct Stream {
    lines: Box<dyn Lines>,
    number: usize,
}

impl Predictor {
    /// A stream at its beginning.
    ///
    /// # Errors
    ///
    /// If what the network gives for a step follows from later ones, or its task draws its data.
    pub fn stream(&self) -> Result<Stream> {
        let lines = self.kind().stream(&self.spec, self.at_work())?;
        Ok(Stream { lines, number: 0 })
    }
}

impl Stream {
    /// What a line is for this run, in words.
    pub fn takes(&self) -> String {
        self.lines.takes()
    }

    /// Takes the next line. Its end belongs to what a language model reads, and to nothing else.
    ///
    /// # Errors
    ///
    /// If it is none that the network takes; the line is named.
    pub fn push(&mut self, line: &str) -> Result<Predictions> {
        self.number += 1;
        self.lines.take(self.number, line)
    }
}
