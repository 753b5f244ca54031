//! The texts of a classifier.

use super::{config::ClassifyTextConfig, spec::TextSpec};
use crate::{
    data::{labelled_text::LabelledText, reading::Steps, vocabulary::Vocabulary},
    error::Result,
    model::taken::Taken,
    tasks::{
        classify::{
            files::{cut, no_file, repeated},
            items::Items,
            task::Classify,
        },
        kind::Opened,
    },
};
use rekindle_view::Block;

/// The letters of a text that a report shows.
const SHOWN: usize = 600;

/// Texts, by their symbols.
struct Texts {
    vocabulary: Vocabulary,
    texts: Vec<Vec<u32>>,
}

/// Reads the texts.
///
/// # Errors
///
/// If a file cannot be read, or there are too few texts.
pub(super) fn open(
    config: &ClassifyTextConfig,
    seed: u64,
    spec: Option<TextSpec>,
) -> Result<Opened<TextSpec>> {
    let (text, label) = (&config.text_column, &config.label_column);
    let mut all = match &spec {
        None => LabelledText::read(&config.train, text, label)?,
        Some(spec) => LabelledText::read_with_classes(&config.train, text, label, &spec.classes)?,
    };
    let known = spec.as_ref().map(|spec| spec.vocabulary.splitting());
    let splitting = known.unwrap_or(config.splitting());
    let read = |text: &str| {
        let mut symbols = splitting.symbols(text);
        symbols.truncate(config.longest);
        symbols
    };
    let (places, known) = (all.places(seed, read), spec.as_ref().map(|s| &s.cut));
    let (classes, shares) = (all.classes.len(), config.held_out());
    let cut = cut(&config.train, known, &all.labels, &places, classes, shares)?;
    let mut parts = cut.parts(&all.labels, &places);
    let mut note = None;
    if !no_file(&config.test) {
        let test = LabelledText::read_with_classes(&config.test, text, label, &all.classes)?;
        let files = [&config.train, &config.test];
        note = repeated(files, &places, &test.places(seed, read));
        parts.test = (all.texts.len()..all.texts.len() + test.texts.len()).collect();
        all.texts.extend(test.texts);
        all.labels.extend(test.labels);
    }
    let spec = spec.unwrap_or_else(|| {
        // The words of the test part stay unknown.
        let train: Vec<&str> = parts.train.iter().map(|&i| all.texts[i].as_str()).collect();
        let limit = Some(config.vocabulary);
        TextSpec {
            vocabulary: Vocabulary::build(&train, splitting, limit),
            classes: all.classes.clone(),
            cut,
        }
    });
    let encode = |text: &String| config.encode(&spec.vocabulary, text);
    let texts = Texts {
        texts: all.texts.iter().map(encode).collect(),
        vocabulary: spec.vocabulary.clone(),
    };
    let ends = (spec.shape(config), Taken::Pooled(config.pool));
    let task = Classify::new(texts, ends, all.labels, all.classes, parts, note);
    Ok(Opened {
        spec,
        task: Box::new(task),
    })
}

impl Items for Texts {
    const UNIT: &'static str = "texts";

    fn longest(&self) -> usize {
        self.texts.iter().map(Vec::len).max().unwrap_or(1)
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        Steps::Symbols(rows.iter().map(|&i| self.texts[i].clone()).collect())
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        let rows = rows.iter().map(|&i| self.vocabulary.labels(&self.texts[i]));
        rows.collect()
    }

    fn shown(&self, row: usize, caption: String) -> Block {
        let text = self.vocabulary.decode(&self.texts[row]);
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push_str(" ...");
        }
        Block::Verbatim(caption, shown)
    }
}
