//! Vectors as numbers that functions are computed in, and the elementary functions of them.
//!
//! `exp(x) = 2^n (1 + q)`, with `n` the integer nearest to `x / ln 2` and `q = exp(r) - 1` from the
//! series at the small rest `r`. The sigmoid, tanh and the others are made of `q` and `2^n` such that
//! no digits cancel. Errors against libm, in units in the last place, over all finite arguments (the
//! tests below): sigmoid and softplus 4, tanh 4, exp and exp-like tails of elu 4. At ±∞ and NaN functions and
//! derivatives give what [`Function`] says.

use super::{Real, Simd};
use core::ops::{Add, Div, Mul, Neg, Sub};
use rekindle_program::functions::{Function, Numbers};

/// A vector of an instruction set.
///
/// One exists only where the processor has the instructions, which is what [`load`](Vector::load) and
/// [`splat`](Vector::splat), that make the first, ask for. A vector is therefore the proof that makes arithmetic safe.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(crate) struct Vector<S: Simd>(S::V);

// SAFETY of every block that takes vectors and no address: they exist, and so the instructions do.
impl<S: Simd> Vector<S> {
    /// The numbers at an address.
    ///
    /// # Safety
    ///
    /// As for [`Simd::load`].
    #[inline(always)]
    pub(crate) unsafe fn load(p: *const S::E) -> Self {
        // SAFETY: the caller's.
        Vector(unsafe { S::load(p) })
    }

    /// Writes the numbers to an address.
    ///
    /// # Safety
    ///
    /// As for [`Simd::store`].
    #[inline(always)]
    pub(crate) unsafe fn store(self, p: *mut S::E) {
        // SAFETY: the caller's.
        unsafe { S::store(p, self.0) }
    }

    /// One number in every place.
    ///
    /// # Safety
    ///
    /// As for [`Simd::splat`].
    #[inline(always)]
    pub(crate) unsafe fn splat(x: S::E) -> Self {
        // SAFETY: the caller's.
        Vector(unsafe { S::splat(x) })
    }

    /// One number in every place of another vector.
    #[inline(always)]
    fn filled(self, x: S::E) -> Self {
        Vector(unsafe { S::splat(x) })
    }

    /// [Pairs](Real::pair) of the numbers of two vectors.
    #[inline(always)]
    pub(crate) fn pairs(self, other: Self) -> Self {
        let [mut first, mut second] = [[S::E::default(); 16]; 2];
        // SAFETY: no vector has more than 16 numbers.
        unsafe {
            S::store(first.as_mut_ptr(), self.0);
            S::store(second.as_mut_ptr(), other.0);
            for (first, second) in first.iter_mut().zip(second).take(S::N) {
                *first = first.pair(second);
            }
            Vector(S::load(first.as_ptr()))
        }
    }

    /// Of every [pair](Real::pair) the first number, and the second.
    #[inline(always)]
    pub(crate) fn halves(self) -> [Self; 2] {
        unsafe { S::halves(self.0) }.map(Vector)
    }

    /// `plus` and the two products of every pair with that of `other`.
    ///
    /// # Safety
    ///
    /// As for [`Simd::dot`].
    #[inline(always)]
    pub(crate) unsafe fn dot(self, other: Self, plus: Self) -> Self {
        // SAFETY: the caller's.
        Vector(unsafe { S::dot(self.0, other.0, plus.0) })
    }

    /// A pointwise function.
    #[inline(always)]
    pub(crate) fn value<F: Function>(self) -> Self {
        if F::WIDE {
            self.each(F::value)
        } else {
            F::value(self)
        }
    }

    /// The derivative of a pointwise function, from its [subject](Function::SUBJECT).
    #[inline(always)]
    pub(crate) fn slope<F: Function>(self) -> Self {
        if F::WIDE {
            self.each(F::slope)
        } else {
            F::slope(self)
        }
    }

    /// The larger of two, and NaN where either is.
    #[inline(always)]
    pub(crate) fn larger(self, other: Self) -> Self {
        self.max(other).unless_nan(self)
    }

    /// The smaller of two, and NaN where either is.
    #[inline(always)]
    pub(crate) fn smaller(self, other: Self) -> Self {
        self.min(other).unless_nan(self)
    }

    /// The same where `a` is a number, NaN where it is not.
    #[inline(always)]
    fn unless_nan(self, a: Self) -> Self {
        // A number is above 0 or below 1.
        let low = a.number(1.0).above(a, self, a);
        a.above(a.number(0.0), self, low)
    }

