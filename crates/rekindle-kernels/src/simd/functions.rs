//! Pointwise functions and their derivatives, on vectors.
//!
//! `exp(x) = 2^n (1 + q)`, with `n` the integer nearest to `x / ln 2` and `q = exp(r) - 1` from the
//! series at the small rest `r`. The sigmoid, tanh and the others are made of `q` and `2^n` such that
//! no digits cancel. Errors against libm, in units in the last place, over all finite arguments (the
//! tests below): sigmoid and softplus 4, tanh 4, exp and exp-like tails of elu 4. At ±∞ and NaN functions and
//! derivatives give what [`Unary`] says.

use super::{Real, Simd};
use rekindle_program::Unary;

/// `(q, n)` with `exp(x) = 2^n (1 + q)`.
#[inline(always)]
unsafe fn exponential<S: Simd>(x: S::V) -> (S::V, S::V) {
    // SAFETY: as for every function of `Simd`, and so in the functions below.
    unsafe {
        let [low, high] = S::E::EXP_RANGE;
        // In this order NaN passes through.
        let x = S::max(S::splat(low), S::min(S::splat(high), x));
        let n = S::round(S::mul(x, S::splat(S::E::LOG2_E)));
        let [hi, lo] = S::E::LN_2;
        let r = S::fma(n, S::splat(S::E::of(-hi.wide())), x);
        let r = S::fma(n, S::splat(S::E::of(-lo.wide())), r);
        // q = r (1 + r/2 (1 + r/3 (...))), as a polynomial with coefficients 1/k!.
        let mut factorial = 1.0;
        for k in 2..=S::E::EXP_TERMS {
            factorial *= k as f64;
        }
        let mut p = S::splat(S::E::of(1.0 / factorial));
        for k in (1..S::E::EXP_TERMS).rev() {
            factorial /= (k + 1) as f64;
            p = S::fma(p, r, S::splat(S::E::of(1.0 / factorial)));
        }
        (S::mul(p, r), n)
    }
}

#[inline(always)]
unsafe fn number<S: Simd>(x: f64) -> S::V {
    unsafe { S::splat(S::E::of(x)) }
}

#[inline(always)]
unsafe fn negated<S: Simd>(x: S::V) -> S::V {
    unsafe { S::sub(number::<S>(-0.0), x) }
}

#[inline(always)]
unsafe fn magnitude<S: Simd>(x: S::V) -> S::V {
    unsafe { S::above(number::<S>(0.0), x, negated::<S>(x), x) }
}

/// `x`, and the smallest number in place of -∞: what it is multiplied with may be 0.
#[inline(always)]
unsafe fn least<S: Simd>(x: S::V) -> S::V {
    // In this order NaN passes through.
    unsafe { S::max(negated::<S>(S::splat(S::E::LARGEST)), x) }
}

/// `x`, and the nearest number in place of an infinity.
#[inline(always)]
unsafe fn finite<S: Simd>(x: S::V) -> S::V {
    unsafe { least::<S>(S::min(S::splat(S::E::LARGEST), x)) }
}

#[inline(always)]
unsafe fn sign<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let zero = number::<S>(0.0);
        // What is neither above nor below 0 is 0 or NaN.
        let rest = S::above(zero, x, number::<S>(-1.0), x);
        S::above(x, zero, number::<S>(1.0), rest)
    }
}

#[inline(always)]
unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let (q, n) = exponential::<S>(x);
        S::scale(S::add(q, number::<S>(1.0)), n)
    }
}

/// `exp(x) - 1`
#[inline(always)]
unsafe fn exp_m1<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let (q, n) = exponential::<S>(x);
        let one = number::<S>(1.0);
        S::add(S::scale(q, n), S::sub(S::scale(one, n), one))
    }
}

#[inline(always)]
unsafe fn sigmoid<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let one = number::<S>(1.0);
        S::div(one, S::add(one, exp::<S>(negated::<S>(x))))
    }
}

/// `e / (e + 2)` with `e = exp(2 x) - 1`
#[inline(always)]
unsafe fn tanh<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let one = S::splat(S::E::TANH_ONE);
        let clamped = S::max(negated::<S>(one), S::min(one, x));
        let e = exp_m1::<S>(S::add(clamped, clamped));
        S::div(e, S::add(e, number::<S>(2.0)))
    }
}

/// `max(x, 0) + log(1 + u)` with `u = exp(-|x|)`, where `log(1 + u) = 2 atanh(u / (2 + u))`
#[inline(always)]
unsafe fn softplus<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let u = exp::<S>(negated::<S>(magnitude::<S>(x)));
        let s = S::div(u, S::add(u, number::<S>(2.0)));
        let s2 = S::mul(s, s);
        let last = 2 * S::E::ATANH_TERMS + 1;
        let mut p = number::<S>(2.0 / last as f64);
        for k in (0..S::E::ATANH_TERMS).rev() {
            p = S::fma(p, s2, number::<S>(2.0 / (2 * k + 1) as f64));
        }
        S::fma(p, s, S::max(number::<S>(0.0), x))
    }
}

