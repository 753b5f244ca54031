//! The texts of a classifier.

use super::{config::ClassifyTextConfig, spec::TextSpec};
use crate::{
    data::{labelled_text::LabelledText, reading::Steps, split::Split, vocabulary::Vocabulary},
    error::Result,
    model::taken::Taken,
    tasks::{
        account::{self, Line},
        classify::task::Classify,
        given::{units, unread},
        in_parts::InParts,
        kind::Opened,
        labelled::{
            files::{cut, no_file, repeated, twice},
            items::Items,
        },
        task::Task,
    },
};
use rekindle_view::Block;
use std::path::Path;

/// The letters of a text that a report shows.
const SHOWN: usize = 600;

/// Texts, by their symbols.
struct Texts {
    vocabulary: Vocabulary,
    texts: Vec<Vec<u32>>,
    /// What is to be said of them before training.
    account: Vec<Line>,
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
    let columns = config.columns();
    let mut all = match &spec {
        None => LabelledText::read(&config.train, &columns)?,
        Some(spec) => LabelledText::read_with_classes(&config.train, &columns, &spec.classes)?,
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
    let mut notes: Vec<String> = all.note.take().into_iter().collect();
    notes.extend(twice(&config.train, &places, |a, b| {
        all.labels[a] != all.labels[b]
    }));
    if !no_file(&config.test) {
        let test = LabelledText::read_with_classes(&config.test, &columns, &all.classes)?;
        let files = [&config.train, &config.test];
        notes.extend(test.note.clone());
        notes.extend(repeated(files, &places, &test.places(seed, read)));
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
    let weights = config.class_weights.as_ref();
    let rows = classify(config, &spec, all).weighted(weights, &parts.train)?;
    Ok(Opened {
        spec,
        task: Box::new(InParts::new(rows, parts, notes)),
    })
}

/// Reads texts that all test, by what a run knows of its own.
///
/// # Errors
///
/// If the file cannot be read, or has another class.
pub(super) fn test_on(
    config: &ClassifyTextConfig,
    spec: &TextSpec,
    path: &Path,
) -> Result<Box<dyn Task>> {
    let mut all = LabelledText::read_with_classes(path, &config.columns(), &spec.classes)?;
    let texts = all.texts.iter().map(String::as_str);
    let unread = unread(&spec.vocabulary, texts, config.longest);
    let notes = all.note.take().into_iter().chain(unread).collect();
    let parts = Split::test_alone((0..all.texts.len()).collect());
    let rows = classify(config, spec, all);
    Ok(Box::new(InParts::new(rows, parts, notes)))
}

fn classify(config: &ClassifyTextConfig, spec: &TextSpec, all: LabelledText) -> Classify<Texts> {
    let encode = |text: &String| config.encode(&spec.vocabulary, text);
    let texts = Texts {
        account: account(config, &spec.vocabulary, &all.texts),
        texts: all.texts.iter().map(encode).collect(),
        vocabulary: spec.vocabulary.clone(),
    };
    let ends = (spec.shape(config), Taken::Pooled(config.pool));
    Classify::new(texts, ends, all.labels, all.classes)
}

/// The lengths of texts, how many are cut, and how much of them is known.
fn account(config: &ClassifyTextConfig, vocabulary: &Vocabulary, texts: &[String]) -> Vec<Line> {
    let unit = units(vocabulary);
    let (mut all, mut known, mut lengths) = (0, 0, Vec::with_capacity(texts.len()));
    for text in texts {
        let symbols = vocabulary.encode(text);
        all += symbols.len();
        known += symbols.iter().filter(|&&symbol| symbol != 0).count();
        lengths.push(symbols.len());
    }
    let longest = config.longest;
    let cut = lengths.iter().filter(|&&length| length > longest).count();
    let cut = match cut {
        0 => String::new(),
        cut => format!("; {cut} are cut to task.longest = {longest}"),
    };
    let share = 100.0 * known as f64 / all.max(1) as f64;
    vec![
        Line::new("lengths", account::lengths(lengths, unit) + &cut),
        Line::new(
            "symbols",
            format!(
                "{} {unit}, which are {share:.1} % of all texts",
                vocabulary.len() - 1
            ),
        ),
    ]
}

impl Items for Texts {
    const UNIT: &'static str = "texts";

    fn longest(&self) -> usize {
        self.texts.iter().map(Vec::len).max().unwrap_or(1)
    }

    fn account(&self) -> Vec<Line> {
        self.account.clone()
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
