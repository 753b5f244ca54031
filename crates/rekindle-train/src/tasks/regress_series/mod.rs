//! A number for a series of numbers, against predictors that learn nothing.

mod config;
mod data;
mod exhibits;
mod figures;
mod spec;
mod task;

pub use config::RegressSeriesConfig;
pub use spec::RegressionSpec;

use super::{
    at_work::AtWork,
    given::Takes,
    kind::{Adopted, Kind, Opened, Use},
    labelled::{files::idle_test_share, steps::Steps},
    lines::Lines,
    prediction::Predictions,
    stored::{one_of_each, scales},
    task::Task,
};
use crate::{
    data::{file::DataFile, reading::Reading, series_file},
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
use rekindle::Invalid;
use std::path::Path;

impl Kind for RegressSeriesConfig {
    type Spec = RegressionSpec;

    const USE: Use = Use::Files;

    const HAS_LENGTHS: bool = true;

    const FOLDER: &[&str] = &series_file::KINDS;

    fn validate(&self, _: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys()
    }

    fn files(&mut self) -> Vec<&mut DataFile> {
        vec![&mut self.train, &mut self.test]
    }

    fn valid(&self) -> Option<(&'static str, f64)> {
        Some(("valid_share", self.valid_share))
    }

    fn idle_test_share(&self) -> Option<f64> {
        idle_test_share(&self.test, self.test_share)
    }

    fn least(&self, _rows: usize) -> (NetShape, Batch) {
        (NetShape::of(Front::Features(1), 1), Batch::of_one(1))
    }

    fn open(
        &self,
        seed: u64,
        takes_missing: bool,
        spec: Option<RegressionSpec>,
    ) -> Result<Opened<RegressionSpec>> {
        data::open(self, seed, takes_missing, spec)
    }

    fn test_on(
        &self,
        spec: &RegressionSpec,
        path: &Path,
        takes_missing: bool,
    ) -> Result<Box<dyn Task>> {
        data::test_on(self, spec, path, takes_missing)
    }

    fn adopt(own: RegressionSpec, earlier: RegressionSpec) -> Adopted<RegressionSpec> {
        if own.channels != earlier.channels {
            return Adopted::nothing(own);
        }
        Adopted {
            kept: Some("the scales are those of that run"),
            front: true,
            head: true,
            spec: RegressionSpec {
                scaler: earlier.scaler,
                target: earlier.target,
                ..own
            },
        }
    }

    fn check(spec: &RegressionSpec) -> Result<(), String> {
        one_of_each("cut", spec.cut.classes(), 1, "class of all series")?;
        spec.columns.hears(spec.channels)?;
        scales("scaler", &spec.scaler, spec.channels, "channels")?;
        scales("target", &spec.target, 1, "target")
    }

    fn shape(&self, spec: &RegressionSpec) -> NetShape {
        spec.shape()
    }

    fn meaning(&self, spec: &RegressionSpec) -> Ends {
        Ends {
            scale: spec.scaler.columns().collect(),
            outputs: Outputs::Scaled(spec.target.columns().collect()),
            ..Ends::plain(Taken::Pooled(self.pool))
        }
    }

    fn read_file(
        &self,
        spec: &RegressionSpec,
        path: &Path,
        row: usize,
        takes: Takes,
    ) -> Result<Reading> {
        spec.given().row(path, row, takes.missing)
    }

    fn stream(&self, spec: &RegressionSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        let own = spec.clone();
        let steps = Steps::new(spec.given(), at, self.pool, "target", move |outputs| {
            own.predictions(outputs)
        })?;
        Ok(Box::new(steps))
    }

    fn predict_file(
        &self,
        spec: &RegressionSpec,
        at: AtWork<'_>,
        path: &Path,
    ) -> Result<Predictions> {
        let say = |outputs| spec.predictions(outputs);
        spec.given().predictions(path, at, self.pool, say)
    }
}
