//! Vectors by heads, and one step of a matrix memory: `S` is `[batch, heads, d_key, d_value]`, vectors are
//! `[batch, heads, width]`.

use burn::tensor::Tensor;

/// `[batch, time, heads * width]` by its heads.
pub(crate) fn by_heads(x: Tensor<3>, heads: usize) -> Tensor<4> {
    let [batch, time, width] = x.dims();
    x.reshape([batch, time, heads, width / heads])
}

/// `k vᵀ`.
pub(crate) fn outer(k: Tensor<3>, v: Tensor<3>) -> Tensor<4> {
    rows(k) * v.unsqueeze_dim::<4>(2)
}

/// `Sᵀ q`.
pub(crate) fn read(s: &Tensor<4>, q: Tensor<3>) -> Tensor<3> {
    (rows(q) * s.clone()).sum_dim(2).squeeze_dim(2)
}

/// A vector with a number a row of `S`, or one for all, to multiply it with.
pub(crate) fn rows(vector: Tensor<3>) -> Tensor<4> {
    vector.unsqueeze_dim::<4>(3)
}
