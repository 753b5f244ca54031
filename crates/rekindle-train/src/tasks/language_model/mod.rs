//! Predicting the next character, word, byte or piece of a text.

mod config;
mod data;
mod sample;
mod spec;
mod stream;
mod task;

pub use config::LanguageModelConfig;
pub use spec::LanguageSpec;

use crate::{
    data::{
        file::{self, DataFile},
        reading::{Reading, Steps},
        symbols::Symbols,
    },
    error::Result,
    memory::Batch,
    model::{
        config::ModelConfig, frames::Frames, front::Front, shape::NetShape, taken::Taken,
        written::Ends,
    },
    tasks::{
        at_work::AtWork,
        given::{Takes, empty, symbols, unread},
        kind::{Adopted, Kind, Opened, Use},
        lines::Lines,
        prediction::SampleOptions,
        task::Task,
    },
};
use data::LanguageModel;
use rekindle::Invalid;
use std::path::Path;

impl Kind for LanguageModelConfig {
    type Spec = LanguageSpec;

    const USE: Use = Use::Writing;

    fn validate(&self, model: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys(model)
    }

    fn unsmoothed(&self) -> Option<&'static str> {
        None
    }

    fn files(&mut self) -> Vec<&mut DataFile> {
        let texts = self.file.paths_mut().iter_mut();
        texts.chain([&mut self.tokenizer]).collect()
    }

    fn valid(&self) -> Option<(&'static str, f64)> {
        Some(("valid", self.valid))
    }

    fn least(&self, rows: usize) -> (NetShape, Batch) {
        let front = Front::Symbols {
            count: 1,
            width: self.d_embedding,
        };
        (NetShape::of(front, 1), self.batch(rows))
    }

    fn open(
        &self,
        _seed: u64,
        _takes_missing: bool,
        spec: Option<LanguageSpec>,
    ) -> Result<Opened<LanguageSpec>> {
        let task = LanguageModel::open(self, spec)?;
        Ok(Opened {
            spec: task.spec.clone(),
            task: Box::new(task),
        })
    }

    fn test_on(&self, spec: &LanguageSpec, path: &Path, _: bool) -> Result<Box<dyn Task>> {
        Ok(Box::new(LanguageModel::test_on(self, spec, path)?))
    }

    fn check(spec: &LanguageSpec) -> Result<(), String> {
        match spec.vocabulary.len() {
            // One symbol at least can be written.
            0 | 1 => Err("vocabulary.symbols holds no symbol but `<unk>`".into()),
            _ => Ok(()),
        }
    }

    fn adopt(own: LanguageSpec, earlier: LanguageSpec) -> Adopted<LanguageSpec> {
        let same = own.vocabulary.reads_as(&earlier.vocabulary);
        Adopted {
            kept: same.then_some(match earlier.vocabulary {
                Symbols::Known(_) => "the vocabulary is that of that run; what it lacks is unknown",
                Symbols::Pieces(_) => "the pieces are those of that run",
            }),
            front: same,
            head: same,
            spec: if same { earlier } else { own },
        }
    }

    fn shape(&self, spec: &LanguageSpec) -> NetShape {
        spec.shape(self)
    }

    fn meaning(&self, _: &LanguageSpec) -> Ends {
        Ends::plain(Taken::Each)
    }

    fn read_text(&self, spec: &LanguageSpec, text: &str, takes: Takes) -> Result<Reading> {
        match &spec.vocabulary {
            Symbols::Known(vocabulary) => symbols(vocabulary, text, usize::MAX, takes),
            Symbols::Pieces(pieces) => {
                let row = pieces.encode(text);
                match row.is_empty() {
                    true => Err(empty("the text")),
                    false => Ok(Reading {
                        labels: vec![pieces.labels(&row)],
                        inputs: Steps::Symbols(vec![row]),
                        wanted: None,
                    }),
                }
            }
        }
    }

    fn unread(&self, spec: &LanguageSpec, text: &str) -> Vec<String> {
        match &spec.vocabulary {
            Symbols::Known(vocabulary) => unread(vocabulary, [text], usize::MAX),
            Symbols::Pieces(_) => Vec::new(),
        }
    }

    fn read_file(
        &self,
        spec: &LanguageSpec,
        path: &Path,
        _row: usize,
        takes: Takes,
    ) -> Result<Reading> {
        self.read_text(spec, &file::read_text(path)?, takes)
    }

    fn stream(&self, spec: &LanguageSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        Ok(Box::new(stream::Text {
            spec: spec.clone(),
            frames: Frames::new(at.net, at.device)?,
            expected: None,
        }))
    }

    fn sample(
        &self,
        spec: &LanguageSpec,
        at: AtWork<'_>,
        options: &SampleOptions,
    ) -> Result<String> {
        sample::check(options)?;
        Ok(sample::write(&spec.vocabulary, at.net, at.device, options))
    }
}