    /// The larger; `other` where either is NaN.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Vector(unsafe { S::max(self.0, other.0) })
    }

    /// The smaller; `other` where either is NaN.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Vector(unsafe { S::min(self.0, other.0) })
    }

    /// The nearest integers.
    #[inline(always)]
    fn round(self) -> Self {
        Vector(unsafe { S::round(self.0) })
    }

    /// `self 2^n`
    #[inline(always)]
    fn scale(self, n: Self) -> Self {
        Vector(unsafe { S::scale(self.0, n.0) })
    }

    /// `(q, n)` with `exp(self) = 2^n (1 + q)`.
    #[inline(always)]
    fn exponential(self) -> (Self, Self) {
        let [low, high] = S::E::EXP_RANGE.map(|x| self.filled(x));
        // In this order NaN passes through.
        let x = low.max(high.min(self));
        let n = (x * self.filled(S::E::LOG2_E)).round();
        let [hi, lo] = S::E::LN_2.map(|x| self.number(-x.wide()));
        let r = n.mul_add(hi, x);
        let r = n.mul_add(lo, r);
        // q = r (1 + r/2 (1 + r/3 (...))), as a polynomial with coefficients 1/k!.
        let mut factorial = 1.0;
        for k in 2..=S::E::EXP_TERMS {
            factorial *= k as f64;
        }
        let mut p = self.number(1.0 / factorial);
        for k in (1..S::E::EXP_TERMS).rev() {
            factorial /= (k + 1) as f64;
            p = p.mul_add(r, self.number(1.0 / factorial));
        }
        (p * r, n)
    }

    /// A function of each number by itself, in f64: for those that are rare. So angles are as exact as libm has
    /// them, whatever their size.
    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        let mut lanes = [S::E::default(); 16];
        // SAFETY: no vector has more than 16 numbers.
        unsafe {
            S::store(lanes.as_mut_ptr(), self.0);
            for lane in lanes.iter_mut().take(S::N) {
                *lane = S::E::of(f(lane.wide()));
            }
            Vector(S::load(lanes.as_ptr()))
        }
    }
}

macro_rules! operators {
    ($($Op:ident $op:ident),*) => { $(
        impl<S: Simd> $Op for Vector<S> {
            type Output = Self;
            #[inline(always)]
            fn $op(self, other: Self) -> Self {
                Vector(unsafe { S::$op(self.0, other.0) })
            }
        }
        impl<S: Simd> $Op<f64> for Vector<S> {
            type Output = Self;
            #[inline(always)]
            fn $op(self, other: f64) -> Self {
                $Op::$op(self, self.number(other))
            }
        }
    )* };
}
operators!(Add add, Sub sub, Mul mul, Div div);

impl<S: Simd> Neg for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.number(-0.0) - self
    }
}

impl<S: Simd> Numbers for Vector<S> {
    #[inline(always)]
    fn number(self, x: f64) -> Self {
        self.filled(S::E::of(x))
    }
    #[inline(always)]
    fn largest(self) -> f64 {
        S::E::LARGEST.wide()
    }
    #[inline(always)]
    fn mul_add(self, times: Self, plus: Self) -> Self {
        Vector(unsafe { S::fma(self.0, times.0, plus.0) })
    }
    #[inline(always)]
    fn above(self, other: Self, larger: Self, otherwise: Self) -> Self {
        Vector(unsafe { S::above(self.0, other.0, larger.0, otherwise.0) })
    }
    #[inline(always)]
    fn at_least(self, least: f64) -> Self {
        // In this order NaN passes through.
        self.number(least).max(self)
    }
    #[inline(always)]
    fn at_most(self, most: f64) -> Self {
        self.number(most).min(self)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.number(0.0).above(self, -self, self)
    }
    #[inline(always)]
    fn positive_zero(self) -> Self {
        self + 0.0
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Vector(unsafe { S::floor(self.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Vector(unsafe { S::sqrt(self.0) })
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let (q, n) = self.exponential();
        (q + 1.0).scale(n)
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        let (q, n) = self.exponential();
        q.scale(n) + (self.number(1.0).scale(n) - 1.0)
    }
    /// `ln(1 + u) = 2 atanh(u / (2 + u))`
    #[inline(always)]
    fn ln_1p_add(self, plus: Self) -> Self {
        let s = self / (self + 2.0);
        let s2 = s * s;
        let last = 2 * S::E::ATANH_TERMS + 1;
        let mut p = self.number(2.0 / last as f64);
        for k in (0..S::E::ATANH_TERMS).rev() {
            p = p.mul_add(s2, self.number(2.0 / (2 * k + 1) as f64));
        }
        p.mul_add(s, plus)
    }
    /// `e / (e + 2)` with `e = exp(2 x) - 1`
    #[inline(always)]
    fn tanh(self) -> Self {
        let one = self.filled(S::E::TANH_ONE);
        let clamped = (-one).max(one.min(self));
        let e = (clamped + clamped).exp_m1();
        e / (e + 2.0)
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let one = self.number(1.0);
        one / (one + (-self).exp())
    }
    #[inline(always)]
    fn times_rest(self) -> Self {
        self - self * self
    }
    #[inline(always)]
    fn erf(self) -> Self {
        self.each(Numbers::erf)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.each(Numbers::sin)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.each(Numbers::cos)
    }
}
