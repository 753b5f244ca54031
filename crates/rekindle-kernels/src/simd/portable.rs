//! Vectors in plain Rust: arrays, which the compiler turns into what the target surely has.

use super::{Real, Simd};
use core::marker::PhantomData;
#[allow(
    unused_imports,
    reason = "the standard library's own methods come first where it is linked"
)]
use num_traits::Float as _;

/// Arrays of eight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable<E>(PhantomData<E>);

const WIDTH: usize = 8;

macro_rules! portable {
    ($E:ident, $I:ident, $magic:expr, $bias:expr, $mantissa:expr $(, |$p:ident| $halves:expr)?) => {
        impl Simd for Portable<$E> {
            type E = $E;
            type V = [$E; WIDTH];
            const N: usize = WIDTH;
            const ROWS: usize = 2;

            #[inline(always)]
            unsafe fn splat(x: $E) -> Self::V {
                [x; WIDTH]
            }
            #[inline(always)]
            unsafe fn load(p: *const $E) -> Self::V {
                // SAFETY: the caller owns WIDTH numbers here.
                unsafe { p.cast::<Self::V>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn store(p: *mut $E, v: Self::V) {
                // SAFETY: the caller owns WIDTH numbers here.
                unsafe { p.cast::<Self::V>().write_unaligned(v) }
            }
            #[inline(always)]
            unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
                core::array::from_fn(|i| a[i] + b[i])
            }
            #[inline(always)]
            unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
                core::array::from_fn(|i| a[i] - b[i])
            }
            #[inline(always)]
            unsafe fn mul(a: Self::V, b: Self::V) -> Self::V {
                core::array::from_fn(|i| a[i] * b[i])
            }
            #[inline(always)]
            unsafe fn div(a: Self::V, b: Self::V) -> Self::V {
                core::array::from_fn(|i| a[i] / b[i])
            }
            #[inline(always)]
            unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
                core::array::from_fn(|i| a[i] * b[i] + c[i])
            }
            #[inline(always)]
            unsafe fn min(a: Self::V, b: Self::V) -> Self::V {
                core::array::from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] })
            }
            #[inline(always)]
            unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
                core::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
            }
            #[inline(always)]
            unsafe fn round(a: Self::V) -> Self::V {
                // Adding 1.5 times the largest integer that is exact leaves no room for a fraction.
                core::array::from_fn(|i| (a[i] + $magic) - $magic)
            }
            #[inline(always)]
            unsafe fn floor(a: Self::V) -> Self::V {
                a.map($E::floor)
            }
            #[inline(always)]
            unsafe fn sqrt(a: Self::V) -> Self::V {
                a.map($E::sqrt)
            }
            #[inline(always)]
            unsafe fn scale(a: Self::V, n: Self::V) -> Self::V {
                let power = |n: $E| $E::from_bits(((n as $I + $bias) << $mantissa) as _);
                core::array::from_fn(|i| {
                    let half = ((n[i] * 0.5) + $magic) - $magic;
                    a[i] * power(half) * power(n[i] - half)
                })
            }
            #[inline(always)]
            unsafe fn above(a: Self::V, b: Self::V, x: Self::V, y: Self::V) -> Self::V {
                core::array::from_fn(|i| if a[i] > b[i] { x[i] } else { y[i] })
            }
            $(
            #[inline(always)]
            unsafe fn halves($p: Self::V) -> [Self::V; 2] {
                $halves
            }
            )?
            #[inline(always)]
            unsafe fn vectorize<R>(f: impl FnOnce() -> R) -> R {
                f()
            }
        }
    };
}
portable!(f32, i32, 12_582_912.0, 127, 23, |pairs| {
    let halves = [
        |x: f32| f32::from_bits(x.to_bits() << 16),
        |x: f32| f32::from_bits(x.to_bits() & 0xffff_0000),
    ];
    halves.map(|half| pairs.map(half))
});
portable!(f64, i64, 6_755_399_441_055_744.0, 1023, 52);

const _: () = assert!(<f32 as Real>::EXP_RANGE[1] < 127.0);
