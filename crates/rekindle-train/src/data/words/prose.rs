//! Words by Unicode's rules, with the spacing of ordinary prose understood between them.
//!
//! Between two words stands what [`Prose::usual`] says: mostly a space, none before a comma. Where a text has other spacing
//! that is a token of its own, the empty one where there is none at all. So nothing of a text is lost, and ordinary prose has
//! next to no such token.

use unicode_segmentation::UnicodeSegmentation;

/// Marks that stand against the word before them.
const CLOSING: &str = ".,;:!?)]}%…”’»。、，！？：；」』）】";
/// Marks that the next word stands against.
const OPENING: &str = "([{$€£#¿¡“‘„«「『（【";
/// Marks that stand against both.
const JOINING: &str = "-‐/@";
/// Marks of which every second one closes.
const QUOTES: [&str; 2] = ["\"", "'"];

/// What is known of a line of prose on the way through it.
#[derive(Default)]
struct Prose {
    /// Whether the next word stands apart from what is before it.
    apart: bool,
    /// Whether what is before it is of a script that writes no spaces.
    unspaced: bool,
    /// Which [quotes](QUOTES) are open.
    open: [bool; 2],
}

impl Prose {
    /// What stands before a word in ordinary prose.
    fn usual(&self, word: &str) -> &'static str {
        let quote = QUOTES.iter().position(|quote| *quote == word);
        let closes = quote.is_some_and(|quote| self.open[quote])
            || is_one_of(word, CLOSING)
            || is_one_of(word, JOINING);
        let runs_on = self.unspaced && word.chars().next().is_some_and(is_unspaced);
        match self.apart && !closes && !runs_on {
            true => " ",
            false => "",
        }
    }

    /// Goes past a token.
    fn pass(&mut self, token: &str) {
        if is_spacing(token) {
            // A quote that is still open at a line's end was none.
            let open = if token.contains(['\n', '\r']) {
                [false; 2]
            } else {
                self.open
            };
            *self = Prose {
                open,
                ..Prose::default()
            };
            return;
        }
        let mut opens = is_one_of(token, OPENING) || is_one_of(token, JOINING);
        if let Some(quote) = QUOTES.iter().position(|quote| *quote == token) {
            self.open[quote] = !self.open[quote];
            opens = self.open[quote];
        }
        self.apart = !opens;
        self.unspaced = token.chars().next_back().is_some_and(is_unspaced);
    }
}

/// The tokens of a text: its words, its punctuation, and what of its spacing is not as usual. Line ends stand alone.
pub(super) fn split(text: &str, mut each: impl FnMut(&str)) {
    let mut prose = Prose::default();
    // Where the blanks before the next word begin.
    let mut from = 0;
    for (at, word) in text.split_word_bound_indices() {
        if is_spacing(word) {
            continue;
        }
        let blanks = &text[from..at];
        if blanks != prose.usual(word) {
            spacing(blanks, |token| {
                each(token);
                prose.pass(token);
            });
        }
        each(word);
        prose.pass(word);
        from = at + word.len();
    }
    if from < text.len() {
        spacing(&text[from..], each);
    }
}

/// The tokens as the text that they are of.
pub(super) fn join<'a>(tokens: impl IntoIterator<Item = &'a str>) -> String {
    let (mut text, mut prose) = (String::new(), Prose::default());
    for token in tokens {
        if !is_spacing(token) {
            text.push_str(prose.usual(token));
        }
        text.push_str(token);
        prose.pass(token);
    }
    text
}

/// Whether a token is of blanks alone, or of nothing.
pub(super) fn is_spacing(token: &str) -> bool {
    token.chars().all(char::is_whitespace)
}

/// Blanks as tokens: line ends one by one, others in runs; the empty token for none.
fn spacing(blanks: &str, mut each: impl FnMut(&str)) {
    let mut rest = blanks;
    loop {
        let end = match rest.find(['\n', '\r']) {
            Some(0) if rest.starts_with("\r\n") => 2,
            Some(0) => 1,
            Some(end) => end,
            None => rest.len(),
        };
        let (token, after) = rest.split_at(end);
        each(token);
        rest = after;
        if rest.is_empty() {
            return;
        }
    }
}

/// Whether a character is of a script that writes no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3001}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff65}'
        | '\u{20000}'..='\u{3ffff}')
}

fn is_one_of(token: &str, characters: &str) -> bool {
    let mut token = token.chars();
    matches!((token.next(), token.next()), (Some(only), None) if characters.contains(only))
}
