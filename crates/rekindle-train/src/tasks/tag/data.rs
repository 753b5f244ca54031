//! The sentences of a tagger.

use super::{
    config::TagConfig,
    sentences::{Numbered, unread},
    spec::TagSpec,
    task::{Tag, say},
};
use crate::{
    data::{split::Split, tagged::TaggedText},
    error::Result,
    memory::Batch,
    tasks::{
        at_work::AtWork,
        in_parts::InParts,
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
    let rows = Tag::new(config, spec.clone(), all, &parts.train);
    Ok(Opened {
        spec,
        task: Box::new(InParts::new(rows, parts, notes)),
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
    let rows = Tag::new(config, spec.clone(), all, &[]);
    Ok(Box::new(InParts::new(rows, parts, notes)))
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
