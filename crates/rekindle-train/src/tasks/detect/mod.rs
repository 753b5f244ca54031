//! Windows of a table that are unlike those that were learned, by how badly they are given back.
//!
//! P. Malhotra et al.: LSTM-based encoder-decoder for multi-sensor anomaly detection, 2016, <https://arxiv.org/abs/1607.00148>.

mod config;
mod data;
mod exhibits;
mod figures;
mod spec;
mod table;
mod task;
mod windows;

pub use config::DetectConfig;
pub use spec::DetectSpec;

use super::{
    at_work::AtWork,
    given::{Takes, no_row},
    kind::{Adopted, Kind, Opened, Use},
    prediction::Predictions,
    stored::{scales, some},
    task::{JUDGED, Task},
};
use crate::{
    data::{file::DataFile, reading::Reading, table::KINDS},
    error::Result,
    memory::Batch,
    model::{config::ModelConfig, front::Front, shape::NetShape, taken::Taken, written::Ends},
};
use figures::Measure;
use rekindle::Invalid;
use std::path::Path;
use table::Table;

impl Kind for DetectConfig {
    type Spec = DetectSpec;

    const USE: Use = Use::Files;

    const FOLDER: &[&str] = &KINDS;

    fn validate(&self, _: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys()
    }

    fn files(&mut self) -> Vec<&mut DataFile> {
        vec![&mut self.file]
    }

    fn valid(&self) -> Option<(&'static str, f64)> {
        Some(("valid", self.valid))
    }

    fn least(&self, _rows: usize) -> (NetShape, Batch) {
        let shape = NetShape {
            front: Front::Features(1),
            head: self.head(1),
        };
        (shape, Batch::of_one(self.window))
    }

    fn open(&self, _seed: u64, _: bool, spec: Option<DetectSpec>) -> Result<Opened<DetectSpec>> {
        data::open(self, spec)
    }

    fn test_on(&self, spec: &DetectSpec, path: &Path, _: bool) -> Result<Box<dyn Task>> {
        data::test_on(self, spec, path)
    }

    fn adopt(own: DetectSpec, earlier: DetectSpec) -> Adopted<DetectSpec> {
        if own.columns != earlier.columns {
            return Adopted::nothing(own);
        }
        Adopted {
            kept: Some("the scales are those of that run"),
            front: true,
            head: true,
            spec: DetectSpec {
                scaler: earlier.scaler,
                ..own
            },
        }
    }

    fn check(spec: &DetectSpec) -> Result<(), String> {
        some("columns", &spec.columns)?;
        scales("scaler", &spec.scaler, spec.columns.len(), "columns")
    }

    fn shape(&self, spec: &DetectSpec) -> NetShape {
        spec.shape(self)
    }

    fn meaning(&self, spec: &DetectSpec) -> Ends {
        Ends {
            scale: spec.scaler.columns().collect(),
            ..Ends::plain(Taken::End)
        }
    }

    fn read_file(&self, spec: &DetectSpec, path: &Path, row: usize, _: Takes) -> Result<Reading> {
        let table = Table::given(self, path, spec)?;
        let starts = Table::windows(0..table.rows, self.window, self.stride());
        let start = starts.get(row).copied();
        let start = start.ok_or_else(|| no_row(&path.display().to_string(), row))?;
        let mut scaled = table.values;
        spec.scaler.transform(&mut scaled);
        Ok(Reading {
            inputs: table::steps(&scaled, spec.columns.len(), self.window, &[start]),
            labels: vec![table.stamps[start..start + self.window].to_vec()],
            wanted: None,
        })
    }

    fn predict_file(&self, spec: &DetectSpec, at: AtWork<'_>, path: &Path) -> Result<Predictions> {
        let table = Table::given(self, path, spec)?;
        let starts = Table::windows(0..table.rows, self.window, self.stride());
        if starts.is_empty() {
            return Err(Table::short(path, table.rows, self.window));
        }
        let mut scaled = table.values.clone();
        spec.scaler.transform(&mut scaled);
        let measure = Measure::stored(at.validated);
        let columns = spec.columns.len();
        let mut all = Vec::new();
        for starts in starts.chunks(JUDGED) {
            let steps = table::steps(&scaled, columns, self.window, starts);
            let errors = windows::errors(at.net, &steps, at.device);
            for (&start, error) in starts.iter().zip(errors) {
                let said = task::said(&table, start, self.window, error, measure);
                all.push(said.of_row(all.len() + 1));
            }
        }
        let mut notes = table.notes.clone();
        notes.extend(measure.is_none().then(|| {
            "the run has no figures of a validation part yet, from which scores and the threshold are: errors alone are said".to_owned()
        }));
        Ok(Predictions { all, notes })
    }
}
