//! The copying problem: a row of symbols, repeated after a long pause (Hochreiter & Schmidhuber
//! 1997; in the form of Arjovsky et al. 2016, arXiv 1511.06464).

mod config;
mod task;

pub use config::CopyConfig;

use super::{
    drawn::NoSpec,
    given::{Takes, Texts, empty},
    kind::{Kind, Opened},
};
use crate::{
    data::reading::{Reading, Steps},
    error::{Error, Result},
    memory::Batch,
    model::{config::ModelConfig, shape::NetShape, taken::Taken, written::Ends},
};
use rekindle::Invalid;
use std::path::Path;

impl Kind for CopyConfig {
    type Spec = NoSpec;

    fn validate(&self, model: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys(model)
    }

    fn is_endless(&self) -> bool {
        true
    }

    fn unsmoothed(&self) -> Option<&'static str> {
        None
    }

    fn least(&self, rows: usize) -> (NetShape, Batch) {
        (self.ends(), self.batch(rows))
    }

    fn open(&self, seed: u64, _: bool, _: Option<NoSpec>) -> Result<Opened<NoSpec>> {
        Ok(Opened {
            spec: NoSpec {},
            task: Box::new(task::Copying::open(self, seed)?),
        })
    }

    fn shape(&self, _: &NoSpec) -> NetShape {
        self.ends()
    }

    fn meaning(&self, _: &NoSpec) -> Ends {
        Ends::plain(Taken::Each)
    }

    fn read_text(&self, _: &NoSpec, text: &str, _: Takes) -> Result<Reading> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            return Err(empty("the text"));
        }
        let symbol = |(i, word): (usize, &&str)| {
            self.symbol(word).ok_or_else(|| {
                Error::mend(format!(
                    "symbol {} was read as {word:?}, which is none of the run's: numbers from 0 to {}, of \
                     which {} is the blank (also ·) and {} the delimiter (also |)",
                    i + 1,
                    self.symbols - 1,
                    self.symbols - 2,
                    self.symbols - 1
                ))
            })
        };
        let row = words.iter().enumerate().map(symbol);
        let row = row.collect::<Result<Vec<u32>>>()?;
        Ok(Reading {
            labels: vec![row.iter().map(|&s| self.label(s)).collect()],
            inputs: Steps::Symbols(vec![row]),
            wanted: None,
        })
    }

    fn read_file(&self, spec: &NoSpec, path: &Path, row: usize, takes: Takes) -> Result<Reading> {
        self.read_text(spec, &Texts::lines(path)?.of(row, path)?, takes)
    }
}
