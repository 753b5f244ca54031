//! Words as runs of letters, digits and apostrophes, and back. Combining marks part from their letters, and spacing falls away.

/// Tokens that stand against the word before them.
const CLOSING: &str = ".,;:!?')]}%";
/// Tokens that the next word stands against.
const OPENING: &str = "([{";

/// The tokens of a text: runs of letters, digits and apostrophes; every other character that is not
/// blank on its own; and each line end as `"\n"`.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
        let first = rest.chars().next()?;
        let end = if in_word(first) {
            rest.find(|c| !in_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

/// The tokens as running text. Spacing is a guess where splitting forgot it: none before closing
/// punctuation, after an opening bracket or around a line end, one elsewhere.
pub(super) fn join<'a>(tokens: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    // The start of the text takes no space before it, just as the start of a line does.
    let mut tight = true;
    for token in tokens {
        if !tight && token != "\n" && !is_one_of(token, CLOSING) {
            text.push(' ');
        }
        text.push_str(token);
        tight = token == "\n" || is_one_of(token, OPENING);
    }
    text
}

fn in_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '\'' | '’')
}

fn is_one_of(token: &str, characters: &str) -> bool {
    let mut token = token.chars();
    matches!((token.next(), token.next()), (Some(only), None) if characters.contains(only))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_punctuation_and_line_ends_are_tokens() {
        let tokens: Vec<_> = split("  Don't stop,\tété 42!\r\n\n— end").collect();
        assert_eq!(
            tokens,
            [
                "Don't", "stop", ",", "été", "42", "!", "\n", "\n", "—", "end"
            ]
        );
        assert_eq!(split(" \t").count(), 0);
    }

    #[test]
    fn ordinary_prose_comes_back_as_it_was() {
        for text in [
            "Yes, it's here: (a [small] one)!\nNo; 5% of it?\n",
            "rock 'n' roll",
            "",
        ] {
            assert_eq!(join(split(text)), text);
        }
    }
}
