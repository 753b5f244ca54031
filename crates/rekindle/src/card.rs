//! What the table of cells says of a cell, and of a family of them.

use serde::Serialize;

/// What the table of cells says of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Card {
    /// The value of `kind` in a config.
    pub name: &'static str,
    /// The name in full.
    pub title: &'static str,
    /// Who published it.
    pub authors: &'static str,
    /// The year of the form implemented.
    pub year: u16,
    /// The paper.
    pub url: &'static str,
    /// Each block of the equations in stored order, and what it does; none where the equations are
    /// part of the config.
    pub gates: &'static [(&'static str, &'static str)],
    /// The independent implementation that the tests compare with.
    pub oracle: &'static str,
}

/// Cells of a kind. What they share and where they differ is said on the page of their module, `cells/<name>/mod.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Family {
    /// The name of its module.
    pub name: &'static str,
    /// The name in full.
    pub title: &'static str,
    /// What its members have in common, in a few words.
    pub shares: &'static str,
    /// Its members, the oldest first.
    pub cards: &'static [Card],
}
