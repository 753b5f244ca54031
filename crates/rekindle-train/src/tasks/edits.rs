//! How far texts are from what is right: edits of their symbols.

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

/// What is counted of texts beside what is right.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Edits {
    texts: usize,
    exact: usize,
    symbols: usize,
    edits: usize,
}

impl Edits {
    /// Takes a text in, by its symbols; says how many must be put in, taken out or replaced until it is what is right.
    pub(super) fn add(&mut self, said: Vec<String>, right: Vec<String>) -> usize {
        let [said, right] = [said, right].map(Symbols);
        let edits = generic_levenshtein(&said, &right);
        self.texts += 1;
        self.exact += usize::from(edits == 0);
        self.symbols += right.0.len();
        self.edits += edits;
        edits
    }

    /// The edits for each symbol that is right.
    pub(super) fn rate(&self) -> f64 {
        self.edits as f64 / self.symbols.max(1) as f64
    }

    /// The share of texts without an edit.
    pub(super) fn exact(&self) -> f64 {
        self.exact as f64 / self.texts.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_edits_of_all_symbols_that_are_right() {
        let letters = |text: &str| text.chars().map(String::from).collect();
        let mut edits = Edits::default();
        // Two substitutions and one insertion of 6 characters.
        assert_eq!(edits.add(letters("sitting"), letters("kitten")), 3);
        assert_eq!(edits.add(letters("no"), letters("no")), 0);
        assert_eq!((edits.rate(), edits.exact()), (3.0 / 8.0, 0.5));
    }
}
