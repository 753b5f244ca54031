//! What is said of a run before it trains: what was read, and what will learn from it.

use super::task::Task;
use crate::model::net::Net;
use rekindle_interop::named_tensors;

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

/// What a task says of its data, and behind it the network's parameters by layer and the updates of a pass.
pub(crate) fn of(task: &dyn Task, net: &Net, rows: usize) -> Vec<Line> {
    let mut lines = task.account();
    let mut places: Vec<(String, usize)> = Vec::new();
    for (name, tensor) in named_tensors(net) {
        let place = place(&name);
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, count)) => *count += tensor.num_elements(),
            None => places.push((place, tensor.num_elements())),
        }
    }
    places.sort_by_key(|(place, _)| match place.as_str() {
        "embedding" => 0,
        "output" => 2,
        _ => 1,
    });
    let all: usize = places.iter().map(|(_, count)| count).sum();
    let places = places
        .iter()
        .map(|(place, count)| format!("{place} {count}"));
    let places: Vec<String> = places.collect();
    let pass = match task.steps_per_epoch(rows) {
        Ok(updates) if task.rows_to_train_on().is_some() || task.window().is_some() => {
            format!("; {updates} updates an epoch")
        }
        _ => String::new(),
    };
    let said = format!("{all} parameters: {}{pass}", places.join(", "));
    lines.push(Line::new("model", said));
    lines
}

/// Which part of the network a tensor belongs to, by its name.
fn place(name: &str) -> String {
    let words: Vec<&str> = name.split('.').collect();
    match words.as_slice() {
        ["recurrent", "layers", layer, ..] => format!("layer {layer}"),
        ["tied_bias"] => "output".into(),
        [first, ..] => (*first).into(),
        [] => String::new(),
    }
}

/// The sizes of the parts of the data; one that is empty is left out.
pub(super) fn parts(sizes: [(&str, usize); 3], unit: &str) -> Line {
    let there = sizes.iter().filter(|(_, size)| *size > 0);
    let there: Vec<String> = there.map(|(part, size)| format!("{part} {size}")).collect();
    Line::new("parts", format!("{} {unit}", there.join(", ")))
}

/// The lengths of rows: the shortest, the one in the middle and the longest.
pub(super) fn lengths(mut lengths: Vec<usize>, unit: &str) -> String {
    lengths.sort_unstable();
    let middle = lengths.get(lengths.len() / 2);
    match (lengths.first(), middle, lengths.last()) {
        (Some(least), _, Some(most)) if least == most => format!("all {most} {unit}"),
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

/// The classes with their counts, the most frequent first.
pub(super) fn classes(names: &[String], labels: &[usize]) -> Line {
    let mut counts = vec![0_usize; names.len()];
    for &label in labels {
        counts[label] += 1;
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&class| std::cmp::Reverse(counts[class]));
    let named = order.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|&class| format!("{} {}", names[class], counts[class]))
        .collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (most, least) = (counts[order[0]], counts[order[order.len() - 1]]);
    let times = most as f64 / least.max(1) as f64;
    let unequal = match times > BALANCED {
        true => format!(
            "; `{}` is {times:.0} times as frequent as `{}`: task.class_weights = \"balanced\" has them count alike",
            names[order[0]],
            names[order[order.len() - 1]]
        ),
        false => String::new(),
    };
    let said = format!("{}: {}{more}{unequal}", names.len(), named.join(", "));
    Line::new("classes", said)
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
    }

    #[test]
    fn imbalance_is_said() {
        let names = ["a".to_owned(), "b".to_owned()];
        let said = classes(&names, &[1, 1, 0, 1]).said;
        assert_eq!(said, "2: b 3, a 1");
        let said = classes(&names, &[1, 1, 1, 0, 1]).said;
        assert!(said.contains("`b` is 4 times as frequent as `a`"), "{said}");
    }

    #[test]
    fn a_parameter_is_of_a_layer_or_an_end() {
        for (name, expected) in [
            ("recurrent.layers.2.forward.gates.input.weight", "layer 2"),
            ("embedding.weight", "embedding"),
            ("tied_bias", "output"),
            ("output.bias", "output"),
        ] {
            assert_eq!(place(name), expected);
        }
    }
}
