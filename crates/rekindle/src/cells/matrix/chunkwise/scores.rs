//! How much of what a step of a chunk wrote a later step of it sees.

use super::inverse::lower;
use burn::tensor::{Bool, Tensor};

/// Up to this many steps, every pair is computed by itself.
const PAIRS: usize = 4;

/// `A[t, i] = Σ_c row_t[c] e^{Σ decay_j[c]} column_i[c]`, the decays those of the steps `j` between `i` and `t`,
/// for `i < t`, and 0 elsewhere, for every row with every column: `[chunks, steps, steps]` each, the
/// columns of the first row first. Decays are logarithms, `[chunks, steps, width]`, of width 1 where one
/// number serves a whole matrix.
///
/// Nothing that is exponentiated is greater than zero.
pub(super) fn scores(
    rows: &[Tensor<3>],
    columns: &[Tensor<3>],
    decay: Option<&Tensor<3>>,
) -> Vec<Tensor<3>> {
    match decay {
        None => whole(rows, columns, None),
        Some(decay) => match decay.dims()[2] {
            1 => {
                let before = before(decay.clone());
                let after = before.clone() + decay.clone();
                whole(rows, columns, Some(before - after.swap_dims(1, 2)))
            }
            _ => by_halves(rows, columns, decay),
        },
    }
}

/// The sum over all earlier steps. It is a product, and no difference of longer sums, so that what is small
/// has small errors.
pub(super) fn before(decay: Tensor<3>) -> Tensor<3> {
    ones_below(&decay).matmul(decay)
}

/// The sum over all later steps.
pub(super) fn behind(decay: Tensor<3>) -> Tensor<3> {
    ones_below(&decay).swap_dims(1, 2).matmul(decay)
}

/// `[1, steps, steps]`, 1 below the diagonal.
fn ones_below(like: &Tensor<3>) -> Tensor<3> {
    let below = on_and_above(like.dims()[1], like).bool_not();
    below.float().cast(like.dtype())
}

/// One decay for a whole matrix stands outside of the sum.
fn whole(
    rows: &[Tensor<3>],
    columns: &[Tensor<3>],
    exponents: Option<Tensor<3>>,
) -> Vec<Tensor<3>> {
    let steps = rows[0].dims()[1];
    let later = on_and_above(steps, &rows[0]);
    let weights = exponents.map(|e| masked(e, &later).exp());
    pairs_of(rows, columns, |row, column| {
        let products = row.matmul(column.swap_dims(1, 2));
        match &weights {
            Some(weights) => products * weights.clone(),
            None => {
                let dims = products.dims();
                products.mask_fill(later.clone().expand(dims), 0.0)
            }
        }
    })
}

/// A decay a row of the matrix stands inside. What the second half of a block of steps sees of the first has
/// decayed up to the border and from the border on, so that it is a product of matrices; two halves that
/// are known make a block, from few steps to all of them.
fn by_halves(rows: &[Tensor<3>], columns: &[Tensor<3>], decay: &Tensor<3>) -> Vec<Tensor<3>> {
    let [chunks, steps, _] = decay.dims();
    let cut = |t: &Tensor<3>, steps: usize| {
        let [_, _, width] = t.dims();
        t.clone().reshape([-1, steps as i64, width as i64])
    };
    let mut size = steps.min(PAIRS);
    let each = |all: &[Tensor<3>]| all.iter().map(|t| cut(t, size)).collect::<Vec<_>>();
    let mut blocks = small(&each(rows), &each(columns), &cut(decay, size));
    while size < steps {
        let pairs = chunks * steps / (2 * size);
        let half = |t: &Tensor<3>, n: usize| -> Tensor<3> {
            let [_, _, width] = t.dims();
            let halves = t.clone().reshape([pairs, 2, size, width]);
            halves.narrow(1, n, 1).squeeze_dim(1)
        };
        let from = before(half(decay, 1)).exp();
        let to = behind(half(decay, 0)).exp();
        let rows: Vec<_> = rows.iter().map(|r| half(r, 1) * from.clone()).collect();
        let columns: Vec<_> = columns.iter().map(|c| half(c, 0) * to.clone()).collect();
        let corners = pairs_of(&rows, &columns, |row, c| row.matmul(c.swap_dims(1, 2)));
        let joined = blocks.iter().zip(corners);
        let joined = joined.map(|(block, corner)| lower(half(block, 0), corner, half(block, 1)));
        blocks = joined.collect();
        size *= 2;
    }
    blocks
}

/// Pair by pair.
fn small(rows: &[Tensor<3>], columns: &[Tensor<3>], decay: &Tensor<3>) -> Vec<Tensor<3>> {
    let row = |t: Tensor<3>| t.unsqueeze_dim::<4>(2);
    let column = |t: Tensor<3>| t.unsqueeze_dim::<4>(1);
    let before = before(decay.clone());
    let after = before.clone() + decay.clone();
    let exponents = row(before) - column(after);
    let later = on_and_above(rows[0].dims()[1], &rows[0]).unsqueeze_dim::<4>(3);
    let weights = masked(exponents, &later).exp();
    pairs_of(rows, columns, |r, c| {
        (row(r) * column(c) * weights.clone())
            .sum_dim(3)
            .squeeze_dim(3)
    })
}

fn pairs_of(
    rows: &[Tensor<3>],
    columns: &[Tensor<3>],
    of: impl Fn(Tensor<3>, Tensor<3>) -> Tensor<3>,
) -> Vec<Tensor<3>> {
    let each = rows
        .iter()
        .flat_map(|row| columns.iter().map(move |c| (row, c)));
    each.map(|(row, c)| of(row.clone(), c.clone())).collect()
}

/// Exponents whose power is zero where the mask is: there they may be large.
fn masked<const D: usize>(exponents: Tensor<D>, mask: &Tensor<D, Bool>) -> Tensor<D> {
    let dims = exponents.dims();
    exponents.mask_fill(mask.clone().expand(dims), -1e30)
}

/// `[1, steps, steps]`, true on and above the diagonal.
fn on_and_above(steps: usize, like: &Tensor<3>) -> Tensor<3, Bool> {
    // Burn's masks are true outside of what they name.
    Tensor::<2, Bool>::tril_mask([steps, steps], -1, &like.device()).unsqueeze()
}
