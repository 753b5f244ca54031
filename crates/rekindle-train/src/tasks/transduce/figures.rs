//! How written texts are judged.

use crate::{data::vocabulary::Vocabulary, metric::Metric};
use strsim::generic_levenshtein;

/// A list of symbols, which may be gone through several times.
struct Symbols(Vec<String>);

impl<'s> IntoIterator for &'s Symbols {
    type Item = &'s String;
    type IntoIter = std::slice::Iter<'s, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// What is counted of written texts beside what is right.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Errors {
    texts: usize,
    exact: usize,
    symbols: usize,
    edits: usize,
}

impl Errors {
    /// Takes a text in; says how many symbols must be put in, taken out or replaced until it is what is right.
    pub(super) fn add(&mut self, vocabulary: &Vocabulary, said: &str, right: &str) -> usize {
        let [said, right] = [said, right].map(|text| Symbols(vocabulary.tokens(text)));
        let edits = generic_levenshtein(&said, &right);
        self.texts += 1;
        self.exact += usize::from(edits == 0);
        self.symbols += right.0.len();
        self.edits += edits;
        edits
    }

    /// The symbols that are wrong of so many, and the share of texts without a wrong one.
    pub(super) fn metrics(&self, unit: &str) -> Vec<Metric> {
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        vec![
            Metric::lower(
                &format!("{unit} error rate"),
                share(self.edits, self.symbols),
            ),
            Metric::higher("exact match", share(self.exact, self.texts)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Splitting, Unit, Words};

    #[test]
    fn errors_are_edits_of_all_symbols_that_are_right() {
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
