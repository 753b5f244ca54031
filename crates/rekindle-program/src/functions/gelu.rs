//! The Gaussian error linear unit (Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016), by the error function.

use super::{Function, Gelu, Numbers, Subject};
use core::f64::consts::FRAC_1_SQRT_2;

/// `1 / √(2 π)`
const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

impl Function for Gelu {
    const SUBJECT: Subject = Subject::Argument;
    const WIDE: bool = true;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.least() * 0.5 * ((x * FRAC_1_SQRT_2).erf() + 1.0)
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        // Φ(x) + x φ(x)
        let x = x.finite();
        let cumulative = ((x * FRAC_1_SQRT_2).erf() + 1.0) * 0.5;
        let density = (x * -0.5 * x).exp() * FRAC_1_SQRT_TAU;
        cumulative + x * density
    }
}
