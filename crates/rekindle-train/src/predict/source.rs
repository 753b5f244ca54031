//! What a run's network is given to read, to be looked at while it reads.

use super::predictor::Predictor;
use crate::{
    data::reading::Reading,
    error::{Error, Result},
    memory,
    tasks::{
        given::{Takes, no_row},
        part::Part,
    },
};
use std::path::PathBuf;

/// What a network is given to read.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A text: for a language model, a classifier of texts, or the symbols of the copying problem.
    Text(String),
    /// A file: texts, one a line (for a language model one text); series; or a table.
    File(PathBuf),
    /// A part of the run's own data.
    Part(Part),
}

/// The steps of a text from the run's own data that has no rows of its own.
const STEPS: usize = 200;

impl Predictor {
    /// One row of a source, counted from 0, as the network reads it. Symbols that the run does not know
    /// are an error, unless `unknown` has them read as the unknown one.
    ///
    /// # Errors
    ///
    /// If the source is empty, has no such row, or does not fit the run's task.
    pub(crate) fn reading(&self, source: &Source, row: usize, unknown: bool) -> Result<Reading> {
        let takes = Takes {
            unknown,
            missing: self.plan.experiment().model.takes_missing(),
        };
        match source {
            Source::Text(text) => self.kind().read_text(&self.spec, text, takes),
            Source::File(path) => {
                memory::file(self.plan.experiment().memory, path)
                    .map_err(|e| Error::mend(e.to_string()))?;
                self.kind().read_file(&self.spec, path, row, takes)
            }
            Source::Part(part) => {
                let task = self.task()?;
                let reading = task.reading(*part, row..row.saturating_add(1), STEPS);
                let name = part.name();
                match reading.rows() {
                    0 if task.first_of(&[*part]) != *part => Err(Error::mend(format!(
                        "the run's data has no {name} part; give the network something to read with --text or --input"
                    ))),
                    0 => Err(no_row(&format!("the {name} part of the run's data"), row)),
                    _ => Ok(reading),
                }
            }
        }
    }
}