/// A function of each number by itself, in f64: for those that are rare. So angles are as exact as libm has
/// them, whatever their size.
#[inline(always)]
unsafe fn each<S: Simd>(x: S::V, f: impl Fn(f64) -> f64) -> S::V {
    unsafe {
        let mut lanes = [S::E::default(); 16];
        S::store(lanes.as_mut_ptr(), x);
        for lane in lanes.iter_mut().take(S::N) {
            *lane = S::E::of(f(lane.wide()));
        }
        S::load(lanes.as_ptr())
    }
}

/// The function of a vector.
///
/// # Safety
///
/// As for every function of [`Simd`].
#[inline(always)]
pub(crate) unsafe fn unary<S: Simd>(op: Unary, x: S::V) -> S::V {
    unsafe {
        let zero = number::<S>(0.0);
        match op {
            Unary::Sigmoid => sigmoid::<S>(x),
            Unary::Tanh => tanh::<S>(x),
            Unary::Relu => S::max(zero, x),
            Unary::LeakyRelu => S::above(zero, x, S::mul(x, number::<S>(0.01)), x),
            Unary::Elu => S::above(zero, x, exp_m1::<S>(x), x),
            Unary::Gelu => each::<S>(x, |x| op.of(x)),
            Unary::Silu => S::mul(least::<S>(x), sigmoid::<S>(x)),
            Unary::Softplus => softplus::<S>(x),
            Unary::HardSigmoid => {
                let y = S::fma(x, number::<S>(1.0 / 6.0), number::<S>(0.5));
                S::max(zero, S::min(number::<S>(1.0), y))
            }
            Unary::Softsign => {
                let x = finite::<S>(x);
                S::div(x, S::add(number::<S>(1.0), magnitude::<S>(x)))
            }
            Unary::Sign => sign::<S>(x),
            Unary::Exp => exp::<S>(x),
            Unary::Sqrt => S::sqrt(x),
            Unary::Sin | Unary::Cos => each::<S>(x, |x| op.of(x)),
            Unary::Floor => S::floor(x),
            Unary::Abs => magnitude::<S>(x),
        }
    }
}

/// The derivative of a function from its [subject](Unary::subject).
///
/// # Safety
///
/// As for every function of [`Simd`].
#[inline(always)]
pub(crate) unsafe fn slope<S: Simd>(op: Unary, v: S::V) -> S::V {
    unsafe {
        let (zero, one) = (number::<S>(0.0), number::<S>(1.0));
        match op {
            Unary::Sigmoid => S::sub(v, S::mul(v, v)),
            Unary::Tanh => S::sub(one, S::mul(v, v)),
            Unary::Relu => S::above(v, zero, one, zero),
            Unary::LeakyRelu => S::above(v, zero, one, number::<S>(0.01)),
            Unary::Elu => S::above(v, zero, one, S::add(v, one)),
            Unary::Gelu => each::<S>(v, |x| op.slope(x)),
            Unary::Silu => {
                let s = sigmoid::<S>(v);
                let rest = S::sub(one, s);
                S::mul(s, S::fma(finite::<S>(v), rest, one))
            }
            Unary::Softplus => sigmoid::<S>(v),
            Unary::HardSigmoid => {
                let below = S::above(number::<S>(3.0), v, number::<S>(1.0 / 6.0), zero);
                S::above(v, number::<S>(-3.0), below, zero)
            }
            Unary::Softsign => {
                let rest = S::sub(one, magnitude::<S>(v));
                S::mul(rest, rest)
            }
            Unary::Exp => v,
            // The root of -0 is -0.
            Unary::Sqrt => S::div(number::<S>(0.5), S::add(v, zero)),
            Unary::Sin | Unary::Cos => each::<S>(v, |x| op.slope(x)),
            Unary::Sign | Unary::Floor => zero,
            Unary::Abs => sign::<S>(v),
        }
    }
}

/// `x` where `a` is a number, NaN where it is not.
#[inline(always)]
unsafe fn unless_nan<S: Simd>(a: S::V, x: S::V) -> S::V {
    unsafe {
        // A number is above 0 or below 1.
        let low = S::above(number::<S>(1.0), a, x, a);
        S::above(a, number::<S>(0.0), x, low)
    }
}

/// The larger of two, and NaN where either is.
///
/// # Safety
///
/// As for every function of [`Simd`].
#[inline(always)]
pub(crate) unsafe fn larger<S: Simd>(a: S::V, b: S::V) -> S::V {
    unsafe { unless_nan::<S>(a, S::max(a, b)) }
}

/// The smaller of two, and NaN where either is.
///
/// # Safety
///
/// As for every function of [`Simd`].
#[inline(always)]
pub(crate) unsafe fn smaller<S: Simd>(a: S::V, b: S::V) -> S::V {
    unsafe { unless_nan::<S>(a, S::min(a, b)) }
}
