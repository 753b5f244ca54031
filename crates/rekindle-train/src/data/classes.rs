//! Labels as written into class indices.

use std::collections::{BTreeSet, HashMap};

use super::message::{listed, shown};
use crate::error::{Error, Result};

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

/// The index of each label among the classes. Labels are those of rows 1, 2, … of the file.
pub(super) fn indices(name: &str, labels: &[String], classes: &[String]) -> Result<Vec<usize>> {
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
                    "{name}: row {}: label {} is none of the classes {}; correct it or remove the row",
                    row + 1,
                    shown(label),
                    listed(classes)
                ))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|&label| label.to_owned()).collect()
    }

    #[test]
    fn classes_are_sorted_and_labels_point_into_them() {
        let labels = owned(&["no", "yes", "maybe", "no"]);
        let classes = distinct("a.csv", &labels).unwrap();
        assert_eq!(classes, ["maybe", "no", "yes"]);
        assert_eq!(indices("a.csv", &labels, &classes).unwrap(), [1, 2, 0, 1]);
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
        let error = indices("a.csv", &owned(&["a", "c"]), &owned(&["a", "b"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.csv: row 2: label `c` is none of the classes `a`, `b`"),
            "{error}"
        );
    }
}
