//! Text into words and back.

mod prose;
mod runs;

use serde::{Deserialize, Serialize};

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Words {
    /// A run of letters, digits and apostrophes; every other character that is not blank is one on its own. Combining
    /// marks part from their letters.
    Runs,
    /// A word by Unicode's rules (Unicode Standard Annex 29): marks stay with their letters, `can't` and `3.14` are one;
    /// and a line end.
    Unicode,
    /// The same, and spacing that is not that of ordinary prose is a symbol of its own: the text comes back exactly.
    Spaced,
}

impl Words {
    /// The words, punctuation marks and line ends of a text, in order.
    pub(super) fn split(self, text: &str, mut each: impl FnMut(&str)) {
        match self {
            Words::Runs => runs::split(text).for_each(each),
            Words::Unicode => prose::split(text, |token| match prose::is_spacing(token) {
                false => each(token),
                true if token.contains(['\n', '\r']) => each("\n"),
                true => {}
            }),
            Words::Spaced => prose::split(text, each),
        }
    }

    /// The words as running text. Spacing that is not among them is that of ordinary prose.
    pub(super) fn join<'a>(self, tokens: impl IntoIterator<Item = &'a str>) -> String {
        match self {
            Words::Runs => runs::join(tokens),
            Words::Unicode | Words::Spaced => prose::join(tokens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(words: Words, text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        words.split(text, |token| tokens.push(token.to_owned()));
        tokens
    }

    fn joined(text: &str) -> String {
        let tokens = split(Words::Spaced, text);
        Words::Spaced.join(tokens.iter().map(String::as_str))
    }

    #[test]
    fn marks_stay_with_their_letters() {
        // Decomposed: e and a combining acute; Devanagari with vowel signs; a family of four code points.
        let text = "e\u{301}te\u{301} हिन्दी 👩\u{200d}🔬 can't 3.14";
        let tokens = [
            "e\u{301}te\u{301}",
            "हिन्दी",
            "👩\u{200d}🔬",
            "can't",
            "3.14",
        ];
        assert_eq!(split(Words::Unicode, text), tokens);
        assert_eq!(split(Words::Spaced, text), tokens);
        assert_ne!(split(Words::Runs, text), tokens);
    }

    #[test]
    fn ordinary_prose_needs_no_symbol_for_its_spacing() {
        for text in [
            "Yes, it's here: (a [small] one)!\nNo; 5% of it?\n",
            "\"Well-known\", he said, \"and/or 'so'.\"\n",
            "« Oui » — “non”",
            "日本語の文、です。",
        ] {
            let [words, all] = [Words::Unicode, Words::Spaced].map(|w| split(w, text));
            let spacing = all.len() - words.len();
            assert_eq!(
                spacing,
                if text.starts_with('«') { 2 } else { 0 },
                "{all:?}"
            );
            assert_eq!(joined(text), text);
        }
    }

    #[test]
    fn other_spacing_is_a_symbol() {
        assert_eq!(
            split(Words::Spaced, " a  b ,c\r\n\td"),
            [" ", "a", "  ", "b", " ", ",", "", "c", "\r\n", "\t", "d"]
        );
        assert_eq!(
            split(Words::Unicode, " a  b ,c\r\n\td"),
            ["a", "b", ",", "c", "\n", "d"]
        );
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "\\PC*|[ab \"'(.,\\-\\n\\r\\t\u{301}日]*|(?s).*") {
            prop_assert_eq!(joined(&text), text);
        }
    }
}
