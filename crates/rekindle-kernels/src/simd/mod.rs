//! Vectors of numbers, and the choice of instructions: at run time, or without the feature `std` by the compiler's target.

#![allow(
    unsafe_code,
    reason = "instructions of the machine, which exist where `Isa` says so"
)]

pub(crate) mod amx;
mod arm;
mod bf16;
mod portable;
mod vector;
mod x86;

pub(crate) use portable::Portable;
pub(crate) use vector::Vector;

#[cfg(test)]
mod tests;

#[cfg(feature = "std")]
use alloc::vec::Vec;
use core::fmt::Debug;
#[cfg(feature = "std")]
use std::sync::{Mutex, OnceLock};

/// A number type that the kernels compute with.
pub trait Real: Copy + Debug + Default + PartialOrd + Send + Sync + 'static {
    /// `log2(e)`.
    const LOG2_E: Self;
    /// `ln(2)` in two parts, the first of which has so few bits that its multiples are exact.
    const LN_2: [Self; 2];
    /// Beyond these, `exp` is 0 or infinite.
    const EXP_RANGE: [Self; 2];
    /// How many terms of the series of `exp` on `±ln(2)/2`, and of `atanh` on `±1/3`, are needed.
    const EXP_TERMS: usize;
    /// See [`Real::EXP_TERMS`].
    const ATANH_TERMS: usize;
    /// Where `tanh` has become 1.
    const TANH_ONE: Self;
    /// The largest number.
    const LARGEST: Self;
    /// Whether [`pair`](Real::pair) is for it.
    const PAIRS: bool;

    /// The nearest number of this type.
    fn of(x: f64) -> Self;
    /// The same number in f64.
    fn wide(self) -> f64;
    /// Two numbers rounded to bf16, side by side in the bits of one: `self` in the lower half.
    fn pair(self, other: Self) -> Self;
    /// `self + other`, for loops that need no vectors by name.
    fn plus(self, other: Self) -> Self;
    /// Buffers that wait to be used again.
    #[cfg(feature = "std")]
    fn pool() -> &'static Mutex<Vec<Vec<Self>>>;
}

macro_rules! real {
    ($E:ident, $hi:expr, $lo:expr, $range:expr, $exp:expr, $atanh:expr, $one:expr, $pairs:literal, |$a:pat_param, $b:pat_param| $pair:expr) => {
        impl Real for $E {
            const LOG2_E: Self = core::$E::consts::LOG2_E;
            const LN_2: [Self; 2] = [$hi, $lo];
            const EXP_RANGE: [Self; 2] = $range;
            const EXP_TERMS: usize = $exp;
            const ATANH_TERMS: usize = $atanh;
            const TANH_ONE: Self = $one;
            const LARGEST: Self = $E::MAX;
            const PAIRS: bool = $pairs;

            fn of(x: f64) -> Self {
                x as $E
            }
            fn wide(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn pair(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $pair
            }
            fn plus(self, other: Self) -> Self {
                self + other
            }
            #[cfg(feature = "std")]
            fn pool() -> &'static Mutex<Vec<Vec<Self>>> {
                static POOL: Mutex<Vec<Vec<$E>>> = Mutex::new(Vec::new());
                &POOL
            }
        }
    };
}
real!(
    f32,
    0.693_359_4,
    -2.121_944_4e-4,
    [-104.0, 89.0],
    7,
    7,
    9.1,
    true,
    |a, b| bf16::pair(a, b)
);
real!(
    f64,
    0.693_147_180_369_123_8,
    1.908_214_929_270_587_7e-10,
    [-746.0, 710.0],
    13,
    16,
    19.1,
    false,
    |_, _| unreachable!("products of f64 are never rounded")
);

/// The instructions for vectors of `N` numbers. Kernels compute with [`Vector`], whose arithmetic is safe.
///
/// # Safety
///
/// Every function but [`vectorize`](Simd::vectorize) may only run inside it, on a machine that has
/// the instructions. `load` and `store` take `N` numbers at any address that is theirs to use.
pub trait Simd: Copy + Send + Sync + 'static {
    /// The numbers.
    type E: Real;
    /// The vector.
    type V: Copy;
    /// How many numbers a vector has.
    const N: usize;
    /// How many rows of four vectors the registers hold beside what they are multiplied with.
    const ROWS: usize;

    unsafe fn splat(x: Self::E) -> Self::V;
    unsafe fn load(p: *const Self::E) -> Self::V;
    unsafe fn store(p: *mut Self::E, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// `a b + c`
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The smaller; `b` where either is NaN.
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    /// The larger; `b` where either is NaN.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// The nearest integers.
    unsafe fn round(a: Self::V) -> Self::V;
    /// The largest integers that are not above.
    unsafe fn floor(a: Self::V) -> Self::V;
    /// The square roots.
    unsafe fn sqrt(a: Self::V) -> Self::V;
    /// `a 2^n` for integers `n`, with gradual overflow and underflow.
    unsafe fn scale(a: Self::V, n: Self::V) -> Self::V;
    /// `x` where `a > b`, `y` elsewhere and where either is NaN.
    unsafe fn above(a: Self::V, b: Self::V, x: Self::V, y: Self::V) -> Self::V;
    /// Of every [pair](Real::pair) the first number, and the second.
    unsafe fn halves(pairs: Self::V) -> [Self::V; 2] {
        let _ = pairs;
        unreachable!("numbers that have pairs have halves of them")
    }
    /// `c` and the two products of every pair of `a` with that of `b`, on a machine that has [`Isa::Avx512Bf16`] or its like.
    #[inline(always)]
    unsafe fn dot(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // SAFETY: the caller's.
        unsafe {
            let ([a, more_a], [b, more_b]) = (Self::halves(a), Self::halves(b));
            Self::fma(a, b, Self::fma(more_a, more_b, c))
        }
    }
    /// Runs `f` compiled with the instructions, and with those of [`dot`](Simd::dot).
    #[inline(always)]
    unsafe fn vectorize_dot<R>(f: impl FnOnce() -> R) -> R {
        // SAFETY: the caller's.
        unsafe { Self::vectorize(f) }
    }
    /// Asks for what is at an address, which need not be anybody's, to be brought near.
    #[inline(always)]
    unsafe fn prefetch(p: *const Self::E) {
        let _ = p;
    }
    /// Runs `f` compiled with the instructions.
    unsafe fn vectorize<R>(f: impl FnOnce() -> R) -> R;
}

