//! What a run's network is given to read, to be looked at while it reads.

use crate::{
    data::{
        columns::Columns,
        file,
        reading::{Reading, Steps, single, visible},
        series::Series,
        series_set::SeriesSet,
        vocabulary::{Unit, Vocabulary},
    },
    error::{Error, Result},
    memory,
    predict::predictor::Predictor,
    tasks::{Part, Spec, TaskConfig},
};
use std::path::{Path, PathBuf};

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
        match source {
            Source::Text(text) => self.text(text, unknown),
            Source::File(path) => self.file(path, row, unknown),
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

    fn text(&self, text: &str, unknown: bool) -> Result<Reading> {
        match (&self.plan.experiment().task, &self.spec) {
            (TaskConfig::LanguageModel(_), Spec::LanguageModel(spec)) => {
                symbols(&spec.vocabulary, text, usize::MAX, unknown)
            }
            (TaskConfig::ClassifyText(config), Spec::ClassifyText(spec)) => {
                symbols(&spec.vocabulary, text, config.longest, unknown)
            }
            (TaskConfig::Copy(config), _) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                if words.is_empty() {
                    return Err(empty("the text"));
                }
                let symbol = |(i, word): (usize, &&str)| {
                    config.symbol(word).ok_or_else(|| {
                        Error::mend(format!(
                            "symbol {} was read as {word:?}, which is none of the run's: numbers from 0 to {}, of \
                             which {} is the blank (also ·) and {} the delimiter (also |)",
                            i + 1,
                            config.symbols - 1,
                            config.symbols - 2,
                            config.symbols - 1
                        ))
                    })
                };
                let row = words.iter().enumerate().map(symbol);
                let row = row.collect::<Result<Vec<u32>>>()?;
                Ok(Reading {
                    labels: vec![row.iter().map(|&s| config.label(s)).collect()],
                    inputs: Steps::Symbols(vec![row]),
                    wanted: None,
                })
            }
            _ => Err(Error::mend(
                "this run reads numbers, not a text; give it a file with --input, or neither for a row of its own data",
            )),
        }
    }

    fn file(&self, path: &Path, row: usize, unknown: bool) -> Result<Reading> {
        memory::file(self.plan.experiment().memory, path)
            .map_err(|e| Error::mend(e.to_string()))?;
        let at = path.display().to_string();
        match (&self.plan.experiment().task, &self.spec) {
            (TaskConfig::LanguageModel(_), Spec::LanguageModel(spec)) => symbols(
                &spec.vocabulary,
                &file::read_text(path)?,
                usize::MAX,
                unknown,
            ),
            (TaskConfig::ClassifyText(_) | TaskConfig::Copy(_), _) => {
                let text = file::read_text(path)?;
                let mut lines = text.lines().filter(|line| !line.trim().is_empty());
                let line = lines.nth(row).ok_or_else(|| no_row(&at, row))?;
                self.text(line, unknown)
            }
            (TaskConfig::ClassifySeries(_), Spec::ClassifySeries(spec)) => {
                let takes_missing = self.plan.experiment().model.takes_missing();
                let mut series = SeriesSet::read_unlabelled(path, spec.channels, takes_missing)?;
                let one = series.get_mut(row).ok_or_else(|| no_row(&at, row))?;
                spec.scaler.transform(&mut one.values);
                Ok(Reading::of_series(&[one], spec.channels))
            }
            (TaskConfig::Forecast(config), Spec::Forecast(spec)) => {
                let mut table = Columns::read(path, &spec.columns)?;
                if table.rows == 0 {
                    return Err(empty(&at));
                }
                spec.scaler.transform(&mut table.values);
                // What a forecast looks back on.
                let from = table.rows.saturating_sub(config.window);
                let values = single(&table.values[from * spec.columns.len()..]);
                Ok(Reading {
                    labels: vec![table.stamps[from..].to_vec()],
                    inputs: Steps::Numbers {
                        width: spec.columns.len(),
                        rows: vec![values],
                    },
                    wanted: None,
                })
            }
            (TaskConfig::Adding(_), _) => {
                let names = ["value", "marker"].map(String::from);
                let table = Columns::read(path, &names)?;
                let series = Series {
                    steps: table.rows,
                    channels: 2,
                    values: table.values,
                };
                match series.steps {
                    0 => Err(empty(&at)),
                    _ => Ok(Reading::of_series(&[&series], 2)),
                }
            }
            _ => Err(Error::mend(
                "the run's data.json is of another task than its config.toml; restore both from the same run",
            )),
        }
    }
}

/// The symbols of a text, the first so many.
fn symbols(vocabulary: &Vocabulary, text: &str, longest: usize, unknown: bool) -> Result<Reading> {
    let mut tokens = vocabulary.tokens(text);
    tokens.truncate(longest);
    if tokens.is_empty() {
        return Err(empty("the text"));
    }
    let row: Vec<u32> = tokens.iter().map(|token| vocabulary.index(token)).collect();
    let strange = row.iter().position(|&s| s == 0).filter(|_| !unknown);
    if let Some(at) = strange {
        let unit = match vocabulary.unit() {
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

fn empty(what: &str) -> Error {
    Error::mend(format!("{what} is empty; there is no step to look at"))
}

fn no_row(what: &str, row: usize) -> Error {
    Error::mend(format!(
        "{what} has no row {}; choose a smaller --row",
        row + 1
    ))
}
