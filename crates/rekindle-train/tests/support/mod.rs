//! What the tests of runs share: a directory with a config and its data, and training there.

#![allow(dead_code, reason = "each test program takes what it needs")]

use rekindle_train::{Prediction, Predictions, TrainOptions, Trained, train};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};
use tempfile::TempDir;

/// The directory of the small files that come with the tests.
pub(crate) const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

/// Burn's random generator is shared by all threads: tests that draw from it take turns.
static GENERATOR: Mutex<()> = Mutex::new(());

/// A directory of one's own, and the turn to draw.
pub(crate) struct Bench {
    dir: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Bench {
            dir: tempfile::tempdir().expect("a directory"),
            _alone: GENERATOR.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("written");
        path
    }

    /// What is asked of a run of a config, in which `DATA` is the directory of the tests' files.
    pub(crate) fn options(&self, config: &str, out: &str) -> TrainOptions {
        TrainOptions {
            config: self.file("experiment.toml", &config.replace("DATA", DATA)),
            out: Some(self.path(out)),
            ..TrainOptions::default()
        }
    }

    /// The same with some keys changed, each as behind `--set`.
    pub(crate) fn changed(&self, config: &str, keys: &[&str], out: &str) -> TrainOptions {
        TrainOptions {
            overrides: keys.iter().map(ToString::to_string).collect(),
            ..self.options(config, out)
        }
    }

    /// Trains a config to its end.
    pub(crate) fn train(&self, config: &str, out: &str) -> Trained {
        trained(&self.options(config, out))
    }
}

/// Trains to the end.
pub(crate) fn trained(options: &TrainOptions) -> Trained {
    train(options, &mut (), &never()).expect("trains")
}

/// What is predicted, without where.
pub(crate) fn said(predictions: Predictions) -> Vec<Prediction> {
    let all = predictions.all.into_iter();
    all.map(|one| one.prediction).collect()
}

/// Nobody asks for an end.
pub(crate) fn never() -> AtomicBool {
    AtomicBool::new(false)
}

/// The weights that a run has kept, as a file.
pub(crate) fn weights(run: &Path) -> Vec<u8> {
    fs::read(run.join("model.safetensors")).expect("weights")
}

/// The numbers of weights in a file, tensor by tensor in the order of their names.
pub(crate) fn numbers(weights: &[u8]) -> Vec<f32> {
    let file = safetensors::SafeTensors::deserialize(weights).expect("weights");
    let mut tensors = file.tensors();
    tensors.sort_by(|(a, _), (b, _)| a.cmp(b));
    let bytes: Vec<u8> = tensors
        .iter()
        .flat_map(|(_, view)| view.data().to_vec())
        .collect();
    let numbers = bytes
        .chunks_exact(4)
        .map(|word| word.try_into().expect("4 bytes"));
    numbers.map(f32::from_le_bytes).collect()
}

/// How far the numbers of two files of weights are apart at most.
pub(crate) fn apart(a: &[u8], b: &[u8]) -> f32 {
    let pairs = numbers(a).into_iter().zip(numbers(b));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}
