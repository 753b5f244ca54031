//! The class of a series of numbers.

mod config;
mod data;
mod spec;

pub use config::ClassifySeriesConfig;
pub use spec::SeriesSpec;

use super::{
    at_work::AtWork,
    given::Takes,
    kind::{Adopted, Kind, Opened, Use},
    labelled::{
        files::{are_among, idle_test_share},
        steps::Steps,
    },
    lines::Lines,
    prediction::{Predictions, classes},
    stored::{one_of_each, scales, some},
    task::Task,
};
use crate::{
    data::{file::DataFile, reading::Reading, series_file},
    error::Result,
    memory::Batch,
    model::{config::ModelConfig, front::Front, shape::NetShape, taken::Taken, written::Ends},
};
use rekindle::Invalid;
use std::path::Path;

impl Kind for ClassifySeriesConfig {
    type Spec = SeriesSpec;

    const USE: Use = Use::Files;

    const HAS_LENGTHS: bool = true;

    const FOLDER: &[&str] = &series_file::KINDS;

    fn validate(&self, _: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys()
    }

    fn unsmoothed(&self) -> Option<&'static str> {
        let weights = self.class_weights.as_ref();
        weights.map(|_| "its classes have weights, task.class_weights; leave one of the two out")
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
        (NetShape::of(Front::Features(1), 2), Batch::of_one(1))
    }

    fn open(
        &self,
        seed: u64,
        takes_missing: bool,
        spec: Option<SeriesSpec>,
    ) -> Result<Opened<SeriesSpec>> {
        data::open(self, seed, takes_missing, spec)
    }

    fn test_on(
        &self,
        spec: &SeriesSpec,
        path: &Path,
        takes_missing: bool,
    ) -> Result<Box<dyn Task>> {
        data::test_on(self, spec, path, takes_missing)
    }

    fn adopt(own: SeriesSpec, earlier: SeriesSpec) -> Adopted<SeriesSpec> {
        if own.channels != earlier.channels {
            return Adopted::nothing(own);
        }
        let head = are_among(&own.classes, &earlier.classes);
        Adopted {
            kept: Some(match head {
                true => "the scales and the classes are those of that run",
                false => "the scales are those of that run; the classes are others",
            }),
            front: true,
            head,
            spec: match head && own.classes != earlier.classes {
                true => earlier,
                false => SeriesSpec {
                    scaler: earlier.scaler,
                    ..own
                },
            },
        }
    }

    fn check(spec: &SeriesSpec) -> Result<(), String> {
        some("classes", &spec.classes)?;
        let classes = spec.classes.len();
        one_of_each("cut", spec.cut.classes(), classes, "classes")?;
        spec.columns().hears(spec.channels)?;
        scales("scaler", &spec.scaler, spec.channels, "channels")
    }

    fn shape(&self, spec: &SeriesSpec) -> NetShape {
        spec.shape()
    }

    fn meaning(&self, spec: &SeriesSpec) -> Ends {
        Ends {
            scale: spec.scaler.columns().collect(),
            ..Ends::plain(Taken::Pooled(self.pool))
        }
    }

    fn read_file(
        &self,
        spec: &SeriesSpec,
        path: &Path,
        row: usize,
        takes: Takes,
    ) -> Result<Reading> {
        spec.given().row(path, row, takes.missing)
    }

    fn stream(&self, spec: &SeriesSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        let names = spec.classes.clone();
        let steps = Steps::new(spec.given(), at, self.pool, "class", move |logits| {
            classes(logits, &names)
        })?;
        Ok(Box::new(steps))
    }

    fn predict_file(&self, spec: &SeriesSpec, at: AtWork<'_>, path: &Path) -> Result<Predictions> {
        let say = |logits| classes(logits, &spec.classes);
        spec.given().predictions(path, at, self.pool, say)
    }
}
