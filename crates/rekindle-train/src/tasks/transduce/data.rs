//! The pairs of texts.

use super::{config::TransduceConfig, spec::TransduceSpec, task::Transduce};
use crate::{
    data::{
        message::counted,
        pairs::{self, TextPairs},
        split::Split,
    },
    error::{Error, Result},
    tasks::{
        given::{Texts, unread},
        in_parts::InParts,
        kind::Opened,
        labelled::files::{cut, no_file, repeated, twice},
        task::Task,
    },
};
use std::path::Path;

/// Reads the pairs.
///
/// # Errors
///
/// If a file cannot be read, or there are too few pairs.
pub(super) fn open(
    config: &TransduceConfig,
    seed: u64,
    spec: Option<TransduceSpec>,
) -> Result<Opened<TransduceSpec>> {
    let mut notes = Vec::new();
    let mut all = read(config, &config.train, &mut notes)?;
    let places = all.places(seed);
    // All pairs are of one class.
    let class = vec![0; places.len()];
    let known = spec.as_ref().map(|spec| &spec.cut);
    let cut = cut(&config.train, known, &class, &places, 1, config.held_out())?;
    let mut parts = cut.parts(&class, &places);
    notes.extend(twice(&config.train, &places, |_, _| false));
    if !no_file(&config.test) {
        let test = read(config, &config.test, &mut notes)?;
        let files = [&config.train, &config.test];
        notes.extend(repeated(files, &places, &test.places(seed)));
        parts.test = (all.sources.len()..all.sources.len() + test.sources.len()).collect();
        all.sources.extend(test.sources);
        all.targets.extend(test.targets);
    }
    let spec = spec.unwrap_or_else(|| TransduceSpec::of(config, &all, &parts.train, cut));
    let rows = rows(config, &spec, all);
    Ok(Opened {
        spec,
        task: Box::new(InParts::new(rows, parts, notes)),
    })
}

/// Reads pairs that all test, by what a run knows of its own.
///
/// # Errors
///
/// If the file cannot be read.
pub(super) fn test_on(
    config: &TransduceConfig,
    spec: &TransduceSpec,
    path: &Path,
) -> Result<Box<dyn Task>> {
    let mut notes = Vec::new();
    let all = read(config, path, &mut notes)?;
    notes.extend(unread(
        &spec.source,
        all.sources.iter().map(String::as_str),
        config.longest,
    ));
    let parts = Split::test_alone((0..all.sources.len()).collect());
    let rows = rows(config, spec, all);
    Ok(Box::new(InParts::new(rows, parts, notes)))
}

fn rows(config: &TransduceConfig, spec: &TransduceSpec, pairs: TextPairs) -> Transduce {
    Transduce {
        config: config.clone(),
        spec: spec.clone(),
        pairs,
    }
}

/// The pairs of a file, but for those that are too long.
fn read(config: &TransduceConfig, path: &Path, notes: &mut Vec<String>) -> Result<TextPairs> {
    let mut all = TextPairs::read(path, &config.columns())?;
    let splitting = config.splitting();
    let fits = |text: &String| splitting.symbols(text).len() <= config.longest;
    let kept: Vec<bool> = all
        .sources
        .iter()
        .zip(&all.targets)
        .map(|(a, b)| fits(a) && fits(b))
        .collect();
    let longer = kept.iter().filter(|&&kept| !kept).count();
    let only = |texts: &mut Vec<String>| {
        let mut kept = kept.iter();
        texts.retain(|_| *kept.next().expect("one for each"));
    };
    only(&mut all.sources);
    only(&mut all.targets);
    if all.sources.is_empty() {
        return Err(Error::mend(format!(
            "{}: every pair has a text of more than task.longest = {} symbols; raise it",
            path.display(),
            config.longest
        )));
    }
    notes.push(all.note.clone());
    if longer > 0 {
        notes.push(format!(
            "{}: left out {} with a text of more than task.longest = {} symbols",
            path.display(),
            counted(longer, "pairs"),
            config.longest
        ));
    }
    Ok(all)
}

/// The texts of a file that are to be read, with their rows or lines from 1, and what is to be said of how they were found.
pub(super) fn given(config: &TransduceConfig, path: &Path) -> Result<Texts> {
    match pairs::sources(path, &config.columns())? {
        Some((texts, column)) => {
            let read = format!("the column `{column}` of a table");
            Ok(Texts::of_rows(path, texts, &read, "row"))
        }
        None => Texts::lines(path),
    }
}
