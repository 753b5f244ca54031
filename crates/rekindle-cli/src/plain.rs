//! What may be shown on a terminal.
//!
//! Names, labels, texts and samples come from files and arguments of others, and a terminal obeys what it is given:
//! escape codes colour, move and overwrite, marks of direction show a line in another order than it has. So everything
//! that is printed goes through [`plain`], in the [`console`](crate::console) and nowhere else.

use std::borrow::Cow;
use std::fmt::Write;

/// The most characters of a line of a message.
const LONGEST: usize = 1000;

/// How many of them stand before the cut, where a line is longer; the remedy stands at its end.
const BEFORE: usize = 600;

/// A text without anything that a terminal obeys, but for line ends and tabs: `\u001b` stands for an escape, as it does
/// in JSON and TOML, so that a result in one of these means what it meant.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    // A return is half a line end of some files, and alone goes back over the line.
    if !text.contains(|c| c == '\r' || is_obeyed(c)) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends = c == '\r' && rest.peek() == Some(&'\n');
        match ends || c != '\r' && !is_obeyed(c) {
            true => plain.push(c),
            false => write_out(&mut plain, c),
        }
    }
    plain.into()
}

/// An error as it is shown: on one line, or two where its words have two, and each of a length that can be read.
pub(crate) fn message(text: &str) -> String {
    // A line end before the last is none of the message's own: it stands in a name.
    let mut lines = text.rsplitn(2, '\n');
    let last = lines.next().unwrap_or_default();
    let shown = |line: &str| {
        let mut whole = String::with_capacity(line.len());
        for c in line.chars() {
            match c.is_control() || is_obeyed(c) {
                true => write_out(&mut whole, c),
                false => whole.push(c),
            }
        }
        cut(whole)
    };
    match lines.next() {
        Some(first) => format!("{}\n{}", shown(first), shown(last)),
        None => shown(last),
    }
}

/// A line without its middle, where it is too long to be read.
fn cut(line: String) -> String {
    let characters = line.chars().count();
    if characters <= LONGEST {
        return line;
    }
    let left_out = characters - LONGEST;
    let (before, after): (String, String) = (
        line.chars().take(BEFORE).collect(),
        line.chars().skip(BEFORE + left_out).collect(),
    );
    format!("{before} ... {left_out} characters ... {after}")
}

/// Whether a terminal obeys a character, or shows what follows in another order.
fn is_obeyed(c: char) -> bool {
    match c {
        '\n' | '\t' | '\r' => false,
        // Marks, embeddings, overrides and isolates of direction, and line ends that no terminal shows as such.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => {
            true
        }
        c => c.is_control(),
    }
}

fn write_out(text: &mut String, c: char) {
    // Writing to a string cannot fail. All of these characters have four digits.
    let _ = match c {
        '\n' => write!(text, "\\n"),
        '\r' => write!(text, "\\r"),
        '\t' => write!(text, "\\t"),
        c => write!(text, "\\u{:04x}", u32::from(c)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let coloured = "a\u{1b}[31mred\u{7}\u{9b}2J\u{202e}b\u{7f}\rc";
        assert_eq!(
            plain(coloured),
            "a\\u001b[31mred\\u0007\\u009b2J\\u202eb\\u007f\\rc"
        );
        for text in [
            "",
            "line\n\tend\r\nσ ⊙ \u{a0}«é» שלום 👩\u{200d}🔬",
            "```\n",
        ] {
            assert_eq!(plain(text), text);
        }
        let every = (0..=u32::from(char::MAX)).filter_map(char::from_u32);
        let shown = every.map(|c| plain(&c.to_string()).into_owned());
        assert!(
            shown
                .flat_map(|s| s.chars().collect::<Vec<_>>())
                .all(|c| !is_obeyed(c))
        );
    }

    #[test]
    fn json_means_what_it_meant() {
        let label = "x\u{85}\u{202e}y";
        let json = serde_json::to_string(label).expect("a string is JSON");
        let shown = plain(&json);
        assert!(shown.is_ascii(), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), label);
    }

    #[test]
    fn a_message_has_two_lines_at_most_and_keeps_its_end() {
        assert_eq!(
            message("x: why\n    h' = <- here"),
            "x: why\n    h' = <- here"
        );
        assert_eq!(message("a\nb\nc: why; remedy"), "a\\nb\nc: why; remedy");
        let long = format!("no file {}; check the path", "a".repeat(1 << 20));
        let shown = message(&long);
        assert!(shown.len() < 1100, "{shown}");
        assert!(shown.contains(" ... 1047600 characters ... "), "{shown}");
        assert!(shown.ends_with("; check the path"), "{shown}");
    }
}
