//! How written texts are judged.

use crate::{data::vocabulary::Vocabulary, metric::Metric, tasks::edits::Edits};

/// What is counted of written texts beside what is right.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Errors(Edits);

impl Errors {
    /// Takes a text in; says how many symbols must be put in, taken out or replaced until it is what is right.
    pub(super) fn add(&mut self, vocabulary: &Vocabulary, said: &str, right: &str) -> usize {
        self.0
            .add(vocabulary.tokens(said), vocabulary.tokens(right))
    }

    /// The symbols that are wrong of so many, and the share of texts without a wrong one.
    pub(super) fn metrics(&self, unit: &str) -> Vec<Metric> {
        vec![
            Metric::lower(&format!("{unit} error rate"), self.0.rate()),
            Metric::higher("exact match", self.0.exact()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Splitting, Unit, Words};

    #[test]
    fn symbols_are_those_of_the_vocabulary() {
        let splitting = |unit| Splitting {
            unit,
            lowercase: false,
            words: Words::Spaced,
        };
        let of = |unit| {
            let vocabulary = Vocabulary::build(&["a"], splitting(unit), None);
            let mut errors = Errors::default();
            // Two substitutions and one insertion of 6 characters; one word of one.
            assert_eq!(
                errors.add(&vocabulary, "sitting", "kitten"),
                if unit == Unit::Char { 3 } else { 1 }
            );
            assert_eq!(errors.add(&vocabulary, "no", "no"), 0);
            let metrics = errors.metrics("symbol");
            (metrics[0].value, metrics[1].value)
        };
        assert_eq!(of(Unit::Char), (3.0 / 8.0, 0.5));
        assert_eq!(of(Unit::Word), (1.0 / 2.0, 0.5));
    }
}
