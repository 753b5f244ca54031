//! The next values of a table's columns, against forecasts that learn nothing.

mod config;
mod data;
mod errors;
mod exhibits;
mod given;
mod outlook;
mod spec;
mod stream;
mod table;
mod task;

pub use config::ForecastConfig;
pub use spec::ForecastSpec;

use super::{
    at_work::AtWork,
    given::{Takes, no_row},
    kind::{Adopted, Kind, Opened, Use},
    lines::Lines,
    prediction::Predictions,
    stored::{one_of_each, scales, some},
    task::Task,
};
use crate::{
    data::{file::DataFile, reading::Reading, table::KINDS},
    error::Result,
    memory::Batch,
    model::{
        config::ModelConfig,
        front::Front,
        shape::NetShape,
        taken::Taken,
        written::{Ends, Outputs},
    },
};
use data::Forecast;
use given::Given;
use rekindle::Invalid;
use std::path::Path;
use stream::Rows;

impl Kind for ForecastConfig {
    type Spec = ForecastSpec;

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
        let shape = NetShape::of(Front::Features(1), self.outputs(1));
        (shape, Batch::of_one(self.window))
    }

    fn open(
        &self,
        _seed: u64,
        takes_missing: bool,
        spec: Option<ForecastSpec>,
    ) -> Result<Opened<ForecastSpec>> {
        let task = Forecast::open(self, takes_missing, spec)?;
        Ok(Opened {
            spec: task.spec.clone(),
            task: Box::new(task),
        })
    }

    fn test_on(
        &self,
        spec: &ForecastSpec,
        path: &Path,
        takes_missing: bool,
    ) -> Result<Box<dyn Task>> {
        let config = ForecastConfig {
            file: path.to_owned(),
            ..self.clone()
        };
        let task = Forecast::test_on(&config, takes_missing, spec.clone())?;
        Ok(Box::new(task))
    }

    fn adopt(own: ForecastSpec, earlier: ForecastSpec) -> Adopted<ForecastSpec> {
        if own.columns != earlier.columns || own.known != earlier.known {
            return Adopted::nothing(own);
        }
        Adopted {
            kept: Some("the scales are those of that run"),
            front: true,
            head: own.targets == earlier.targets,
            spec: ForecastSpec {
                scaler: earlier.scaler,
                ..own
            },
        }
    }

    fn check(spec: &ForecastSpec) -> Result<(), String> {
        let ForecastSpec {
            columns,
            targets,
            scaler,
            steps,
            indicators,
            known,
            schema: _,
            spacing: _,
        } = spec;
        some("columns", columns)?;
        some("targets", targets)?;
        for (key, places) in [
            ("targets", targets),
            ("indicators", indicators),
            ("known", known),
        ] {
            if let Some(place) = places.iter().find(|&&place| place >= columns.len()) {
                return Err(format!(
                    "{key} holds {place}, where columns are numbered from 0 to {}",
                    columns.len() - 1
                ));
            }
        }
        one_of_each("steps", steps.len(), targets.len(), "targets")?;
        // 0 is that of a target which never changes.
        if let Some(step) = steps.iter().find(|&&step| step < 0.0) {
            return Err(format!("steps holds {step}, where 0 or more is needed"));
        }
        scales("scaler", scaler, columns.len(), "columns")
    }

    fn shape(&self, spec: &ForecastSpec) -> NetShape {
        spec.shape(self)
    }

    fn meaning(&self, spec: &ForecastSpec) -> Ends {
        let columns: Vec<(f64, f64)> = spec.scaler.columns().collect();
        // Behind the columns stand what has no scale, and what is known ahead, row by row of the horizon.
        let plain = spec.indicators.len() + 2 * self.calendar.len();
        let known: Vec<(f64, f64)> = spec.known.iter().map(|&place| columns[place]).collect();
        let behind = std::iter::repeat_n((0.0, 1.0), plain).chain(known.repeat(self.horizon));
        Ends {
            scale: columns.iter().copied().chain(behind).collect(),
            outputs: match self.distribution() {
                None => Outputs::Changes(spec.targets.clone()),
                Some(_) => Outputs::Distributed,
            },
            ..Ends::plain(Taken::End)
        }
    }

    fn read_file(
        &self,
        spec: &ForecastSpec,
        path: &Path,
        row: usize,
        takes: Takes,
    ) -> Result<Reading> {
        let given = Given::read(self, spec, path, takes.missing)?;
        let segment = given.table.segments.get(row);
        let segment = segment.ok_or_else(|| no_row(&path.display().to_string(), row))?;
        given.reading(segment)
    }

    fn stream(&self, spec: &ForecastSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        Ok(Box::new(Rows::new(self, spec, at)?))
    }

    fn predict_file(
        &self,
        spec: &ForecastSpec,
        at: AtWork<'_>,
        path: &Path,
    ) -> Result<Predictions> {
        Given::read(self, spec, path, at.model.takes_missing())?.predictions(at)
    }
}
