//! Vectors of AArch64.
#![cfg(target_arch = "aarch64")]

use super::Simd;
use core::arch::aarch64::*;

macro_rules! simd {
    ($(#[$doc:meta])* $name:ident, $E:ident, $V:ident, $n:literal,
     $set1:ident $load:ident $store:ident $add:ident $sub:ident $mul:ident $div:ident $fma:ident
     $less:ident $greater:ident $select:ident $round:ident $floor:ident $sqrt:ident, |$k:ident| $power:expr $(, |$w:ident| $halves:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name;

        // SAFETY of every block: AArch64 has these instructions, and the addresses are the caller's.
        impl Simd for $name {
            type E = $E;
            type V = $V;
            const N: usize = $n;
            const ROWS: usize = 6;

            #[inline(always)]
            unsafe fn splat(x: $E) -> $V {
                unsafe { $set1(x) }
            }
            #[inline(always)]
            unsafe fn load(p: *const $E) -> $V {
                unsafe { $load(p) }
            }
            #[inline(always)]
            unsafe fn store(p: *mut $E, v: $V) {
                unsafe { $store(p, v) }
            }
            #[inline(always)]
            unsafe fn add(a: $V, b: $V) -> $V {
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            unsafe fn sub(a: $V, b: $V) -> $V {
                unsafe { $sub(a, b) }
            }
            #[inline(always)]
            unsafe fn mul(a: $V, b: $V) -> $V {
                unsafe { $mul(a, b) }
            }
            #[inline(always)]
            unsafe fn div(a: $V, b: $V) -> $V {
                unsafe { $div(a, b) }
            }
            #[inline(always)]
            unsafe fn fma(a: $V, b: $V, c: $V) -> $V {
                unsafe { $fma(c, a, b) }
            }
            #[inline(always)]
            unsafe fn min(a: $V, b: $V) -> $V {
                unsafe { $select($less(a, b), a, b) }
            }
            #[inline(always)]
            unsafe fn max(a: $V, b: $V) -> $V {
                unsafe { $select($greater(a, b), a, b) }
            }
            #[inline(always)]
            unsafe fn round(a: $V) -> $V {
                unsafe { $round(a) }
            }
            #[inline(always)]
            unsafe fn floor(a: $V) -> $V {
                unsafe { $floor(a) }
            }
            #[inline(always)]
            unsafe fn sqrt(a: $V) -> $V {
                unsafe { $sqrt(a) }
            }
            #[inline(always)]
            unsafe fn scale(a: $V, n: $V) -> $V {
                unsafe {
                    let half = $round($mul(n, $set1(0.5)));
                    let power = |$k: $V| $power;
                    $mul($mul(a, power(half)), power($sub(n, half)))
                }
            }
            #[inline(always)]
            unsafe fn above(a: $V, b: $V, x: $V, y: $V) -> $V {
                unsafe { $select($greater(a, b), x, y) }
            }
            $(
            #[inline(always)]
            unsafe fn halves($w: $V) -> [$V; 2] {
                unsafe { $halves }
            }
            )?
            #[inline(always)]
            unsafe fn vectorize<R>(f: impl FnOnce() -> R) -> R {
                f()
            }
        }
    };
}

simd!(
    /// Four f32.
    NeonF32, f32, float32x4_t, 4,
    vdupq_n_f32 vld1q_f32 vst1q_f32 vaddq_f32 vsubq_f32 vmulq_f32 vdivq_f32 vfmaq_f32
    vcltq_f32 vcgtq_f32 vbslq_f32 vrndnq_f32 vrndmq_f32 vsqrtq_f32,
    |n| vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)))),
    |w| {
        let w = vreinterpretq_u32_f32(w);
        let second = vandq_u32(w, vdupq_n_u32(0xffff_0000));
        [vshlq_n_u32::<16>(w), second].map(|half| vreinterpretq_f32_u32(half))
    }
);

simd!(
    /// Two f64.
    NeonF64, f64, float64x2_t, 2,
    vdupq_n_f64 vld1q_f64 vst1q_f64 vaddq_f64 vsubq_f64 vmulq_f64 vdivq_f64 vfmaq_f64
    vcltq_f64 vcgtq_f64 vbslq_f64 vrndnq_f64 vrndmq_f64 vsqrtq_f64,
    |n| vreinterpretq_f64_s64(vshlq_n_s64::<52>(vaddq_s64(vcvtq_s64_f64(n), vdupq_n_s64(1023))))
);
