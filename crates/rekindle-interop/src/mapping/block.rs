//! The blocks that a row of a table names.

/// A block of a tensor of ours: a term of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// The blocks that are added up, of which all but the first are zero once they were taken in.
    pub(super) sum: Vec<Block>,
    /// Whether theirs has the other sign.
    pub(super) negative: bool,
    /// Whether it is added to what another tensor gave.
    pub(super) more: bool,
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
    /// None of ours.
    Nothing,
}

impl Kind {
    /// Whether it is a bias, or stands among biases for none.
    pub(super) fn is_bias(self) -> bool {
        matches!(self, Kind::InputBias | Kind::HiddenBias | Kind::Nothing)
    }
}

/// The terms of a row: one inner list for each place of a block, with the blocks that stand there side by side.
pub(super) fn terms(text: &str) -> Vec<Vec<Term>> {
    let places = text.split_whitespace();
    places
        .map(|place| place.split('|').map(term).collect())
        .collect()
}

fn term(text: &str) -> Term {
    let (negative, more) = (text.starts_with('-'), text.starts_with('&'));
    let text = text.trim_start_matches(['-', '&']);
    Term {
        sum: text.split('+').map(block).collect(),
        negative,
        more,
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
        "0" => Kind::Nothing,
        _ => unreachable!("a table names blocks by W, U, b, d, v, R and 0"),
    };
    Block {
        kind,
        name: name.to_owned(),
    }
}
