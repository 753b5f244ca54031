//! Texts to write something of, as they come.

use super::{config::TransduceConfig, spec::TransduceSpec, task::say};
use crate::{
    error::Result,
    model::net::Net,
    tasks::{given::unread, lines::Lines, prediction::Predictions},
};
use burn::tensor::Device;

/// A text a line. It is whole when it comes, so that a network of both directions reads it, too.
pub(super) struct Sources {
    pub(super) config: TransduceConfig,
    pub(super) spec: TransduceSpec,
    pub(super) net: Net,
    pub(super) device: Device,
}

impl Lines for Sources {
    fn takes(&self) -> String {
        "a line is a text, and what is written of it comes behind it; blank lines are passed over"
            .into()
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let text = line.trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            return Ok(Predictions::default());
        }
        let said = say(&self.config, &self.spec, &self.net, &[text], &self.device).into_iter();
        let notes = unread(&self.spec.source, [text], self.config.longest).into_iter();
        Ok(Predictions {
            all: said.map(|said| said.prediction().of_row(number)).collect(),
            notes: notes.map(|note| format!("line {number}: {note}")).collect(),
        })
    }
}
