//! Sentences, and what is to be said of them.

use super::spec::TagSpec;
use crate::{
    data::{
        tagged::TaggedText,
        vocabulary::{Splitting, Unit},
        words::Words,
    },
    tasks::account::{self, Line},
};

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
