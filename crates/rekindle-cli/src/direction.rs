//! The direction of a layer, as an argument.

use rekindle::engine;

/// The order in which a layer reads.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Direction {
    Forward,
    Reverse,
}

impl Direction {
    /// As the library has it.
    pub(crate) fn way(self) -> engine::Direction {
        match self {
            Direction::Forward => engine::Direction::Forward,
            Direction::Reverse => engine::Direction::Reverse,
        }
    }
}
