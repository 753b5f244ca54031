//! Cells whose memory is a matrix a head, and the one algorithm that runs them over sequences.
//!
//! Such a cell writes with outer products, `S_t = decay(S_{t-1}) + k_t v_tᵀ`, and reads with a vector,
//! `o_t = S_tᵀ q_t`. Nothing but the matrix goes from step to step, and it goes through linear
//! maps, so that a sequence need not be walked step by step: [`chunkwise`] takes a chunk of steps
//! together, as products of matrices. A cell's file states the recurrence twice, as its paper does
//! ([`MatrixCell::step`]) and as [`Terms`] of the algorithm ([`MatrixCell::scan`]); that both give
//! the same numbers is a law.

mod algebra;
mod cell;
mod chunk;
mod config;
mod inverse;
mod layout;
mod scan;
mod scores;
mod terms;

pub(crate) use algebra::{by_heads, outer, read, rows};
pub(crate) use cell::{MatrixCell, matrix_cell, states};
pub(crate) use chunk::chunkwise;
pub(crate) use config::{Maker, check, matrix_config, usual_heads};
pub(crate) use scan::{scan, step};
pub(crate) use terms::Terms;

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
