//! The lines that declare names.

use super::MOST;
use super::error::{Parsed, Place, Text};
use super::lex::{Line, Word, shown};
use crate::program::{Across, Binary, Blocks, RAW, Unary};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What a line declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    State,
    Input,
    Hidden,
    Vector,
    Scalar,
}

impl Kind {
    pub(super) const ALL: [Kind; 5] = [
        Kind::State,
        Kind::Input,
        Kind::Hidden,
        Kind::Vector,
        Kind::Scalar,
    ];

    /// The word that begins the line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::State => "state",
            Kind::Input => "input",
            Kind::Hidden => "hidden",
            Kind::Vector => "vector",
            Kind::Scalar => "scalar",
        }
    }

    /// What one of its names stands for.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Kind::State => "state",
            Kind::Input => "input block",
            Kind::Hidden => "hidden block",
            Kind::Vector => "vector",
            Kind::Scalar => "scalar",
        }
    }

    /// Whether its names stand for themselves in an expression, as those of blocks do not.
    fn is_value(self) -> bool {
        matches!(self, Kind::State | Kind::Vector | Kind::Scalar)
    }

    /// The list of its names; vectors and scalars share one.
    pub(super) fn names(self, blocks: &Blocks) -> &Vec<String> {
        match self {
            Kind::State => &blocks.states,
            Kind::Input => &blocks.inputs,
            Kind::Hidden => &blocks.hiddens,
            Kind::Vector | Kind::Scalar => &blocks.vectors,
        }
    }

    fn names_mut(self, blocks: &mut Blocks) -> &mut Vec<String> {
        match self {
            Kind::State => &mut blocks.states,
            Kind::Input => &mut blocks.inputs,
            Kind::Hidden => &mut blocks.hiddens,
            Kind::Vector | Kind::Scalar => &mut blocks.vectors,
        }
    }

    /// What a line declares, if it declares anything.
    fn of(line: &Line) -> Option<Kind> {
        let equation = line.tokens.get(1).map(|token| &token.word) == Some(&Word::Sign('='));
        match &line.tokens[0].word {
            Word::Name(name) if !equation => Kind::ALL.into_iter().find(|kind| kind.word() == name),
            _ => None,
        }
    }
}

/// A declared name and where it stands.
pub(super) struct Declaration {
    pub kind: Kind,
    /// Its place in the list of its kind.
    pub index: usize,
    pub name: String,
    pub place: Place,
}

/// What a text declares.
#[derive(Default)]
pub(super) struct Declared {
    pub blocks: Blocks,
    pub list: Vec<Declaration>,
}

impl Declared {
    /// Reads the lines that declare; gives back the others.
    pub(super) fn read<'l>(text: &Text, lines: &'l [Line]) -> Parsed<(Declared, Vec<&'l Line>)> {
        let mut declared = Declared::default();
        let mut equations = Vec::new();
        for line in lines {
            match Kind::of(line) {
                Some(kind) => declared.line(text, kind, line)?,
                None => equations.push(line),
            }
        }
        let mut list = declared.list.iter();
        match list.find(|declaration| declared.is_bias(&declaration.name)) {
            None => Ok((declared, equations)),
            Some(Declaration { name, place, .. }) => {
                Err(text.error(*place, format!("`{name}` is a block's bias; {OTHER}")))
            }
        }
    }

    fn line(&mut self, text: &Text, kind: Kind, line: &Line) -> Parsed<()> {
        let mut tokens = line.tokens.iter();
        while let Some(before) = tokens.next() {
            let token = tokens.next();
            let place = token.map_or(line.end, |token| token.place);
            match token.map(|token| &token.word) {
                Some(Word::Name(name)) => self.name(text, kind, name, place)?,
                _ => {
                    let message = format!(
                        "expected a name behind {}, found {}",
                        before.word,
                        shown(token)
                    );
                    return Err(text.error(place, message));
                }
            }
            match tokens.clone().next() {
                Some(token) if token.word != Word::Sign(',') => {
                    let message =
                        format!("expected `,` or the end of the line, found {}", token.word);
                    return Err(text.error(token.place, message));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn name(&mut self, text: &Text, kind: Kind, name: &str, place: Place) -> Parsed<()> {
        let fails = |message: String| Err(text.error(place, message));
        if self.list.len() == MOST {
            return fails(format!("more than {MOST} names"));
        }
        if name.ends_with('\'') {
            return fails(format!("`{name}`: names are declared without a prime"));
        }
        // A block may stand for the input itself: `W_x x`.
        let mapped = name == RAW && !kind.is_value();
        if let Some(what) = reserved(name).filter(|_| !mapped) {
            return fails(format!("`{name}` is {what}; {OTHER}"));
        }
        let twice = self.list.iter().find(|other| {
            let same = kind == other.kind || kind.is_value() && other.kind.is_value();
            same && other.name == name
        });
        if let Some(other) = twice {
            let (noun, line) = (other.kind.noun(), other.place.line + 1);
            return fails(format!(
                "`{name}` is declared twice: it is a {noun} of line {line}"
            ));
        }
        if matches!(kind, Kind::Vector | Kind::Scalar) {
            self.blocks.scalars.push(kind == Kind::Scalar);
        }
        let names = kind.names_mut(&mut self.blocks);
        names.push(name.to_string());
        self.list.push(Declaration {
            kind,
            index: names.len() - 1,
            name: name.to_string(),
            place,
        });
        Ok(())
    }

    /// The place of a name in the list of its kind.
    pub(super) fn index(&self, kind: Kind, name: &str) -> Option<usize> {
        kind.names(&self.blocks).iter().position(|n| n == name)
    }

    /// Whether a name is that of a bias: `b_i` or `d_i`.
    pub(super) fn is_bias(&self, name: &str) -> bool {
        let block = |prefix, kind| {
            let block = name.strip_prefix(prefix);
            block.is_some_and(|block| self.index(kind, block).is_some())
        };
        block("b_", Kind::Input) || block("d_", Kind::Hidden)
    }
}

/// The remedy for a name that cannot be chosen.
pub(super) const OTHER: &str = "choose another name";

/// The words that mean something by themselves.
const WORDS: [&str; 3] = [RAW, "R", "affine"];

/// Whether a name is a function's.
fn is_function(name: &str) -> bool {
    Unary::from_name(name).is_some()
        || Binary::from_name(name).is_some()
        || Across::from_name(name).is_some()
}

/// What a name that cannot be chosen is.
pub(super) fn reserved(name: &str) -> Option<&'static str> {
    if WORDS.contains(&name) || Kind::ALL.iter().any(|kind| kind.word() == name) {
        Some("a word of the language")
    } else if is_function(name) {
        Some("a function")
    } else if name.starts_with("W_") || name.starts_with("U_") {
        Some("a block's matrix")
    } else {
        None
    }
}
