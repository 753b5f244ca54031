//! What the cells made of state spaces have in common: from continuous time to steps, and what they
//! begin with.

use crate::complex::Complex;
use crate::invalid::{self, Invalid};
use burn::tensor::{Device, Distribution, Tensor};
use rekindle_engine::Var;
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_PI_2;

/// How `dx/dt = λ x + u` becomes a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discretization {
    /// The input is held over the step: `x_t = e^{λΔ} x_{t-1} + (e^{λΔ} - 1) / λ u_t`.
    #[default]
    Zoh,
    /// The trapezoidal rule, Tustin's method.
    Bilinear,
}

impl Discretization {
    /// What the memory and what the input is multiplied with.
    pub(crate) fn of<'k>(self, lambda: Complex<'k>, dt: Var<'k>) -> [Complex<'k>; 2] {
        match self {
            Discretization::Zoh => {
                let a = lambda.scaled(dt).exp();
                [a, a.plus(-1.0).over(lambda)]
            }
            Discretization::Bilinear => {
                let half = lambda.scaled(dt).times(0.5);
                let (above, below) = (half.plus(1.0), half.times(-1.0).plus(1.0));
                let size = below.re * below.re + below.im * below.im;
                let inverse = Complex::new([below.re / size, -below.im / size]);
                [above * inverse, inverse.scaled(dt)]
            }
        }
    }
}

/// Checks the range that steps in time begin in.
pub(crate) fn steps_in_time(least: f64, most: f64) -> Result<(), Invalid> {
    invalid::step_size("dt_max", most)?;
    match least > 0.0 && least <= most {
        true => Ok(()),
        false => Err(Invalid::new(
            "dt_min",
            least,
            "greater than 0 and at most dt_max",
        )),
    }
}

/// Logarithms of steps in time that are uniform in their logarithm, as the authors of S4 draw them.
pub(crate) fn log_steps([least, most]: [f64; 2], count: usize, device: &Device) -> Tensor<1> {
    let range = Distribution::Uniform(least.ln(), most.ln());
    Tensor::random([count], range, device)
}

/// The imaginary parts, above 0, of the eigenvalues of HiPPO-N of that order, the normal part of
/// HiPPO-LegS (Gu et al. 2022, <https://arxiv.org/abs/2206.11893>), from the least; all real parts
/// are -1/2.
///
/// HiPPO-N is -1/2 and the skew matrix `±√(n + 1/2) √(k + 1/2)`. Summing up its equations for an
/// eigenvector shows that `iμ` is an eigenvalue of the latter where the angles `atan(μ / (n + 1/2))`
/// add up to an odd multiple of a right angle for an even order, an even one for an odd order.
pub(crate) fn hippo_frequencies(order: usize) -> Vec<f64> {
    let angle = |mu: f64| -> f64 { (0..order).map(|n| (mu / (n as f64 + 0.5)).atan()).sum() };
    let least = if order.is_multiple_of(2) { 1 } else { 2 };
    let angles = (0..order / 2).map(|j| (least + 2 * j) as f64 * FRAC_PI_2);
    angles
        .map(|sought| {
            let (mut below, mut above) = (0.0, 1.0);
            while angle(above) < sought {
                (below, above) = (above, 2.0 * above);
            }
            // Halved until no number is left in between.
            loop {
                let middle = 0.5 * (below + above);
                if middle <= below || middle >= above {
                    return middle;
                }
                if angle(middle) < sought {
                    below = middle;
                } else {
                    above = middle;
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.linalg.eigvals` of HiPPO-N, written out from the paper; see `oracles/diagonal_cells.py`.
    #[test]
    fn frequencies_are_those_of_the_matrix() {
        let cases: [(usize, &[f64]); 3] = [
            (2, &[0.866_025_403_784_438_6]),
            (3, &[2.397_915_761_656_36]),
            (
                6,
                &[
                    0.471_477_337_479_383_6,
                    2.468_241_051_344_557,
                    10.951_506_527_994_264,
                ],
            ),
        ];
        for (order, expected) in cases {
            let found = hippo_frequencies(order);
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 1e-12 * b, "order {order}: {a} for {b}");
            }
        }
    }
}
