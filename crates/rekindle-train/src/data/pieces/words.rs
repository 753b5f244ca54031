//! What pieces are parts of: words with the space before them, numbers, marks, blanks.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// What a character is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Number,
    Blank,
    Mark,
}

impl Kind {
    fn of(character: char) -> Kind {
        if character.is_ascii() {
            return match character {
                'a'..='z' | 'A'..='Z' => Kind::Letter,
                '0'..='9' => Kind::Number,
                _ if character.is_whitespace() => Kind::Blank,
                _ => Kind::Mark,
            };
        }
        match character.general_category_group() {
            GeneralCategoryGroup::Letter => Kind::Letter,
            GeneralCategoryGroup::Number => Kind::Number,
            _ if character.is_whitespace() => Kind::Blank,
            _ => Kind::Mark,
        }
    }
}

/// Endings that are words of their own behind an apostrophe.
const ENDINGS: [&str; 7] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

/// The length of the characters of a kind that a text begins with.
fn run(text: &str, kind: Kind) -> usize {
    let other = text.char_indices().find(|(_, c)| Kind::of(*c) != kind);
    other.map_or(text.len(), |(at, _)| at)
}

/// The length of the word that a text begins with.
fn first(text: &str) -> usize {
    if let Some(ending) = ENDINGS.iter().find(|ending| text.starts_with(**ending)) {
        return ending.len();
    }
    let behind_space = text.strip_prefix(' ');
    let word = behind_space.unwrap_or(text);
    let space = text.len() - word.len();
    if let Some(kind) = word.chars().next().map(Kind::of)
        && kind != Kind::Blank
    {
        return space + run(word, kind);
    }
    let blanks = run(text, Kind::Blank);
    let last = text[..blanks].chars().next_back().map_or(0, char::len_utf8);
    // The last of several blanks before a word is left to that word.
    match blanks < text.len() && last < blanks {
        true => blanks - last,
        false => blanks,
    }
}

/// The words of a text as GPT-2 parts it, `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`: all of it, in order.
pub(super) fn of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (word, after) = rest.split_at(first(rest));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}
