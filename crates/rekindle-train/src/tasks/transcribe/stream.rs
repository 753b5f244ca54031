//! Sounds to write down, as they come.

use super::{config::TranscribeConfig, data, spec::TranscribeSpec, task::say};
use crate::{
    error::Result,
    model::net::Net,
    tasks::{
        lines::Lines,
        prediction::{Prediction, Predictions},
    },
};
use burn::tensor::Device;
use std::path::Path;

/// A file a line. It is whole when it comes, so that a network of both directions reads it, too.
pub(super) struct Files {
    pub(super) config: TranscribeConfig,
    pub(super) spec: TranscribeSpec,
    pub(super) net: Net,
    pub(super) device: Device,
}

impl Lines for Files {
    fn takes(&self) -> String {
        "a line is the path of a WAV file, and what is said in it comes behind it; blank lines are passed over"
            .into()
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let path = line.trim();
        if path.is_empty() {
            return Ok(Predictions::default());
        }
        let given = data::given(&self.config, &self.spec, Path::new(path))?;
        let frames: Vec<_> = given.frames.iter().collect();
        let beam = self.config.beam;
        let said = say(
            &self.config,
            &self.spec,
            &self.net,
            &frames,
            beam,
            &self.device,
        );
        let said = said.into_iter();
        Ok(Predictions {
            all: said
                .map(|text| Prediction::text(text).of_row(number))
                .collect(),
            notes: Vec::new(),
        })
    }
}
