//! The blocks that a row of a table names.

/// A block of a tensor of ours: a term of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// The blocks that are added up, of which all but the first are zero once they were taken in.
    pub(super) sum: Vec<Block>,
    /// Whether theirs has the other sign.
    pub(super) negative: bool,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// The gate or vector.
    pub(super) name: String,
}

/// Which weights a block belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Input,
    Hidden,
    InputBias,
    HiddenBias,
    Vector,
    Projection,
}

/// The terms of a row: one inner list for each place of a block, with the blocks that stand there side by side.
pub(super) fn terms(text: &str) -> Vec<Vec<Term>> {
    let places = text.split_whitespace();
    places
        .map(|place| place.split('|').map(term).collect())
        .collect()
}

fn term(text: &str) -> Term {
    let positive = text.strip_prefix('-');
    let sum = positive.unwrap_or(text).split('+').map(block).collect();
    Term {
        sum,
        negative: positive.is_some(),
    }
}

fn block(text: &str) -> Block {
    let (letter, name) = text.split_once('_').unwrap_or((text, ""));
    let kind = match letter {
        "W" => Kind::Input,
        "U" => Kind::Hidden,
        "b" => Kind::InputBias,
        "d" => Kind::HiddenBias,
        "v" => Kind::Vector,
        "R" => Kind::Projection,
        _ => unreachable!("a table names blocks by W, U, b, d, v and R"),
    };
    Block {
        kind,
        name: name.to_owned(),
    }
}
