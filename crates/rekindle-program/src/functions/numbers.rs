//! The elementary operations that pointwise functions are made of.

use core::ops::{Add, Div, Mul, Neg, Sub};
use num_traits::Float;

/// What a function is computed in: a number, a vector of numbers, or a value of an executor that keeps its own.
///
/// A function of [`functions`](super) is written once, over any such type, and an executor knows these operations alone.
/// Each is as exact as its type has it; what is said of NaN and of infinities holds for all.
pub trait Numbers:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// A number of the same kind; its nearest, where it is none of the type.
    fn number(self, x: f64) -> Self;
    /// The largest number of the type.
    fn largest(self) -> f64;
    /// `self times + plus`, rounded once or twice.
    fn mul_add(self, times: Self, plus: Self) -> Self;
    /// `larger` where `self > other`, `otherwise` elsewhere and where either is NaN.
    fn above(self, other: Self, larger: Self, otherwise: Self) -> Self;
    /// `self`, and `least` where that is larger; NaN of NaN.
    fn at_least(self, least: f64) -> Self;
    /// `self`, and `most` where that is smaller; NaN of NaN.
    fn at_most(self, most: f64) -> Self;
    /// `|self|`; of -0 it may be -0.
    fn abs(self) -> Self;
    /// The same number, with 0 in place of -0.
    fn positive_zero(self) -> Self;
    /// The largest integer that is not above.
    fn floor(self) -> Self;
    /// The square root; -0 of -0, NaN below 0.
    fn sqrt(self) -> Self;
    /// `exp(self)`, infinite beyond the largest number.
    fn exp(self) -> Self;
    /// `exp(self) - 1`, exact near 0 where the type has that.
    fn exp_m1(self) -> Self;
    /// `ln(1 + self) + plus`, of numbers from 0 to 1.
    fn ln_1p_add(self, plus: Self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// The logistic function.
    fn sigmoid(self) -> Self;
    /// The error function.
    fn erf(self) -> Self;
    /// The sine of an angle in radians; NaN at infinities.
    fn sin(self) -> Self;
    /// The cosine of an angle in radians; NaN at infinities.
    fn cos(self) -> Self;

    /// The same number, and the smallest of the type in place of -∞: what it is multiplied with may be 0.
    #[inline(always)]
    fn least(self) -> Self {
        self.at_least(-self.largest())
    }

    /// The same number, and the nearest of the type in place of an infinity: what it is multiplied with may be 0.
    #[inline(always)]
    fn finite(self) -> Self {
        self.at_most(self.largest()).least()
    }

    /// `self (1 - self)`, of numbers from 0 to 1.
    #[inline(always)]
    fn times_rest(self) -> Self {
        self * (self.number(1.0) - self)
    }

    /// 1 above 0, -1 below, and the same number where it is neither: 0 or NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        let zero = self.number(0.0);
        let below = zero.above(self, self.number(-1.0), self);
        self.above(zero, self.number(1.0), below)
    }
}

impl Numbers for f64 {
    fn number(self, x: f64) -> f64 {
        x
    }
    fn largest(self) -> f64 {
        f64::MAX
    }
    fn mul_add(self, times: f64, plus: f64) -> f64 {
        // Machines without the instruction would be slow.
        self * times + plus
    }
    fn above(self, other: f64, larger: f64, otherwise: f64) -> f64 {
        if self > other { larger } else { otherwise }
    }
    fn at_least(self, least: f64) -> f64 {
        least.above(self, least, self)
    }
    fn at_most(self, most: f64) -> f64 {
        self.above(most, most, self)
    }
    fn abs(self) -> f64 {
        Float::abs(self)
    }
    fn positive_zero(self) -> f64 {
        self + 0.0
    }
    fn floor(self) -> f64 {
        Float::floor(self)
    }
    fn sqrt(self) -> f64 {
        Float::sqrt(self)
    }
    fn exp(self) -> f64 {
        Float::exp(self)
    }
    fn exp_m1(self) -> f64 {
        Float::exp_m1(self)
    }
    fn ln_1p_add(self, plus: f64) -> f64 {
        plus + Float::ln_1p(self)
    }
    fn tanh(self) -> f64 {
        Float::tanh(self)
    }
    fn sigmoid(self) -> f64 {
        1.0 / (1.0 + Float::exp(-self))
    }
    fn erf(self) -> f64 {
        libm::erf(self)
    }
    fn sin(self) -> f64 {
        Float::sin(self)
    }
    fn cos(self) -> f64 {
        Float::cos(self)
    }
}
