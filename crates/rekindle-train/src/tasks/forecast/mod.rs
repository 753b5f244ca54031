//! The next values of a table's columns, against forecasts that learn nothing.

mod config;
mod data;
mod errors;
mod exhibits;
mod spec;
mod stream;
mod table;
mod task;

pub use config::ForecastConfig;
pub use spec::ForecastSpec;

use super::{
    at_work::AtWork,
    given::{Takes, empty},
    kind::{Adopted, Kind, Opened, Use},
    lines::Lines,
    prediction::{Predicted, Predictions},
    stored::{one_of_each, scales, some},
    task::Task,
};
use crate::{
    data::{
        file::DataFile,
        message::{counted, shown},
        reading::{Reading, Steps, single},
    },
    error::{Error, Result},
    memory::Batch,
    model::{
        taken::Taken,
        written::{Ends, Outputs},
        {front::Front, shape::NetShape},
    },
};
use data::Forecast;
use rekindle::{AnyCellConfig, Invalid, RecurrentConfig};
use std::path::Path;
use stream::Rows;
use table::prepare;

impl Kind for ForecastConfig {
    type Spec = ForecastSpec;

    const USE: Use = Use::Files;

    fn validate(&self, _: &RecurrentConfig<AnyCellConfig>) -> Result<(), Invalid> {
        self.check_keys()
    }

    fn files(&mut self) -> Vec<&mut DataFile> {
        vec![&mut self.file]
    }

    fn valid(&self) -> Option<(&'static str, f64)> {
        Some(("valid", self.valid))
    }

    fn least(&self, _rows: usize) -> (NetShape, Batch) {
        let shape = NetShape::of(Front::Features(1), self.horizon);
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
        if own.columns != earlier.columns {
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
            schema: _,
        } = spec;
        some("columns", columns)?;
        some("targets", targets)?;
        for (key, places) in [("targets", targets), ("indicators", indicators)] {
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
        Ends {
            scale: spec.scaler.columns().collect(),
            outputs: Outputs::Changes(spec.targets.clone()),
            ..Ends::plain(Taken::End)
        }
    }

    fn read_file(
        &self,
        spec: &ForecastSpec,
        path: &Path,
        _row: usize,
        takes: Takes,
    ) -> Result<Reading> {
        let table = self.read(path, takes.missing, Some(spec))?;
        if table.rows == 0 {
            return Err(empty(&path.display().to_string()));
        }
        let whole = 0..table.rows;
        let prepared = prepare(self, spec, &table, std::slice::from_ref(&whole))?;
        // What a forecast looks back on.
        let from = table.rows.saturating_sub(self.window);
        let width = spec.width(self);
        Ok(Reading {
            labels: vec![table.stamps[from..].to_vec()],
            inputs: Steps::Numbers {
                width,
                rows: vec![single(&prepared.inputs[from * width..])],
            },
            wanted: None,
        })
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
        let table = self.read(path, at.model.takes_missing(), Some(spec))?;
        if table.rows < self.window {
            return Err(Error::mend(format!(
                "{}: it has {}, fewer than the {} that a forecast looks back on",
                path.display(),
                counted(table.rows, "rows"),
                self.window
            )));
        }
        let whole = 0..table.rows;
        let prepared = prepare(self, spec, &table, std::slice::from_ref(&whole))?;
        let columns = spec.columns.len();
        let last = spec.targets_of(&prepared.anchors[(table.rows - 1) * columns..]);
        if let Some(unknown) = last.iter().position(|value| value.is_nan()) {
            return Err(Error::mend(format!(
                "{}: column {} has no value, and a forecast goes on from its last",
                path.display(),
                shown(&spec.columns[spec.targets[unknown]])
            )));
        }
        let width = spec.width(self);
        let window = Steps::Numbers {
            width,
            rows: vec![single(
                &prepared.inputs[(table.rows - self.window) * width..],
            )],
        };
        let changes = at.net.given(&window, Taken::End, at.device).into_data();
        let changes: Vec<f32> = changes.iter::<f32>().collect();
        let said = spec.said(&spec.forecast(&last, &changes));
        let after = table.stamps.last();
        let each = said.into_iter().map(|one| Predicted {
            after: after.cloned(),
            ..one.into()
        });
        Ok(Predictions {
            all: each.collect(),
            notes: table.notes.clone(),
        })
    }
}
