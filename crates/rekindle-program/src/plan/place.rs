//! Where values live while a program runs.

use crate::program::{Out, Width};

/// Where a value lives while a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loc {
    /// A block of the projected input, for the steps of a chunk.
    Input(usize),
    /// The input itself.
    Raw,
    /// How far a state moves, for the steps of a chunk.
    Moves(usize),
    /// A value that one phase hands on to another, for the steps of a chunk.
    Plane(usize),
    /// A state, before the step.
    State(usize),
    /// A state, after the step.
    Next(usize),
    /// A value kept for the backward program.
    Saved(usize),
    /// A learned vector, repeated for every row.
    Vector(usize),
    /// The mask of variational dropout.
    Mask,
    /// A number, repeated over a tile.
    Number(usize),
    /// A value that a later stage reads.
    Scratch(usize),
    /// A value that only this stage reads: it never leaves a tile.
    Register(usize),
    /// The gradient of a learned vector, of the steps that were taken so far.
    Total(usize),
    /// The gradient of a result.
    Adjoint(Out),
    /// The gradient of a state, before the step.
    StateGradient(usize),
    /// The gradient of something that is not a state, for the steps of a chunk.
    Gradient(usize),
}

/// Where a value lives, and how wide it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it lives.
    pub loc: Loc,
    /// How wide it is there.
    pub width: Width,
}
