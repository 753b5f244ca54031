//! What a task says of its data before a network learns from them.

use crate::{data::message::counted, metric::digits};

/// A line of an account: what it is about, and what is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// A word: `rows`, `classes`, `parts`, ...
    pub about: &'static str,
    /// What is to be said.
    pub said: String,
}

impl Line {
    /// A line about something.
    pub(crate) fn new(about: &'static str, said: String) -> Line {
        Line { about, said }
    }
}

/// The sizes of the parts of the data; one that is empty is left out.
pub(super) fn parts(sizes: [(&str, usize); 3], unit: &str) -> Line {
    let there = sizes.iter().filter(|(_, size)| *size > 0);
    let there: Vec<String> = there.map(|(part, size)| format!("{part} {size}")).collect();
    Line::new("parts", format!("{} {unit}", there.join(", ")))
}

/// How many rows there are.
pub(super) fn rows(count: usize, unit: &str) -> Line {
    Line::new("rows", counted(count, unit))
}

/// The lengths of rows: the shortest, the one in the middle and the longest.
pub(super) fn lengths(mut lengths: Vec<usize>, unit: &str) -> String {
    lengths.sort_unstable();
    let middle = lengths.get(lengths.len() / 2);
    match (lengths.first(), middle, lengths.last()) {
        (Some(least), _, Some(most)) if least == most => format!("all {}", counted(*most, unit)),
        (Some(least), Some(middle), Some(most)) => {
            format!("{least} to {most} {unit}, the median {middle}")
        }
        _ => "none".into(),
    }
}

/// The most classes that are named.
const NAMED: usize = 8;

/// How many times as frequent as the rarest the most frequent class may be before that is said.
const BALANCED: f64 = 3.0;

/// How often each of some names stands there, the most frequent first.
fn ranked(names: &[String], labels: &[usize]) -> Vec<(usize, usize)> {
    let mut counts: Vec<(usize, usize)> = (0..names.len()).map(|name| (name, 0)).collect();
    for &label in labels {
        counts[label].1 += 1;
    }
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    counts
}

/// Some names with their counts, the most frequent first.
pub(super) fn counts(names: &[String], labels: &[usize]) -> String {
    let ranked = ranked(names, labels);
    let named = ranked.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|&(name, count)| format!("{} {count}", names[name]))
        .collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}: {}{more}", names.len(), named.join(", "))
}

/// The classes with their counts, the most frequent first.
pub(super) fn classes(names: &[String], labels: &[usize]) -> Line {
    let ranked = ranked(names, labels);
    let ((first, most), (last, least)) = (ranked[0], ranked[ranked.len() - 1]);
    let times = most as f64 / least.max(1) as f64;
    let unequal = match times > BALANCED {
        true => format!(
            "; `{}` is {times:.0} times as frequent as `{}`: task.class_weights = \"balanced\" has them count alike",
            names[first], names[last]
        ),
        false => String::new(),
    };
    Line::new("classes", counts(names, labels) + &unequal)
}

/// The numbers that are to be predicted: between which they lie, and around what.
pub(super) fn targets(all: &[f64]) -> Line {
    let mut sorted = all.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ends = match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(least), Some(middle), Some(most)) => format!(
            "{} to {}, the median {}",
            digits(*least),
            digits(*most),
            digits(*middle)
        ),
        _ => "none".into(),
    };
    Line::new("target", ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_by_their_least_middle_and_most() {
        assert_eq!(
            lengths(vec![5, 1, 3], "words"),
            "1 to 5 words, the median 3"
        );
        assert_eq!(lengths(vec![4, 4], "steps"), "all 4 steps");
        assert_eq!(lengths(vec![1, 1], "steps"), "all 1 step");
    }

    #[test]
    fn imbalance_is_said() {
        let names = ["a".to_owned(), "b".to_owned()];
        let said = classes(&names, &[1, 1, 0, 1]).said;
        assert_eq!(said, "2: b 3, a 1");
        let said = classes(&names, &[1, 1, 1, 0, 1]).said;
        assert!(said.contains("`b` is 4 times as frequent as `a`"), "{said}");
    }
}
