//! Texts to classify, as they come.

use super::{config::ClassifyTextConfig, spec::TextSpec};
use crate::{
    data::reading::Steps,
    error::Result,
    model::{net::Net, taken::Taken},
    tasks::{
        given::unread,
        lines::Lines,
        prediction::{Predictions, classes},
    },
};
use burn::tensor::Device;

/// A text a line. It is whole when it comes, so that a network of both directions reads it, too.
pub(super) struct Texts {
    pub(super) config: ClassifyTextConfig,
    pub(super) spec: TextSpec,
    pub(super) net: Net,
    pub(super) device: Device,
}

impl Lines for Texts {
    fn takes(&self) -> String {
        "a line is a text, and its class comes behind it; blank lines are passed over".into()
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let text = line.trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            return Ok(Predictions::default());
        }
        let vocabulary = &self.spec.vocabulary;
        let symbols = Steps::Symbols(vec![self.config.encode(vocabulary, text)]);
        let taken = Taken::Pooled(self.config.pool);
        let logits = self.net.given(&symbols, taken, &self.device);
        let said = classes(logits, &self.spec.classes).into_iter();
        let notes = unread(vocabulary, [text], self.config.longest).into_iter();
        Ok(Predictions {
            all: said.map(|one| one.of_row(number)).collect(),
            notes: notes.map(|note| format!("line {number}: {note}")).collect(),
        })
    }
}
