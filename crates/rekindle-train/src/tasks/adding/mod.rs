//! The adding problem: the sum of two marked numbers of a long series (Hochreiter & Schmidhuber
//! 1997).

mod config;
mod task;

pub use config::AddingConfig;

use super::{
    drawn::NoSpec,
    given::{Takes, empty},
    kind::{Kind, Opened},
};
use crate::{
    data::{columns::Columns, reading::Reading, series::Series},
    error::Result,
    memory::Batch,
    model::{config::ModelConfig, shape::NetShape, taken::Taken, written::Ends},
};
use rekindle::Invalid;
use std::path::Path;

impl Kind for AddingConfig {
    type Spec = NoSpec;

    fn validate(&self, _: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys()
    }

    fn is_endless(&self) -> bool {
        true
    }

    fn least(&self, rows: usize) -> (NetShape, Batch) {
        (self.ends(), self.batch(rows))
    }

    fn open(&self, seed: u64, _: bool, _: Option<NoSpec>) -> Result<Opened<NoSpec>> {
        Ok(Opened {
            spec: NoSpec {},
            task: Box::new(task::Adding::open(self, seed)?),
        })
    }

    fn shape(&self, _: &NoSpec) -> NetShape {
        self.ends()
    }

    fn meaning(&self, _: &NoSpec) -> Ends {
        Ends::plain(Taken::End)
    }

    fn read_file(&self, _: &NoSpec, path: &Path, _row: usize, _takes: Takes) -> Result<Reading> {
        let names = ["value", "marker"].map(String::from);
        let table = Columns::read(path, &names)?;
        let series = Series {
            steps: table.rows,
            channels: 2,
            values: table.values,
        };
        match series.steps {
            0 => Err(empty(&path.display().to_string())),
            _ => Ok(Reading::of_series(&series)),
        }
    }
}
