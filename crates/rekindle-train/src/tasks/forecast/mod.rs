//! The next values of a table's columns, against forecasts that learn nothing.

mod config;
mod data;
mod errors;
mod exhibits;
mod spec;
mod task;

pub use config::ForecastConfig;
pub use spec::ForecastSpec;

use super::{
    at_work::AtWork,
    given::{Takes, empty},
    kind::{Kind, Opened, Use},
    prediction::Prediction,
    stored::{one_of_each, scales, some},
};
use crate::{
    data::{
        columns::Columns,
        file::DataFile,
        reading::{Reading, Steps, single},
    },
    error::{Error, Result},
    memory::Batch,
    model::{
        taken::Taken,
        {front::Front, shape::NetShape},
    },
};
use data::Forecast;
use rekindle::{AnyCellConfig, Invalid, RecurrentConfig};
use std::path::Path;

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
        _takes_missing: bool,
        spec: Option<ForecastSpec>,
    ) -> Result<Opened<ForecastSpec>> {
        let task = Forecast::open(self, spec)?;
        Ok(Opened {
            spec: task.spec.clone(),
            task: Box::new(task),
        })
    }

    fn check(spec: &ForecastSpec) -> Result<(), String> {
        let ForecastSpec {
            columns,
            targets,
            scaler,
            steps,
        } = spec;
        some("columns", columns)?;
        some("targets", targets)?;
        if let Some(target) = targets.iter().find(|&&target| target >= columns.len()) {
            return Err(format!(
                "targets holds {target}, where columns are numbered from 0 to {}",
                columns.len() - 1
            ));
        }
        one_of_each("steps", steps.len(), targets.len(), "targets")?;
        // 0 is that of a target which never changes.
        if let Some(step) = steps.iter().find(|&&step| step < 0.0) {
            return Err(format!("steps holds {step}, where 0 or more is needed"));
        }
        scales(scaler, columns.len(), "columns")
    }

    fn shape(&self, spec: &ForecastSpec) -> NetShape {
        spec.shape(self)
    }

    fn read_file(
        &self,
        spec: &ForecastSpec,
        path: &Path,
        _row: usize,
        _takes: Takes,
    ) -> Result<Reading> {
        let mut table = Columns::read(path, &spec.columns)?;
        if table.rows == 0 {
            return Err(empty(&path.display().to_string()));
        }
        spec.scaler.transform(&mut table.values);
        // What a forecast looks back on.
        let from = table.rows.saturating_sub(self.window);
        let columns = spec.columns.len();
        Ok(Reading {
            labels: vec![table.stamps[from..].to_vec()],
            inputs: Steps::Numbers {
                width: columns,
                rows: vec![single(&table.values[from * columns..])],
            },
            wanted: None,
        })
    }

    fn predict_file(
        &self,
        spec: &ForecastSpec,
        at: AtWork<'_>,
        path: &Path,
    ) -> Result<Vec<Prediction>> {
        let mut table = Columns::read(path, &spec.columns)?;
        if table.rows < self.window {
            return Err(Error::mend(format!(
                "{}: {} rows are fewer than the {} that a forecast looks back on",
                path.display(),
                table.rows,
                self.window
            )));
        }
        let columns = spec.columns.len();
        let window = &mut table.values[(table.rows - self.window) * columns..];
        let last = spec.targets_of(&window[(self.window - 1) * columns..]);
        spec.scaler.transform(window);
        let window = Steps::Numbers {
            width: columns,
            rows: vec![single(window)],
        };
        let changes = at.net.given(&window, Taken::End, at.device).into_data();
        let changes: Vec<f32> = changes.iter::<f32>().collect();
        let values = spec.forecast(&last, &changes);
        let targets = spec.targets.len();
        let of = |target: usize| Prediction::Values {
            column: spec.columns[spec.targets[target]].clone(),
            values: values
                .iter()
                .copied()
                .skip(target)
                .step_by(targets)
                .collect(),
        };
        Ok((0..targets).map(of).collect())
    }
}
