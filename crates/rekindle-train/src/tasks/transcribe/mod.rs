//! What is said in a sound, written down: labels for frames of which nobody said which frame is which label.

mod config;
mod data;
mod figures;
mod sounds;
mod spec;
mod stream;
mod task;

pub use config::TranscribeConfig;
pub use spec::TranscribeSpec;

use super::{
    at_work::AtWork,
    given::{Takes, no_row},
    kind::{Adopted, Kind, Opened, Use},
    labelled::files::idle_test_share,
    lines::Lines,
    prediction::{Predicted, Prediction, Predictions},
    stored::{one_of_each, scales},
    task::{JUDGED, Task},
};
use crate::{
    data::{audio, file::DataFile, reading::Reading},
    error::{Error, Result},
    memory::Batch,
    model::{config::ModelConfig, front::Front, shape::NetShape, taken::Taken, written::Ends},
};
use data::Given;
use rekindle::Invalid;
use std::path::Path;
use task::say;

impl Kind for TranscribeConfig {
    type Spec = TranscribeSpec;

    const USE: Use = Use::Files;

    const HAS_LENGTHS: bool = true;

    const FOLDER: &[&str] = &[audio::KIND];

    fn validate(&self, _: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys()
    }

    fn unsmoothed(&self) -> Option<&'static str> {
        Some("the labels of a row are learned together")
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

    fn shorter(&self) -> Option<&'static str> {
        Some("task.longest to leave out the longest")
    }

    fn least(&self, _rows: usize) -> (NetShape, Batch) {
        let front = Front::Features(self.audio.mels.saturating_mul(self.subsampling));
        (NetShape::of(front, 2), Batch::of_one(1))
    }

    fn open(
        &self,
        seed: u64,
        _: bool,
        spec: Option<TranscribeSpec>,
    ) -> Result<Opened<TranscribeSpec>> {
        data::open(self, seed, spec)
    }

    fn test_on(&self, spec: &TranscribeSpec, path: &Path, _: bool) -> Result<Box<dyn Task>> {
        data::test_on(self, spec, path)
    }

    fn adopt(own: TranscribeSpec, earlier: TranscribeSpec) -> Adopted<TranscribeSpec> {
        if own.audio != earlier.audio {
            return Adopted::nothing(own);
        }
        let head = own.vocabulary.reads_as(&earlier.vocabulary);
        Adopted {
            kept: Some(match head {
                true => "the scales and the labels are those of that run; other labels are unknown",
                false => "the scales are those of that run; the labels are others",
            }),
            front: true,
            head,
            spec: TranscribeSpec {
                audio: earlier.audio,
                scaler: earlier.scaler,
                vocabulary: if head {
                    earlier.vocabulary
                } else {
                    own.vocabulary
                },
                cut: own.cut,
            },
        }
    }

    fn check(spec: &TranscribeSpec) -> Result<(), String> {
        spec.audio.stored()?;
        one_of_each("cut", spec.cut.classes(), 1, "kind of sounds")?;
        scales("scaler", &spec.scaler, spec.audio.mels, "audio.mels")
    }

    fn shape(&self, spec: &TranscribeSpec) -> NetShape {
        spec.shape(self)
    }

    fn meaning(&self, spec: &TranscribeSpec) -> Ends {
        let bands: Vec<(f64, f64)> = spec.scaler.columns().collect();
        Ends {
            scale: bands.repeat(self.subsampling),
            ..Ends::plain(Taken::Each)
        }
    }

    fn read_file(
        &self,
        spec: &TranscribeSpec,
        path: &Path,
        row: usize,
        _: Takes,
    ) -> Result<Reading> {
        let given = data::given(self, spec, path)?;
        let frames = given.frames.get(row);
        let frames = frames.ok_or_else(|| no_row(&path.display().to_string(), row))?;
        Ok(Reading {
            inputs: spec.steps(self, [frames]),
            labels: vec![spec.times(self, frames)],
            wanted: None,
        })
    }

    fn predict_file(
        &self,
        spec: &TranscribeSpec,
        at: AtWork<'_>,
        path: &Path,
    ) -> Result<Predictions> {
        let Given {
            names,
            frames,
            notes,
        } = data::given(self, spec, path)?;
        let steps = frames.iter().map(|one| one.steps).max().unwrap_or(0);
        at.holds(Batch {
            judged: frames.len().min(JUDGED),
            time: steps.div_ceil(self.subsampling),
            each: true,
            ..Batch::default()
        })
        .map_err(|e| Error::mend(format!("{}: {e}", path.display())))?;
        let frames: Vec<_> = frames.iter().collect();
        let said = say(self, spec, at.net, &frames, self.beam, at.device);
        let said = said.into_iter().map(Prediction::text);
        let all = match names.is_empty() {
            true => said.map(Predicted::from).collect(),
            false => (1..)
                .zip(names)
                .zip(said)
                .map(|((row, name), said)| Predicted {
                    id: Some(name),
                    ..said.of_row(row)
                })
                .collect(),
        };
        Ok(Predictions { all, notes })
    }

    fn stream(&self, spec: &TranscribeSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        Ok(Box::new(stream::Files {
            config: self.clone(),
            spec: spec.clone(),
            net: at.net.clone(),
            device: at.device.clone(),
        }))
    }
}
