//! How what is written down is judged.

use super::spec::TranscribeSpec;
use crate::{data::vocabulary::Splitting, metric::Metric, tasks::edits::Edits};

/// What is counted of what was heard beside what is right: characters and words, in lower case where labels are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Errors {
    characters: Edits,
    words: Edits,
}

impl Errors {
    /// Takes a text in; says how many characters must be put in, taken out or replaced until it is what is right.
    pub(super) fn add(&mut self, spec: &TranscribeSpec, said: &str, right: &str) -> usize {
        let Splitting { lowercase, .. } = spec.vocabulary.splitting();
        let [said, right] = [said, right].map(|text| match lowercase {
            true => text.to_lowercase(),
            false => text.to_owned(),
        });
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let characters = |text: &str| text.chars().map(String::from).collect();
        self.words.add(words(&said), words(&right));
        self.characters.add(characters(&said), characters(&right))
    }

    /// Character and word error rates, and the share of texts without a wrong character.
    pub(super) fn metrics(&self) -> Vec<Metric> {
        vec![
            Metric::lower("character error rate", self.characters.rate()),
            Metric::lower("word error rate", self.words.rate()),
            Metric::higher("exact match", self.characters.exact()),
        ]
    }
}
