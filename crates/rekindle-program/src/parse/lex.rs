//! From characters to words.

use super::MOST;
use super::error::{Parsed, Place, Text};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// The most characters of a name or a number: more than any has, and so few that messages stay short.
const LONGEST: usize = 64;

/// A word of the language.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// A name, with its prime if it has one: `c'`.
    Name(String),
    Number(f64),
    Sign(char),
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Name(name) => write!(f, "`{name}`"),
            Word::Number(n) => write!(f, "`{n:?}`"),
            Word::Sign(c) => write!(f, "`{c}`"),
        }
    }
}

/// A word and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub place: Place,
    pub word: Word,
}

/// A line that is not empty.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub tokens: Vec<Token>,
    /// Behind the last word.
    pub end: Place,
}

/// The lines that are not empty, without comments.
pub(super) fn lines(text: &Text) -> Parsed<Vec<Line>> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().iter().enumerate() {
        let tokens = tokens(text, number, line)?;
        if let Some(last) = tokens.last() {
            if lines.len() == MOST {
                return Err(text.error(last.place, format!("more than {MOST} lines")));
            }
            let (line, end) = (number, last.place.end);
            let start = end;
            lines.push(Line {
                tokens,
                end: Place { line, start, end },
            });
        }
    }
    Ok(lines)
}

fn tokens(text: &Text, line: usize, source: &str) -> Parsed<Vec<Token>> {
    let chars: Vec<char> = source.chars().take_while(|&c| c != '#').collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (start, first) = (at, chars[at]);
        let while_ = |from: usize, part: fn(char) -> bool| {
            from + chars[from..].iter().take_while(|&&c| part(c)).count()
        };
        let place = |end| Place { line, start, end };
        let short = |end: usize, what: &str| match end - start {
            0..=LONGEST => Ok(()),
            n => {
                let message = format!("a {what} of {n} characters; at most {LONGEST}");
                Err(text.error(place(end), message))
            }
        };
        let word = if first.is_whitespace() {
            at += 1;
            continue;
        } else if first.is_alphabetic() || first == '_' {
            at = while_(at, |c| c.is_alphanumeric() || c == '_');
            let primes = while_(at, |c| c == '\'') - at;
            at += primes;
            short(at, "name")?;
            let name: String = chars[start..at].iter().collect();
            if primes > 1 {
                let message = format!("`{name}` has {primes} primes; a new state has one");
                return Err(text.error(place(at), message));
            }
            Word::Name(name)
        } else if first.is_ascii_digit() || first == '.' {
            at = while_(at, |c| c.is_alphanumeric() || c == '.');
            let signed = chars.get(at).is_some_and(|c| matches!(c, '-' | '+'));
            if signed && matches!(chars[at - 1], 'e' | 'E') {
                at = while_(at + 1, |c| c.is_ascii_digit());
            }
            short(at, "number")?;
            let written: String = chars[start..at].iter().collect();
            number(&written).map_err(|message| text.error(place(at), message))?
        } else if "+-*/()=,".contains(first) {
            at += 1;
            Word::Sign(first)
        } else {
            let message = format!("unexpected character `{first}`{}", remedy(first));
            return Err(text.error(place(at + 1), message));
        };
        tokens.push(Token {
            place: place(at),
            word,
        });
    }
    Ok(tokens)
}

fn number(written: &str) -> Result<Word, String> {
    match written.parse::<f64>() {
        Ok(n) if n.is_finite() => Ok(Word::Number(n)),
        Ok(_) => Err(format!("`{written}` is too large for a number")),
        Err(_) => {
            let name = written.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            let factor = &written[..written.len() - name.len()];
            let remedy = match factor.parse::<f64>() {
                Ok(_) if !name.contains('.') => format!("; a product is `{factor} * {name}`"),
                _ => String::new(),
            };
            Err(format!("`{written}` is no number{remedy}"))
        }
    }
}

/// What to write in place of signs that people use in equations.
fn remedy(sign: char) -> &'static str {
    match sign {
        '⊙' | '∘' | '·' | '×' | '∗' => "; the elementwise product is `*`",
        '−' | '–' => "; minus is `-`",
        '^' => "; there are no powers: the square is `v * v`",
        '[' | ']' | '{' | '}' => "; only ( ) group",
        '\'' => "; a prime stands right behind the name of a state",
        _ => "",
    }
}

/// A token as errors show what was found.
pub(super) fn shown(token: Option<&Token>) -> String {
    token.map_or("the end of the line".into(), |token| token.word.to_string())
}
