//! The class of a text: one output at the end, as for the sentiment of a product review.

mod config;
mod data;
mod spec;
mod stream;

pub use config::ClassifyTextConfig;
pub use spec::TextSpec;

use super::{
    at_work::AtWork,
    given::{Takes, Texts, empty, symbols, unread},
    kind::{Adopted, Kind, Opened, Use},
    labelled::files::{are_among, idle_test_share},
    lines::Lines,
    prediction::{Prediction, Predictions, classes},
    stored::{one_of_each, some},
    task::Task,
};
use crate::{
    data::{
        file::{self, DataFile},
        reading::{Reading, Steps},
    },
    error::Result,
    memory::Batch,
    model::{
        config::ModelConfig,
        taken::Taken,
        written::Ends,
        {front::Front, shape::NetShape},
    },
};
use rekindle::Invalid;
use std::path::Path;

impl Kind for ClassifyTextConfig {
    type Spec = TextSpec;

    const USE: Use = Use::Texts;

    const HAS_LENGTHS: bool = true;

    const FOLDER: &[&str] = &["txt"];

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

    fn shorter(&self) -> Option<&'static str> {
        Some("task.longest to cut the longest")
    }

    fn least(&self, _rows: usize) -> (NetShape, Batch) {
        let front = Front::Symbols {
            count: 1,
            width: self.d_embedding,
        };
        (NetShape::of(front, 2), Batch::of_one(1))
    }

    fn open(&self, seed: u64, _: bool, spec: Option<TextSpec>) -> Result<Opened<TextSpec>> {
        data::open(self, seed, spec)
    }

    fn test_on(&self, spec: &TextSpec, path: &Path, _: bool) -> Result<Box<dyn Task>> {
        data::test_on(self, spec, path)
    }

    fn adopt(own: TextSpec, earlier: TextSpec) -> Adopted<TextSpec> {
        if !own.vocabulary.reads_as(&earlier.vocabulary) {
            return Adopted::nothing(own);
        }
        let head = are_among(&own.classes, &earlier.classes);
        Adopted {
            kept: Some(match head {
                true => {
                    "the vocabulary and the classes are those of that run; words that it lacks are unknown"
                }
                false => {
                    "the vocabulary is that of that run, and words that it lacks are unknown; the classes are others"
                }
            }),
            front: true,
            head,
            spec: match head && own.classes != earlier.classes {
                true => earlier,
                false => TextSpec {
                    vocabulary: earlier.vocabulary,
                    ..own
                },
            },
        }
    }

    fn check(TextSpec { classes, cut, .. }: &TextSpec) -> Result<(), String> {
        some("classes", classes)?;
        one_of_each("cut", cut.classes(), classes.len(), "classes")
    }

    fn shape(&self, spec: &TextSpec) -> NetShape {
        spec.shape(self)
    }

    fn meaning(&self, _: &TextSpec) -> Ends {
        Ends::plain(Taken::Pooled(self.pool))
    }

    fn read_text(&self, spec: &TextSpec, text: &str, takes: Takes) -> Result<Reading> {
        symbols(&spec.vocabulary, text, self.longest, takes)
    }

    fn unread(&self, spec: &TextSpec, text: &str) -> Vec<String> {
        unread(&spec.vocabulary, [text], self.longest)
    }

    fn read_file(&self, spec: &TextSpec, path: &Path, row: usize, takes: Takes) -> Result<Reading> {
        let text = Texts::read(path, &self.columns())?.of(row, path)?;
        self.read_text(spec, &text, takes)
    }

    fn predict_text(&self, spec: &TextSpec, at: AtWork<'_>, text: &str) -> Result<Prediction> {
        if text.trim().is_empty() {
            return Err(empty("the text"));
        }
        let text = Steps::Symbols(vec![self.encode(&spec.vocabulary, text)]);
        let logits = at.net.given(&text, Taken::Pooled(self.pool), at.device);
        Ok(classes(logits, &spec.classes).swap_remove(0))
    }

    /// A file of a folder is one text, as where a network learns from folders.
    fn predict_member(&self, spec: &TextSpec, at: AtWork<'_>, path: &Path) -> Result<Predictions> {
        let text = file::read_text(path)?;
        let name = path.display();
        if text.trim().is_empty() {
            return Ok(Predictions {
                all: Vec::new(),
                notes: vec![format!("{name}: it is blank and has no prediction")],
            });
        }
        let notes = self.unread(spec, &text).into_iter();
        Ok(Predictions {
            all: vec![self.predict_text(spec, at, &text)?.into()],
            notes: notes.map(|note| format!("{name}: {note}")).collect(),
        })
    }

    fn stream(&self, spec: &TextSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        Ok(Box::new(stream::Texts {
            config: self.clone(),
            spec: spec.clone(),
            net: at.net.clone(),
            device: at.device.clone(),
        }))
    }

    fn predict_file(&self, spec: &TextSpec, at: AtWork<'_>, path: &Path) -> Result<Predictions> {
        let Texts { rows, note } = Texts::read(path, &self.columns())?;
        let texts = rows.iter().map(|(_, text)| text.as_str());
        let notes = [vec![note], unread(&spec.vocabulary, texts, self.longest)].concat();
        let of =
            |(row, text): &(usize, String)| Ok(self.predict_text(spec, at, text)?.of_row(*row));
        let all: Result<Vec<_>> = rows.iter().map(of).collect();
        Ok(Predictions { all: all?, notes })
    }
}
