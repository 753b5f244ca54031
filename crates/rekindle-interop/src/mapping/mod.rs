//! How another library stores the weights of a cell: a table, from which both ways follow.
//!
//! A [`Row`] names a tensor of theirs and says which blocks of ours it is made of, in its order: `W_i W_f W_g W_o`. `W_i` is what gate `i`
//! multiplies the input with, `[d_hidden, d_input]`, `U_i` what it multiplies the state with, `b_i` and `d_i` the biases of both, `v_p` a
//! learned vector or number `p`, and `R` the projection. A minus before a block turns its sign; `b_i+d_i` is the sum of two, of which
//! the second is zero once it was taken in; `&b_i` is added to what another tensor gave, and is zero when it goes out; a stroke sets blocks
//! side by side: `W_i|U_i`; `0` stands for what a cell here lacks and must be zero, as large as one of its biases.

mod block;
mod layout;
mod plan;

pub(crate) use layout::Layout;
pub(crate) use plan::Plan;

/// One of their tensors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Its name, behind that of their cell.
    pub(crate) name: &'static str,
    /// How its axes lie.
    pub(crate) layout: Layout,
    /// The blocks of ours.
    pub(crate) blocks: &'static str,
}

/// A row of a table.
pub(crate) const fn row(name: &'static str, layout: Layout, blocks: &'static str) -> Row {
    Row {
        name,
        layout,
        blocks,
    }
}
