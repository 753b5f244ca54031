//! How much the classes count in the loss of a classifier: the key `class_weights`.

use crate::error::{Error, Result};
use rekindle::Invalid;
use serde::{Deserialize, Serialize};

/// How much a row counts in the loss, by its class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClassWeights {
    /// By a rule.
    By(Rule),
    /// A number for each class, in the order of their names.
    Each(Vec<f64>),
}

/// A rule for the weights of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Each class counts as much as any other, however rare it is.
    Balanced,
}

impl ClassWeights {
    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub(in crate::tasks) fn check(weights: Option<&Self>) -> Result<(), Invalid> {
        let wrong = match weights {
            Some(ClassWeights::Each(all)) => all
                .iter()
                .find(|weight| !(weight.is_finite() && **weight > 0.0)),
            _ => None,
        };
        match wrong {
            Some(weight) => Err(Invalid::new("class_weights", weight, "more than 0")),
            None => Ok(()),
        }
    }

    /// The weight of each class, of training rows of these classes.
    ///
    /// # Errors
    ///
    /// If there are not as many numbers as classes.
    pub(in crate::tasks) fn of(
        &self,
        names: &[String],
        labels: impl Iterator<Item = usize>,
    ) -> Result<Vec<f32>> {
        match self {
            ClassWeights::Each(all) if all.len() == names.len() => {
                Ok(all.iter().map(|&weight| weight as f32).collect())
            }
            ClassWeights::Each(all) => Err(Error::mend(format!(
                "task.class_weights: {} numbers for {} classes; give one for each in the order {}, or \"balanced\"",
                all.len(),
                names.len(),
                names.join(", ")
            ))),
            ClassWeights::By(Rule::Balanced) => {
                let mut counts = vec![0_usize; names.len()];
                labels.for_each(|label| counts[label] += 1);
                let rows: usize = counts.iter().sum();
                // A class that has no row to train on has no weight that would act.
                let weight = |&count: &usize| match count {
                    0 => 1.0,
                    count => rows as f32 / (names.len() * count) as f32,
                };
                Ok(counts.iter().map(weight).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_classes_have_the_same_sum() {
        let names = ["a", "b"].map(String::from);
        let balanced = ClassWeights::By(Rule::Balanced);
        // Three rows of one class and one of the other: 4 / (2 * 3) and 4 / (2 * 1).
        let weights = balanced
            .of(&names, [0, 0, 1, 0].into_iter())
            .expect("weights");
        assert_eq!(weights, [4.0 / 6.0, 2.0]);
        let each = ClassWeights::Each(vec![1.0, 2.0, 3.0]);
        let error = each.of(&names, [0].into_iter()).expect_err("too many");
        assert!(
            error.to_string().contains("3 numbers for 2 classes"),
            "{error}"
        );
    }

    #[test]
    fn weights_are_a_word_or_a_list() {
        #[derive(Deserialize)]
        struct Keys {
            class_weights: ClassWeights,
        }
        for (text, right) in [
            ("\"balanced\"", ClassWeights::By(Rule::Balanced)),
            ("[1.0, 2.5]", ClassWeights::Each(vec![1.0, 2.5])),
        ] {
            let keys: Keys = toml::from_str(&format!("class_weights = {text}")).expect("parses");
            assert_eq!(keys.class_weights, right);
        }
        let none = ClassWeights::Each(vec![1.0, 0.0]);
        assert!(ClassWeights::check(Some(&none)).is_err());
    }
}
