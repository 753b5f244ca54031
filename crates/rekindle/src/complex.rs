//! Complex numbers in equations: pairs of values.

use rekindle_engine::{Var, cos, exp, sin};
use std::ops::{Add, Mul};

/// A complex number per unit and row of the batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complex<'k> {
    /// The real part.
    pub re: Var<'k>,
    /// The imaginary part.
    pub im: Var<'k>,
}

impl<'k> Complex<'k> {
    pub(crate) fn new([re, im]: [Var<'k>; 2]) -> Self {
        Complex { re, im }
    }

    /// `e` to the power of it.
    pub(crate) fn exp(self) -> Self {
        let (size, angle) = (exp(self.re), self.im);
        Complex::new([size * cos(angle), size * sin(angle)])
    }

    /// It and a real number added up.
    pub(crate) fn plus(self, real: f64) -> Self {
        Complex::new([self.re + real, self.im])
    }

    /// It times a real number.
    pub(crate) fn times(self, real: f64) -> Self {
        Complex::new([real * self.re, real * self.im])
    }

    /// It times a real value.
    pub(crate) fn scaled(self, real: Var<'k>) -> Self {
        Complex::new([real * self.re, real * self.im])
    }

    /// It divided by another.
    pub(crate) fn over(self, by: Self) -> Self {
        let square = by.re * by.re + by.im * by.im;
        let product = self * Complex::new([by.re, -by.im]);
        Complex::new([product.re / square, product.im / square])
    }
}

impl<'k> Add for Complex<'k> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Complex::new([self.re + other.re, self.im + other.im])
    }
}

impl<'k> Mul for Complex<'k> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let re = self.re * other.re - self.im * other.im;
        let im = self.re * other.im + self.im * other.re;
        Complex::new([re, im])
    }
}