/// Whether the processor has features of x86-64: asked when it runs, or without the feature `std` when it is compiled for.
#[cfg(target_arch = "x86_64")]
macro_rules! has {
    ($($feature:tt),+) => {{
        #[cfg(feature = "std")]
        let has = $(std::is_x86_feature_detected!($feature))&&+;
        #[cfg(not(feature = "std"))]
        let has = $(cfg!(target_feature = $feature))&&+;
        has
    }};
}

/// A set of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// x86-64 with AVX-512-BF16 and AMX-BF16, which multiplies tiles of bf16, on Linux.
    Amx,
    /// x86-64 with AVX-512F and AVX-512-BF16, which multiplies pairs of bf16.
    Avx512Bf16,
    /// x86-64 with AVX-512F.
    Avx512,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// AArch64.
    Neon,
    /// Whatever the compiler makes of plain Rust.
    Portable,
}

impl Isa {
    /// All of them, the fastest first.
    pub const ALL: [Isa; 6] = [
        Isa::Amx,
        Isa::Avx512Bf16,
        Isa::Avx512,
        Isa::Avx2,
        Isa::Neon,
        Isa::Portable,
    ];

    /// The name, as in `REKINDLE_ISA`.
    pub fn name(self) -> &'static str {
        match self {
            Isa::Amx => "amx",
            Isa::Avx512Bf16 => "avx512bf16",
            Isa::Avx512 => "avx512",
            Isa::Avx2 => "avx2",
            Isa::Neon => "neon",
            Isa::Portable => "portable",
        }
    }

    /// Whether this machine has it; without the feature `std`, whether all machines have it that the code is compiled for.
    #[cfg_attr(not(feature = "std"), inline(always))]
    pub fn is_present(self) -> bool {
        // None asks another: a function that calls itself is not seen through, and a program that must be small would have the
        // code of all.
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Amx => has!("avx2", "fma", "avx512f", "avx512bf16") && amx::is_permitted(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Bf16 => has!("avx2", "fma", "avx512f", "avx512bf16"),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => has!("avx2", "fma", "avx512f"),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => has!("avx2", "fma"),
            Isa::Neon => cfg!(target_arch = "aarch64"),
            Isa::Portable => true,
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// Whether tests do what it does by other instructions, because this machine has it not.
    pub(crate) fn is_emulated(self) -> bool {
        cfg!(test) && self == Isa::Amx && Isa::Avx512Bf16.is_present() && !self.is_present()
    }

    /// The one in use: the fastest that the machine has, unless the environment variable
    /// `REKINDLE_ISA` names another that it has. Nothing is asked of the environment without the feature `std`.
    #[cfg(feature = "std")]
    pub fn current() -> Isa {
        static CURRENT: OnceLock<Isa> = OnceLock::new();
        *CURRENT.get_or_init(|| {
            let wanted = std::env::var("REKINDLE_ISA").ok();
            let mut present = Isa::ALL.into_iter().filter(|isa| isa.is_present());
            let forced = wanted.and_then(|name| present.clone().find(|isa| isa.name() == name));
            forced.or_else(|| present.next()).unwrap_or(Isa::Portable)
        })
    }

    /// The fastest that the code is compiled for.
    #[cfg(not(feature = "std"))]
    pub fn current() -> Isa {
        let mut present = Isa::ALL.into_iter().filter(|isa| isa.is_present());
        present.next().unwrap_or(Isa::Portable)
    }
}

/// Work that is compiled once for every set of instructions.
pub trait Kernel<E> {
    /// What it returns.
    type Output;
    /// Does the work with vectors of the kind `S`.
    fn run<S: Simd<E = E>>(self) -> Self::Output;
}

/// A number type that has vectors of every kind.
pub trait Vectors: Real {
    /// Does the work with the vectors of a set of instructions.
    ///
    /// # Panics
    ///
    /// If the machine does not have it.
    fn with<K: Kernel<Self>>(isa: Isa, kernel: K) -> K::Output;
}

macro_rules! vectors {
    ($E:ident, $Avx512:ident, $Avx2:ident, $Neon:ident) => {
        impl Vectors for $E {
            fn with<K: Kernel<Self>>(isa: Isa, kernel: K) -> K::Output {
                assert!(
                    isa.is_present() || isa.is_emulated(),
                    "this machine has no {}",
                    isa.name()
                );
                match isa {
                    #[cfg(target_arch = "x86_64")]
                    Isa::Amx | Isa::Avx512Bf16 | Isa::Avx512 => kernel.run::<x86::$Avx512>(),
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 => kernel.run::<x86::$Avx2>(),
                    #[cfg(target_arch = "aarch64")]
                    Isa::Neon => kernel.run::<arm::$Neon>(),
                    _ => kernel.run::<Portable<$E>>(),
                }
            }
        }
    };
}
vectors!(f32, Avx512F32, Avx2F32, NeonF32);
vectors!(f64, Avx512F64, Avx2F64, NeonF64);
