//! The sentences of a tagger.

use super::{
    config::TagConfig,
    spec::TagSpec,
    task::{Tag, say},
};
use crate::{
    data::{
        split::Split,
        tagged::TaggedText,
        vocabulary::{Splitting, Unit},
        words::Words,
    },
    error::Result,
    memory::Batch,
    tasks::{
        account::{self, Line},
        at_work::AtWork,
        kind::Opened,
        labelled::files::{cut, no_file, repeated, twice},
        prediction::Predicted,
        task::{JUDGED, Task},
    },
};
use rekindle::Invalid;
use std::path::Path;

/// Reads the sentences.
///
/// # Errors
///
/// If a file cannot be read, or there are too few sentences.
pub(super) fn open(
    config: &TagConfig,
    seed: u64,
    spec: Option<TagSpec>,
) -> Result<Opened<TagSpec>> {
    let columns = config.columns();
    let known = spec.as_ref().map(|spec| spec.tags.as_slice());
    let mut all = TaggedText::read(&config.train, columns, known)?;
    let places = all.places(seed);
    // All sentences are of one class: each has many tags.
    let class = vec![0; places.len()];
    let known = spec.as_ref().map(|spec| &spec.cut);
    let cut = cut(&config.train, known, &class, &places, 1, config.held_out())?;
    let mut parts = cut.parts(&class, &places);
    let mut notes = vec![std::mem::take(&mut all.note)];
    notes.extend(twice(&config.train, &places, |a, b| {
        all.tags[a] != all.tags[b]
    }));
    if !no_file(&config.test) {
        let test = TaggedText::read(&config.test, columns, Some(&all.names))?;
        let files = [&config.train, &config.test];
        notes.push(test.note.clone());
        notes.extend(repeated(files, &places, &test.places(seed)));
        parts.test = (all.words.len()..all.words.len() + test.words.len()).collect();
        all.words.extend(test.words);
        all.tags.extend(test.tags);
    }
    let spec = spec.unwrap_or_else(|| TagSpec::of(config, &all, &parts.train, cut));
    let task = Tag::new(config, spec.clone(), all, parts, notes);
    Ok(Opened {
        spec,
        task: Box::new(task),
    })
}

/// Reads sentences that all test, by what a run knows of its own.
///
/// # Errors
///
/// If the file cannot be read, or has another tag.
pub(super) fn test_on(config: &TagConfig, spec: &TagSpec, path: &Path) -> Result<Box<dyn Task>> {
    let mut all = TaggedText::read(path, config.columns(), Some(&spec.tags))?;
    let words: Vec<String> = all.words.concat();
    let notes = [vec![std::mem::take(&mut all.note)], unread(spec, &words)].concat();
    let parts = Split::test_alone((0..all.words.len()).collect());
    Ok(Box::new(Tag::new(config, spec.clone(), all, parts, notes)))
}

/// The tags, the lengths of sentences, and how many of their words are known.
pub(super) fn account(spec: &TagSpec, all: &TaggedText) -> Vec<Line> {
    let words: usize = all.words.iter().map(Vec::len).sum();
    let known = all
        .words
        .iter()
        .flatten()
        .filter(|word| spec.words.look_up(word) != 0);
    let share = 100.0 * known.count() as f64 / words.max(1) as f64;
    let letters = spec
        .letters
        .as_ref()
        .map(|letters| format!("; {} letters", letters.len() - 1));
    vec![
        Line::new("tags", account::counts(&spec.tags, &all.tags.concat())),
        Line::new(
            "lengths",
            account::lengths(all.words.iter().map(Vec::len).collect(), "words"),
        ),
        Line::new(
            "words",
            format!(
                "{}, which are {share:.1} % of all{}",
                spec.words.len() - 1,
                letters.unwrap_or_default()
            ),
        ),
    ]
}

/// The words of a sentence, with its number or that of its line, from 1.
pub(super) type Numbered = (usize, Vec<String>);

/// The words of a text, as they stand; none where it is blank.
pub(super) fn words(text: &str) -> Option<Vec<String>> {
    let splitting = Splitting {
        unit: Unit::Word,
        lowercase: false,
        words: Words::Unicode,
    };
    let mut words = splitting.symbols(text);
    words.retain(|word| !word.trim().is_empty());
    (!words.is_empty()).then_some(words)
}

/// The most unknown words that are named.
const NAMED: usize = 5;

/// What is to be said of words that the run does not know.
pub(super) fn unread(spec: &TagSpec, words: &[String]) -> Vec<String> {
    let unknown: Vec<&String> = words
        .iter()
        .filter(|word| spec.words.look_up(word) == 0)
        .collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<&String> = Vec::new();
    for word in &unknown {
        if names.len() < NAMED && !names.contains(word) {
            names.push(word);
        }
    }
    let read = match spec.letters {
        Some(_) => "and are read by their letters alone",
        None => "and are read as the unknown one",
    };
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    vec![format!(
        "{} of {} words ({:.1} %) are not among the {} that the run knows, {read}: {}{}",
        unknown.len(),
        words.len(),
        100.0 * unknown.len() as f64 / words.len() as f64,
        spec.words.len() - 1,
        names.join(", "),
        if unknown.len() > names.len() {
            ", ..."
        } else {
            ""
        }
    )]
}

/// Checks that sentences may be read at once.
///
/// # Errors
///
/// If the longest of them take more memory than there may be.
pub(super) fn holds(at: AtWork<'_>, sentences: &[Numbered]) -> Result<(), Invalid> {
    at.holds(Batch {
        judged: sentences.len().min(JUDGED),
        time: sentences
            .iter()
            .map(|(_, words)| words.len())
            .max()
            .unwrap_or(0),
        each: true,
        ..Batch::default()
    })
}

/// What the network says of numbered sentences.
pub(super) fn said(spec: &TagSpec, at: AtWork<'_>, sentences: &[Numbered]) -> Vec<Predicted> {
    let of = |rows: &[Numbered]| {
        let words: Vec<&Vec<String>> = rows.iter().map(|(_, words)| words).collect();
        let said = say(spec, at.net, &words, at.device);
        let numbers = rows.iter().map(|(number, _)| *number);
        said.into_iter()
            .zip(numbers)
            .map(|(said, number)| said.of_row(number))
            .collect::<Vec<_>>()
    };
    sentences.chunks(JUDGED).flat_map(of).collect()
}
