//! Labels as written into class indices.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::message::{listed, shown};
use super::number;
use crate::error::{Error, Result};

/// What a column of classes is called, in any case: the likeliest first.
pub(super) const NAMES: [&str; 13] = [
    "label",
    "class",
    "target",
    "category",
    "labels",
    "sentiment",
    "kind",
    "type",
    "tag",
    "outcome",
    "diagnosis",
    "activity",
    AXIS,
];

/// A name of classes that is one of an axis as well.
pub(super) const AXIS: &str = "y";

/// The distinct labels in lexicographic order, so that a class has the same index whatever the
/// order of the rows. There must be two at least.
pub(super) fn distinct<'a>(
    name: &str,
    labels: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<String>> {
    let classes: Vec<String> = labels
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .cloned()
        .collect();
    if classes.len() < 2 {
        return Err(Error::mend(format!(
            "{name}: a classifier needs two classes at least, and the labels are all {}; check the label column",
            listed(&classes)
        )));
    }
    Ok(classes)
}

/// The most numbers that are taken for classes without a word, where they are many for their rows or not whole.
const FEW: usize = 10;

/// Whether the classes of so many rows are numbers that were measured rather than counted.
pub(super) fn are_measured(classes: &[String], rows: usize) -> bool {
    let numbers = classes.iter().map(|class| number::finite(class));
    let numbers: Option<Vec<f64>> = numbers.collect();
    let are_many = classes.len() > rows / 2;
    let is_part = |number: &f64| number.fract() != 0.0;
    numbers.is_some_and(|all| all.len() > FEW && (are_many || all.iter().any(is_part)))
}

/// What may be a mistake in classes that are found in a file: numbers, words for what is missing, and those that it announces and does
/// not have.
pub(super) fn doubts(name: &str, labels: &[String], classes: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if are_measured(classes, labels.len()) {
        notes.push(format!(
            "{name}: the labels are {} different numbers in {} rows, and each is a class of its own; where they are to be \
             predicted as numbers, task.kind = \"regress_series\" does so",
            classes.len(),
            labels.len()
        ));
    }
    notes.extend(gaps(classes).map(|gaps| format!("{name}: {gaps}")));
    let seen: HashSet<&String> = labels.iter().collect();
    let unseen = classes.iter().filter(|class| !seen.contains(class));
    let unseen: Vec<String> = unseen.cloned().collect();
    if !unseen.is_empty() {
        notes.push(format!(
            "{name}: no row is of {}, though the file announces it",
            listed(&unseen)
        ));
    }
    notes
}

/// The names among some that differ in case only, those that are alike one after the other.
pub(crate) fn alike<'n>(names: impl IntoIterator<Item = &'n String>) -> Vec<String> {
    let mut by_name: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for name in names {
        by_name.entry(name.to_lowercase()).or_default().push(name);
    }
    let alike = by_name.into_values().filter(|names| names.len() > 1);
    alike.flatten().cloned().collect()
}

/// What is said of classes that are words for what is missing.
pub(super) fn gaps(classes: &[String]) -> Option<String> {
    let is_gap = |class: &&String| number::is_missing(class);
    let gaps: Vec<String> = classes.iter().filter(is_gap).cloned().collect();
    (!gaps.is_empty()).then(|| {
        format!(
            "{} is learned as a class like the others; where it says that nobody knows the class, make these cells empty and leave their rows \
             out by task.skip_empty = true",
            listed(&gaps)
        )
    })
}

/// The index of each label among the classes. `called` says in errors which row it is of.
pub(super) fn indices(
    name: &str,
    labels: &[String],
    classes: &[String],
    called: impl Fn(usize) -> String,
) -> Result<Vec<usize>> {
    let index: HashMap<&str, usize> = classes
        .iter()
        .enumerate()
        .map(|(index, class)| (class.as_str(), index))
        .collect();
    labels
        .iter()
        .enumerate()
        .map(|(row, label)| {
            index.get(label.as_str()).copied().ok_or_else(|| {
                Error::mend(format!(
                    "{name}: {}: label {} is none of the classes {}; correct it or remove the row",
                    called(row),
                    shown(label),
                    listed(classes)
                ))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::message::row;
    use super::*;

    fn owned(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|&label| label.to_owned()).collect()
    }

    #[test]
    fn classes_are_sorted_and_labels_point_into_them() {
        let labels = owned(&["no", "yes", "maybe", "no"]);
        let classes = distinct("a.csv", &labels).unwrap();
        assert_eq!(classes, ["maybe", "no", "yes"]);
        assert_eq!(
            indices("a.csv", &labels, &classes, |index| row(index, None)).unwrap(),
            [1, 2, 0, 1]
        );
    }

    #[test]
    fn one_class_is_not_enough() {
        let error = distinct("a.csv", &owned(&["no", "no"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.csv: a classifier needs two classes at least"),
            "{error}"
        );
        assert!(error.contains("`no`"), "{error}");
    }

    #[test]
    fn an_unknown_label_is_named_with_its_row_and_the_classes() {
        let error = indices("a.csv", &owned(&["a", "c"]), &owned(&["a", "b"]), |index| {
            row(index, None)
        })
        .unwrap_err()
        .to_string();
        assert!(
            error.contains("a.csv: row 2: label `c` is none of the classes `a`, `b`"),
            "{error}"
        );
    }

    #[test]
    fn classes_that_may_be_a_mistake_are_said() {
        let of = |labels: &[&str], classes: &[&str]| {
            doubts("a.csv", &owned(labels), &owned(classes)).join("\n")
        };
        assert!(of(&["a", "b"], &["a", "b", "c"]).contains("no row is of `c`"));
        let said = of(&["a", "N/A"], &["N/A", "a"]);
        assert!(said.contains("`N/A` is learned as a class"), "{said}");
        let numbers: Vec<String> = (0..12).map(|i| format!("{i}.5")).collect();
        let said = doubts("a.csv", &numbers, &numbers).join("\n");
        assert!(said.contains("12 different numbers in 12 rows"), "{said}");
        assert_eq!(of(&["1", "2", "1", "2"], &["1", "2"]), "");
        // Whole numbers that are rare for their rows are classes, others are not.
        let several =
            |numbers: &[String]| doubts("a.csv", &[numbers; 5].concat(), numbers).join("\n");
        assert!(several(&numbers).contains("12 different numbers in 60 rows"));
        let whole: Vec<String> = (0..12).map(|i| i.to_string()).collect();
        assert_eq!(several(&whole), "");
    }
}
