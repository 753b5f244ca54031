//! The inverse of a triangular matrix.

use burn::tensor::Tensor;

/// Up to this size the series of `(I - L)⁻¹` is summed: its terms are no larger than `binomial(7, 3)`
/// times what comes out, so that two digits are lost at most.
const SERIES: usize = 8;

/// `(I - L)⁻¹` of matrices with nothing on and above the diagonal, `[batch, n, n]`, `n` a power of two.
///
/// By halves, `(I - L)⁻¹ = [[A, 0], [B L₂₁ A, B]]` with `A` and `B` the inverses of the two halves on the
/// diagonal, which are one batch. It is as stable as solving row by row; the series over the whole
/// matrix, which is shorter, is not.
pub(super) fn inverse(l: Tensor<3>) -> Tensor<3> {
    let [batch, n, _] = l.dims();
    if n <= SERIES {
        return series(l);
    }
    let half = n / 2;
    let block = |row: usize, column: usize| {
        let rows = l.clone().narrow(1, row * half, half);
        rows.narrow(2, column * half, half)
    };
    let diagonal = inverse(Tensor::cat(vec![block(0, 0), block(1, 1)], 0));
    let first = diagonal.clone().narrow(0, 0, batch);
    let second = diagonal.narrow(0, batch, batch);
    let corner = second.clone().matmul(block(1, 0)).matmul(first.clone());
    lower(first, corner, second)
}

/// `[[first, 0], [corner, second]]`.
pub(super) fn lower(first: Tensor<3>, corner: Tensor<3>, second: Tensor<3>) -> Tensor<3> {
    let above = Tensor::cat(vec![first, corner.zeros_like()], 2);
    let below = Tensor::cat(vec![corner, second], 2);
    Tensor::cat(vec![above, below], 1)
}

/// `(I + L)(I + L²)(I + L⁴)...`, which ends, as powers of `L` do.
fn series(l: Tensor<3>) -> Tensor<3> {
    let [_, n, _] = l.dims();
    let one = Tensor::<2>::eye(n, &l.device());
    let one = one.cast(l.dtype()).unsqueeze::<3>();
    let mut sum = one + l.clone();
    let (mut power, mut length) = (l, 2);
    while length < n {
        power = power.clone().matmul(power);
        sum = sum.clone() + sum.matmul(power.clone());
        length *= 2;
    }
    sum
}
