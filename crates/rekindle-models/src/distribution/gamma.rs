//! The gamma function, where two of its values are divided.

use burn::tensor::Tensor;

/// How far arguments are moved up, where Stirling's series has six digits more than f32.
const MOVED: usize = 8;

/// `ln Γ(r + z) - ln Γ(r)` of positive `r` and `z ≥ 0`.
///
/// By `Γ(r + 1) = r Γ(r)` both arguments are moved to where Stirling's series holds (Abramowitz & Stegun 6.1.41); the terms that would
/// cancel for large `r` are joined before they are computed:
///
/// ```text
/// ln Γ(R + z) - ln Γ(R) = (R - ½) ln(1 + z / R) + z ln(R + z) - z + s(R + z) - s(R),   s(x) = 1 / 12x - 1 / 360x³ + 1 / 1260x⁵ - 1 / 1680x⁷
/// ln Γ(r + z) - ln Γ(r) = that of R = r + 8, - Σ_{k < 8} ln(1 + z / (r + k))
/// ```
pub(super) fn ln_gamma_ratio(r: Tensor<2>, z: Tensor<2>) -> Tensor<2> {
    let moved = r.clone() + MOVED as f64;
    let sum = moved.clone() + z.clone();
    let ratio = (moved.clone() - 0.5) * (z.clone() / moved.clone()).log1p();
    let ratio = ratio + z.clone() * sum.clone().log() - z.clone() + series(sum) - series(moved);
    (0..MOVED).fold(ratio, |ratio, k| {
        ratio - (z.clone() / (r.clone() + k as f64)).log1p()
    })
}

/// The end of Stirling's series.
fn series(x: Tensor<2>) -> Tensor<2> {
    let by = x.recip();
    let square = by.clone().powi_scalar(2);
    let inner = square.clone() * (-1.0 / 1680.0) + 1.0 / 1260.0;
    let inner = inner * square.clone() - 1.0 / 360.0;
    (inner * square + 1.0 / 12.0) * by
}
