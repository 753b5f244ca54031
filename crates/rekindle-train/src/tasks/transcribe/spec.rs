//! What is stored of sounds and their texts.

use super::config::TranscribeConfig;
use crate::{
    data::{
        audio::config::AudioConfig,
        cut::Cut,
        reading::{Steps, single},
        scaler::Scaler,
        series::Series,
        vocabulary::Vocabulary,
    },
    model::{front::Front, shape::NetShape},
};
use serde::{Deserialize, Serialize};

/// What inference must know: how sounds are heard, the labels, and which sounds test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TranscribeSpec {
    /// What is heard of a sound, with the rate.
    pub audio: AudioConfig,
    /// Mean and standard deviation of each band over the frames of the training part.
    pub scaler: Scaler,
    /// The labels; before them stands the blank.
    pub vocabulary: Vocabulary,
    /// Where the sounds are cut into parts.
    pub cut: Cut,
}

impl TranscribeSpec {
    /// The features of a step.
    pub(super) fn width(&self, config: &TranscribeConfig) -> usize {
        self.audio.mels.saturating_mul(config.subsampling)
    }

    pub(super) fn shape(&self, config: &TranscribeConfig) -> NetShape {
        NetShape::of(
            Front::Features(self.width(config)),
            self.vocabulary.len() + 1,
        )
    }

    /// Scaled frames as the network reads them, so many side by side; the last step of a row is filled up with zeros, the mean.
    pub(super) fn steps<'f>(
        &self,
        config: &TranscribeConfig,
        rows: impl IntoIterator<Item = &'f Series>,
    ) -> Steps {
        let width = self.width(config);
        let row = |frames: &Series| {
            let mut row = single(&frames.values);
            row.resize(row.len().next_multiple_of(width), 0.0);
            row
        };
        Steps::Numbers {
            width,
            rows: rows.into_iter().map(row).collect(),
        }
    }

    /// When each step of a sound begins, in seconds.
    pub(super) fn times(&self, config: &TranscribeConfig, frames: &Series) -> Vec<String> {
        let step = self.audio.hop * config.subsampling as f64 / 1000.0;
        let steps = 0..frames.steps.div_ceil(config.subsampling);
        steps
            .map(|at| format!("{:.2} s", at as f64 * step))
            .collect()
    }

    /// The labels of a text.
    pub(super) fn labels(&self, text: &str) -> Vec<usize> {
        let symbols = self.vocabulary.encode(text).into_iter();
        symbols.map(|symbol| symbol as usize).collect()
    }

    /// The text of labels.
    pub(super) fn text(&self, labels: &[usize]) -> String {
        let labels: Vec<u32> = labels.iter().map(|&label| label as u32).collect();
        self.vocabulary.decode(&labels)
    }
}
