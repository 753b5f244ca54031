//! Vectors of AVX2 and AVX-512.
#![cfg(target_arch = "x86_64")]

use super::Simd;
use core::arch::x86_64::*;

macro_rules! simd {
    ($(#[$doc:meta])* $name:ident, $E:ident, $V:ident, $n:literal, $rows:literal, $features:literal,
     $set1:ident $load:ident $store:ident $add:ident $sub:ident $mul:ident $div:ident $fma:ident $min:ident $max:ident $sqrt:ident,
     |$r:ident| $round:expr, |$f:ident| $floor:expr, |$a:ident, $k:ident| $scale:expr, |$p:ident, $q:ident, $x:ident, $y:ident| $above:expr
     $(, |$w:ident| $halves:expr $(, $dot_features:literal, |$i:ident, $j:ident, $s:ident| $dot:expr)?)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name;

        // SAFETY of every block: the trait's functions run only where the instructions exist, and the
        // addresses are the caller's.
        impl Simd for $name {
            type E = $E;
            type V = $V;
            const N: usize = $n;
            const ROWS: usize = $rows;

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
                unsafe { $fma(a, b, c) }
            }
            #[inline(always)]
            unsafe fn min(a: $V, b: $V) -> $V {
                unsafe { $min(a, b) }
            }
            #[inline(always)]
            unsafe fn max(a: $V, b: $V) -> $V {
                unsafe { $max(a, b) }
            }
            #[inline(always)]
            unsafe fn round($r: $V) -> $V {
                unsafe { $round }
            }
            #[inline(always)]
            unsafe fn floor($f: $V) -> $V {
                unsafe { $floor }
            }
            #[inline(always)]
            unsafe fn sqrt(a: $V) -> $V {
                unsafe { $sqrt(a) }
            }
            #[inline(always)]
            unsafe fn scale($a: $V, $k: $V) -> $V {
                unsafe { $scale }
            }
            #[inline(always)]
            unsafe fn above($p: $V, $q: $V, $x: $V, $y: $V) -> $V {
                unsafe { $above }
            }
            $(
            #[inline(always)]
            unsafe fn halves($w: $V) -> [$V; 2] {
                unsafe { $halves }
            }
            $(
                #[inline(always)]
                unsafe fn dot($i: $V, $j: $V, $s: $V) -> $V {
                    unsafe { $dot }
                }
                #[inline(always)]
                unsafe fn vectorize_dot<R>(f: impl FnOnce() -> R) -> R {
                    #[target_feature(enable = $dot_features)]
                    #[inline]
                    unsafe fn inner<R, F: FnOnce() -> R>(f: F) -> R {
                        f()
                    }
                    unsafe { inner(f) }
                }
            )?
            )?
            #[inline(always)]
            unsafe fn prefetch(p: *const $E) {
                unsafe { _mm_prefetch::<_MM_HINT_T0>(p.cast()) }
            }
            #[inline(always)]
            unsafe fn vectorize<R>(f: impl FnOnce() -> R) -> R {
                #[target_feature(enable = $features)]
                #[inline]
                unsafe fn inner<R, F: FnOnce() -> R>(f: F) -> R {
                    f()
                }
                unsafe { inner(f) }
            }
        }
    };
}

simd!(
    /// Sixteen f32 in a register of 512 bits.
    Avx512F32, f32, __m512, 16, 6, "avx512f,avx2,fma",
    _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps
    _mm512_div_ps _mm512_fmadd_ps _mm512_min_ps _mm512_max_ps _mm512_sqrt_ps,
    |a| _mm512_roundscale_ps::<0>(a),
    |a| _mm512_roundscale_ps::<1>(a),
    |a, n| _mm512_scalef_ps(a, n),
    |a, b, x, y| _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b), y, x),
    |w| {
        let w = _mm512_castps_si512(w);
        let second = _mm512_and_si512(w, _mm512_set1_epi32(0xffff_0000_u32 as i32));
        [_mm512_slli_epi32::<16>(w), second].map(|half| _mm512_castsi512_ps(half))
    },
    "avx512f,avx512bf16,avx2,fma",
    |a, b, c| {
        let pairs = |v| core::mem::transmute::<__m512, __m512bh>(v);
        _mm512_dpbf16_ps(c, pairs(a), pairs(b))
    }
);

simd!(
    /// Eight f64 in a register of 512 bits.
    Avx512F64, f64, __m512d, 8, 6, "avx512f,avx2,fma",
    _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_add_pd _mm512_sub_pd _mm512_mul_pd
    _mm512_div_pd _mm512_fmadd_pd _mm512_min_pd _mm512_max_pd _mm512_sqrt_pd,
    |a| _mm512_roundscale_pd::<0>(a),
    |a| _mm512_roundscale_pd::<1>(a),
    |a, n| _mm512_scalef_pd(a, n),
    |a, b, x, y| _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(a, b), y, x)
);

simd!(
    /// Eight f32 in a register of 256 bits.
    Avx2F32, f32, __m256, 8, 3, "avx2,fma",
    _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps
    _mm256_div_ps _mm256_fmadd_ps _mm256_min_ps _mm256_max_ps _mm256_sqrt_ps,
    |a| _mm256_round_ps::<8>(a),
    |a| _mm256_floor_ps(a),
    |a, n| {
        // In two factors, each of which is a power of two that exists.
        let half = _mm256_round_ps::<8>(_mm256_mul_ps(n, _mm256_set1_ps(0.5)));
        let a = _mm256_mul_ps(a, power_f32(half));
        _mm256_mul_ps(a, power_f32(_mm256_sub_ps(n, half)))
    },
    |a, b, x, y| _mm256_blendv_ps(y, x, _mm256_cmp_ps::<_CMP_GT_OQ>(a, b)),
    |w| {
        let w = _mm256_castps_si256(w);
        let second = _mm256_and_si256(w, _mm256_set1_epi32(0xffff_0000_u32 as i32));
        [_mm256_slli_epi32::<16>(w), second].map(|half| _mm256_castsi256_ps(half))
    }
);

simd!(
    /// Four f64 in a register of 256 bits.
    Avx2F64, f64, __m256d, 4, 3, "avx2,fma",
    _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd
    _mm256_div_pd _mm256_fmadd_pd _mm256_min_pd _mm256_max_pd _mm256_sqrt_pd,
    |a| _mm256_round_pd::<8>(a),
    |a| _mm256_floor_pd(a),
    |a, n| {
        let half = _mm256_round_pd::<8>(_mm256_mul_pd(n, _mm256_set1_pd(0.5)));
        let a = _mm256_mul_pd(a, power_f64(half));
        _mm256_mul_pd(a, power_f64(_mm256_sub_pd(n, half)))
    },
    |a, b, x, y| _mm256_blendv_pd(y, x, _mm256_cmp_pd::<_CMP_GT_OQ>(a, b))
);

/// `2^n`: the exponent's bits, written directly.
#[inline(always)]
unsafe fn power_f32(n: __m256) -> __m256 {
    // SAFETY: called where AVX2 exists.
    unsafe {
        let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
        _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
    }
}

/// `2^n`. AVX2 has no conversion to 64-bit integers: adding 1.5 * 2^52 leaves the integer in the low
/// bits.
#[inline(always)]
unsafe fn power_f64(n: __m256d) -> __m256d {
    // SAFETY: called where AVX2 exists.
    unsafe {
        let shifted = _mm256_add_pd(n, _mm256_set1_pd(6_755_399_441_055_744.0 + 1023.0));
        _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(shifted)))
    }
}
