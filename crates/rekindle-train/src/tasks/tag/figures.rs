//! How a tagger is judged.

use super::spec::TagSpec;
use crate::{
    data::tagged::{Span, spans::spans},
    metric::Metric,
    tasks::classify::by_class::ClassFigures,
};
use std::collections::{BTreeMap, HashMap};

/// Sentences with what is right and what was said: a tag for every word.
pub(super) struct Judged<'t> {
    pub(super) spec: &'t TagSpec,
    pub(super) right: Vec<&'t [usize]>,
    pub(super) said: Vec<Vec<usize>>,
}

/// How many there are, how many are said, and how many of these are right.
#[derive(Clone, Copy, Default)]
struct Counts {
    there: usize,
    said: usize,
    both: usize,
}

impl Counts {
    fn share(part: usize, of: usize) -> Option<f64> {
        (of > 0).then(|| part as f64 / of as f64)
    }

    fn precision(self) -> Option<f64> {
        Counts::share(self.both, self.said)
    }

    fn recall(self) -> Option<f64> {
        Counts::share(self.both, self.there)
    }

    fn f1(self) -> Option<f64> {
        Counts::share(2 * self.both, self.said + self.there)
    }
}

impl Judged<'_> {
    /// The figures: of spans, where the tags mark such, the F1 over all of them first, a span being right if it is all of it; the share of
    /// words whose tag is right, and that of sentences with no wrong one.
    pub(super) fn metrics(&self) -> Vec<Metric> {
        let mut metrics = Vec::new();
        if self.spec.marks_spans() {
            let all = self
                .by_kind()
                .values()
                .fold(Counts::default(), |all, of| Counts {
                    there: all.there + of.there,
                    said: all.said + of.said,
                    both: all.both + of.both,
                });
            for (name, figure) in [
                ("span F1", all.f1()),
                ("span precision", all.precision()),
                ("span recall", all.recall()),
            ] {
                metrics.push(Metric::higher(name, figure.unwrap_or(0.0)));
            }
        }
        let pairs = || self.right.iter().zip(&self.said);
        let hits = |(right, said): (&&[usize], &Vec<usize>)| {
            right.iter().zip(said).filter(|(r, s)| r == s).count()
        };
        let words: usize = self.right.iter().map(|row| row.len()).sum();
        let whole = pairs()
            .filter(|(right, said)| **right == said.as_slice())
            .count();
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        metrics.push(Metric::higher(
            "accuracy",
            share(pairs().map(hits).sum(), words),
        ));
        metrics.push(Metric::higher(
            "whole sentences",
            share(whole, self.right.len()),
        ));
        metrics
    }

    /// The figures of each kind of span, or, where there are none, of each tag.
    pub(super) fn by_class(&self) -> Vec<ClassFigures> {
        let counts = match self.spec.marks_spans() {
            true => self.by_kind(),
            false => self.by_tag(),
        };
        let of = |(class, of): (String, Counts)| ClassFigures {
            class,
            rows: of.there,
            precision: of.precision(),
            recall: of.recall(),
            f1: of.f1(),
            roc_area: None,
            pr_area: None,
        };
        counts.into_iter().map(of).collect()
    }

    fn by_kind(&self) -> BTreeMap<String, Counts> {
        let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
        for (right, said) in self.right.iter().zip(&self.said) {
            let [right, said] = [right, said.as_slice()].map(|tags| spans(&self.spec.named(tags)));
            for span in &right {
                counts.entry(span.kind.clone()).or_default().there += 1;
            }
            for span in &said {
                let of = counts.entry(span.kind.clone()).or_default();
                of.said += 1;
                of.both += usize::from(right.contains(span));
            }
        }
        counts
    }

    fn by_tag(&self) -> BTreeMap<String, Counts> {
        let mut counts = vec![Counts::default(); self.spec.tags.len()];
        for (&right, &said) in self
            .right
            .iter()
            .copied()
            .flatten()
            .zip(self.said.iter().flatten())
        {
            counts[right].there += 1;
            counts[said].said += 1;
            counts[said].both += usize::from(right == said);
        }
        self.spec.tags.iter().cloned().zip(counts).collect()
    }

    /// How often each tag is taken for each other one: `[right][said]`.
    pub(super) fn confusion(&self) -> Vec<Vec<u64>> {
        let tags = self.spec.tags.len();
        let mut counts = vec![vec![0; tags]; tags];
        for (&right, &said) in self
            .right
            .iter()
            .copied()
            .flatten()
            .zip(self.said.iter().flatten())
        {
            counts[right][said] += 1;
        }
        counts
    }
}

/// What one knows who has seen how often each word has each tag, and nothing of what stands around it.
pub(super) struct ByWord<'w> {
    of_word: HashMap<&'w str, usize>,
    most: usize,
}

impl<'w> ByWord<'w> {
    /// From words with their tags.
    pub(super) fn of(words: impl IntoIterator<Item = (&'w str, usize)>, tags: usize) -> Self {
        let mut all = vec![0_usize; tags];
        let mut counts: HashMap<&str, HashMap<usize, usize>> = HashMap::new();
        for (word, tag) in words {
            all[tag] += 1;
            *counts.entry(word).or_default().entry(tag).or_default() += 1;
        }
        // Of equal counts the first tag.
        let largest = |counts: &mut dyn Iterator<Item = (usize, usize)>| {
            counts
                .max_by_key(|&(tag, count)| (count, std::cmp::Reverse(tag)))
                .map_or(0, |(tag, _)| tag)
        };
        ByWord {
            of_word: counts
                .into_iter()
                .map(|(word, of)| (word, largest(&mut of.into_iter())))
                .collect(),
            most: largest(&mut all.into_iter().enumerate()),
        }
    }

    /// The most frequent tag of each word; of a word that was never seen, that of all.
    pub(super) fn say(&self, words: &[String]) -> Vec<usize> {
        let of = |word: &String| {
            self.of_word
                .get(word.as_str())
                .copied()
                .unwrap_or(self.most)
        };
        words.iter().map(of).collect()
    }

    /// The most frequent tag of all.
    pub(super) fn most(&self) -> usize {
        self.most
    }
}

/// A span as it stands in a sentence.
pub(super) fn written(span: &Span, words: &[String]) -> String {
    format!("{} {}", span.kind, words[span.start..span.end].join(" "))
}

#[cfg(test)]
mod tests;
