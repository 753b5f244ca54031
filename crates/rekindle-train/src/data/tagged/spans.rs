//! Tags of words that together mark spans, as those of names: `B-PER I-PER O`.
//!
//! L. Ramshaw, M. Marcus: Text chunking using transformation-based learning, 1995, <https://arxiv.org/abs/cmp-lg/9505040>; which words
//! are one span is read as the script `conlleval` of the CoNLL shared tasks does.

use serde::{Deserialize, Serialize};

/// What tags say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// A span of the kind `X` begins with `B-X` and goes on with `I-X`; `O` is outside.
    Bio,
    /// A span goes on, and begins as well, with `I-X`; with `B-X` where it touches another one of its kind. Read as [`Scheme::Bio`].
    Iob,
    /// Each tag is by itself, or spans are marked in another way.
    Free,
}

/// Words that one thing is said of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first of its words.
    pub start: usize,
    /// Behind the last of them.
    pub end: usize,
    /// What it is.
    pub kind: String,
}

/// The tag of what is in no span.
pub(crate) const OUTSIDE: &str = "O";

/// A tag as its prefix and its kind; none where it is of no span.
fn parts(tag: &str) -> Option<(&str, &str)> {
    tag.split_once('-')
        .filter(|(prefix, kind)| ["B", "I", "E", "S"].contains(prefix) && !kind.is_empty())
}

/// Whether tags mark spans: each is outside, or `B`, `I`, `E` or `S` with a kind.
pub(crate) fn mark_spans<'t>(tags: impl IntoIterator<Item = &'t str>) -> bool {
    let mut spans = 0;
    for tag in tags {
        match parts(tag) {
            Some(_) => spans += 1,
            None if tag == OUTSIDE => {}
            None => return false,
        }
    }
    spans > 0
}

/// The spans that the tags of a row mark. One that begins without `B` counts, as where a network errs.
pub(crate) fn spans(tags: &[&str]) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    let mut is_open = false;
    for (at, tag) in tags.iter().enumerate() {
        let Some((prefix, kind)) = parts(tag) else {
            is_open = false;
            continue;
        };
        match all.last_mut() {
            Some(last) if is_open && last.kind == kind && !["B", "S"].contains(&prefix) => {
                last.end = at + 1;
            }
            _ => all.push(Span {
                start: at,
                end: at + 1,
                kind: kind.to_owned(),
            }),
        }
        is_open = !["E", "S"].contains(&prefix);
    }
    all
}

/// The first tag of a row that does not go on where it says so: `I-X` that stands behind neither `B-X` nor `I-X`.
pub(super) fn broken(tags: &[String]) -> Option<usize> {
    let kind = |tag: &String| parts(tag).map(|(_, kind)| kind.to_owned());
    (0..tags.len()).find(|&at| {
        let goes_on = tags[at].starts_with("I-");
        goes_on && (at == 0 || kind(&tags[at - 1]) != kind(&tags[at]))
    })
}

/// Lets every span of a row begin with `B`.
pub(super) fn begin(tags: &mut [String]) {
    while let Some(at) = broken(tags) {
        tags[at].replace_range(0..1, "B");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tags: &str) -> Vec<(usize, usize, String)> {
        let tags: Vec<&str> = tags.split(' ').collect();
        let spans = spans(&tags).into_iter();
        spans.map(|s| (s.start, s.end, s.kind)).collect()
    }

    #[test]
    fn spans_are_those_of_conlleval() {
        let span = |start, end, kind: &str| (start, end, kind.to_owned());
        for (tags, right) in [
            ("O B-A I-A O", vec![span(1, 3, "A")]),
            (
                "B-A B-A I-B",
                vec![span(0, 1, "A"), span(1, 2, "A"), span(2, 3, "B")],
            ),
            ("I-A I-A O I-B", vec![span(0, 2, "A"), span(3, 4, "B")]),
            (
                "S-A E-A B-A E-A I-A",
                vec![
                    span(0, 1, "A"),
                    span(1, 2, "A"),
                    span(2, 4, "A"),
                    span(4, 5, "A"),
                ],
            ),
            ("O O", vec![]),
            ("B-A-B I-A-B I-A", vec![span(0, 2, "A-B"), span(2, 3, "A")]),
        ] {
            assert_eq!(of(tags), right, "{tags}");
        }
    }

    #[test]
    fn tags_of_words_by_themselves_mark_no_spans() {
        for (tags, are) in [
            (&["O", "B-A", "S-x"][..], true),
            (&["O"], false),
            (&["O", "NN"], false),
            (&["PRP$", "B-"], false),
        ] {
            assert_eq!(mark_spans(tags.iter().copied()), are, "{tags:?}");
        }
    }

    #[test]
    fn a_span_begins_where_it_began_without_saying_so() {
        let mut tags = ["I-A", "I-A", "I-B", "O", "I-B", "B-B"].map(String::from);
        assert_eq!(broken(&tags), Some(0));
        begin(&mut tags);
        assert_eq!(tags, ["B-A", "I-A", "B-B", "O", "B-B", "B-B"]);
        assert_eq!(broken(&tags), None);
    }
}
