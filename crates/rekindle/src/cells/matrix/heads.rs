//! How the units of a cell are parted.

/// How many heads a cell has, and how wide they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heads {
    /// The number of heads, each with a matrix of its own.
    pub(crate) count: usize,
    /// The rows of the matrix: the width of keys and queries.
    pub(crate) d_key: usize,
    /// The columns of the matrix: the width of values.
    pub(crate) d_value: usize,
}
