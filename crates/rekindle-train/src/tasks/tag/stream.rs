//! Sentences to tag, as they come.

use super::{
    sentences::{unread, words},
    spec::TagSpec,
    task::say,
};
use crate::{
    error::Result,
    model::net::Net,
    tasks::{lines::Lines, prediction::Predictions},
};
use burn::tensor::Device;

/// A sentence a line. It is whole when it comes, so that a network of both directions reads it, too.
pub(super) struct Sentences {
    pub(super) spec: TagSpec,
    pub(super) net: Net,
    pub(super) device: Device,
}

impl Lines for Sentences {
    fn takes(&self) -> String {
        "a line is a sentence, and the tags of its words come behind it; blank lines are passed over".into()
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let Some(words) = words(line) else {
            return Ok(Predictions::default());
        };
        let said = say(&self.spec, &self.net, &[&words], &self.device).into_iter();
        let notes = unread(&self.spec, &words).into_iter();
        Ok(Predictions {
            all: said.map(|one| one.of_row(number)).collect(),
            notes: notes.map(|note| format!("line {number}: {note}")).collect(),
        })
    }
}
