//! A tag for every word of a sentence: names, parts of speech, slots.

mod config;
mod data;
mod figures;
mod sentences;
mod spec;
mod stream;
mod task;

pub use config::TagConfig;
pub use spec::TagSpec;

use super::{
    at_work::AtWork,
    given::{Takes, empty, no_row},
    kind::{Adopted, Kind, Opened, Use},
    labelled::files::{are_among, idle_test_share},
    lines::Lines,
    prediction::{Prediction, Predictions},
    stored::{one_of_each, some},
    task::Task,
};
use crate::{
    data::{file::DataFile, reading::Reading, tagged::Untagged},
    error::{Error, Result},
    memory::Batch,
    model::{
        config::ModelConfig, front::Front, head::Head, shape::NetShape, taken::Taken, written::Ends,
    },
};
use rekindle::Invalid;
use sentences::{Numbered, unread, words};
use std::path::Path;
use task::say;

impl Kind for TagConfig {
    type Spec = TagSpec;

    const USE: Use = Use::Texts;

    const HAS_LENGTHS: bool = true;

    const FOLDER: &[&str] = &["txt", "conll", "conllu"];

    fn validate(&self, _: &ModelConfig) -> Result<(), Invalid> {
        self.check_keys()
    }

    fn unsmoothed(&self) -> Option<&'static str> {
        Some("the tags of a row are learned together")
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

    fn least(&self, _rows: usize) -> (NetShape, Batch) {
        let (count, width) = (1, self.d_embedding);
        let front = match self.letters {
            0 => Front::Symbols { count, width },
            units => Front::Words {
                count,
                width,
                letters: 1,
                units,
            },
        };
        let head = Head::Linear {
            outputs: 2,
            tied: false,
            crf: self.crf,
        };
        (NetShape { front, head }, Batch::of_one(1))
    }

    fn open(&self, seed: u64, _: bool, spec: Option<TagSpec>) -> Result<Opened<TagSpec>> {
        data::open(self, seed, spec)
    }

    fn test_on(&self, spec: &TagSpec, path: &Path, _: bool) -> Result<Box<dyn Task>> {
        data::test_on(self, spec, path)
    }

    fn adopt(own: TagSpec, earlier: TagSpec) -> Adopted<TagSpec> {
        if !own.words.reads_as(&earlier.words) || own.letters.is_some() != earlier.letters.is_some()
        {
            return Adopted::nothing(own);
        }
        let head = own.scheme == earlier.scheme && are_among(&own.tags, &earlier.tags);
        let (tags, scheme) = match head {
            true => (earlier.tags, earlier.scheme),
            false => (own.tags, own.scheme),
        };
        Adopted {
            kept: Some(match head {
                true => {
                    "the words and the tags are those of that run; words that it lacks are unknown"
                }
                false => {
                    "the words are those of that run, and those that it lacks are unknown; the tags are others"
                }
            }),
            front: true,
            head,
            spec: TagSpec {
                words: earlier.words,
                letters: earlier.letters,
                tags,
                scheme,
                cut: own.cut,
            },
        }
    }

    fn check(spec: &TagSpec) -> Result<(), String> {
        some("tags", &spec.tags)?;
        one_of_each("cut", spec.cut.classes(), 1, "kind of sentences")
    }

    fn shape(&self, spec: &TagSpec) -> NetShape {
        spec.shape(self)
    }

    fn meaning(&self, _: &TagSpec) -> Ends {
        Ends::plain(Taken::Each)
    }

    fn read_text(&self, spec: &TagSpec, text: &str, takes: Takes) -> Result<Reading> {
        let words = words(text).ok_or_else(|| empty("the text"))?;
        reading(spec, words, takes)
    }

    fn unread(&self, spec: &TagSpec, text: &str) -> Vec<String> {
        unread(spec, &words(text).unwrap_or_default())
    }

    fn read_file(&self, spec: &TagSpec, path: &Path, row: usize, takes: Takes) -> Result<Reading> {
        let (sentences, _) = self.sentences(spec, path)?;
        let (_, words) = sentences
            .into_iter()
            .nth(row)
            .ok_or_else(|| no_row(&path.display().to_string(), row))?;
        reading(spec, words, takes)
    }

    fn predict_text(&self, spec: &TagSpec, at: AtWork<'_>, text: &str) -> Result<Prediction> {
        let words = words(text).ok_or_else(|| empty("the text"))?;
        Ok(say(spec, at.net, &[&words], at.device).swap_remove(0))
    }

    fn predict_file(&self, spec: &TagSpec, at: AtWork<'_>, path: &Path) -> Result<Predictions> {
        let (sentences, note) = self.sentences(spec, path)?;
        data::holds(at, &sentences).map_err(|e| Error::mend(format!("{}: {e}", path.display())))?;
        let all = data::said(spec, at, &sentences);
        let words: Vec<String> = sentences.into_iter().flat_map(|(_, words)| words).collect();
        let notes = [vec![note], unread(spec, &words)].concat();
        Ok(Predictions { all, notes })
    }

    fn stream(&self, spec: &TagSpec, at: AtWork<'_>) -> Result<Box<dyn Lines>> {
        Ok(Box::new(stream::Sentences {
            spec: spec.clone(),
            net: at.net.clone(),
            device: at.device.clone(),
        }))
    }
}

impl TagConfig {
    /// The sentences of a file, each with its number or that of its line, from 1; and what is to be said of how they were found.
    fn sentences(&self, spec: &TagSpec, path: &Path) -> Result<(Vec<Numbered>, String)> {
        let (found, note) = Untagged::read(path, self.columns(), &spec.tags)?;
        let sentences = match found {
            Untagged::Words(all) => (1..).zip(all).collect(),
            Untagged::Lines(lines) => {
                let words = |(number, line): (usize, String)| Some((number, words(&line)?));
                lines.into_iter().filter_map(words).collect()
            }
        };
        Ok((sentences, note))
    }
}

/// A sentence as the network reads it.
fn reading(spec: &TagSpec, words: Vec<String>, takes: Takes) -> Result<Reading> {
    let strange = words.iter().position(|word| spec.words.look_up(word) == 0);
    // Where letters are read no word is all strange.
    if let (Some(at), false, None) = (strange, takes.unknown, &spec.letters) {
        return Err(Error::mend(format!(
            "word {} of the text, {:?}, is not among the {} that the run knows\n\
             change the text, or add --unknown to have it read as the unknown word",
            at + 1,
            words[at],
            spec.words.len() - 1
        )));
    }
    Ok(Reading {
        inputs: spec.steps([&words]),
        labels: vec![words],
        wanted: None,
    })
}
