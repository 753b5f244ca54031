//! How a product multiplies: number by number, or pairs of bf16.

use crate::simd::amx::{self, Tiles};
use crate::simd::{Isa, Real, Simd, Vector};
use rekindle_program::functions::Numbers;
use rekindle_program::plan::Precision;

/// How the operands of products stand in memory, and what multiplies them. Both operands have the numbers of the depth one by
/// one or in [pairs](Real::pair), an odd last one with zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Multiplier {
    /// Number by number.
    Single,
    /// Pairs of bf16, which are made f32 again.
    Widened,
    /// Pairs of bf16, by the machine's instruction for them.
    Dot,
    /// Pairs of bf16, tile by tile: the depth of every segment is filled up with zeros to whole tiles, and left operands stand row
    /// after row even where they are transposed.
    Tiles,
}

impl Multiplier {
    /// That of numbers in a precision, with the instructions of a machine.
    ///
    /// # Panics
    ///
    /// If numbers are to be rounded that have no pairs, or without the feature `std`, for programs that must be small.
    pub(super) fn of<E: Real>(precision: Precision, isa: Isa) -> Self {
        assert!(
            precision == Precision::Full || E::PAIRS,
            "products of f32 are rounded to bf16, and no others"
        );
        assert!(
            precision == Precision::Full || cfg!(feature = "std"),
            "products are rounded to bf16 with the feature `std`"
        );
        match (precision, isa) {
            (Precision::Full, _) => Multiplier::Single,
            (Precision::Bf16, Isa::Amx) => Multiplier::Tiles,
            (Precision::Bf16, Isa::Avx512Bf16) => Multiplier::Dot,
            (Precision::Bf16, _) => Multiplier::Widened,
        }
    }

    /// How many numbers of the depth stand in one. A program that must be small has no code for two.
    #[inline(always)]
    pub(super) fn step(self) -> usize {
        match self {
            _ if !cfg!(feature = "std") => 1,
            Multiplier::Single => 1,
            Multiplier::Widened | Multiplier::Dot | Multiplier::Tiles => 2,
        }
    }

    /// How many elements so many numbers of the depth take.
    pub(super) fn elements(self, depth: usize) -> usize {
        let elements = depth.div_ceil(self.step());
        match self {
            Multiplier::Tiles => elements.next_multiple_of(amx::PAIRS),
            _ => elements,
        }
    }

    /// Makes this thread ready for products, until what is returned is dropped. It is asked for once on the way through a part.
    pub(super) fn begin(self) -> Option<Tiles> {
        (self == Multiplier::Tiles).then(Tiles::new)
    }
}

/// Numbers of the depth, or pairs of them, as they are multiplied.
///
/// # Safety
///
/// As for [`Simd`], with the address of an element of the left operand, and of a vector of the right one.
pub(super) trait Operand<S: Simd>: Copy {
    /// An element in every place of a vector.
    unsafe fn splat(at: *const S::E) -> Self;
    /// A vector of elements.
    unsafe fn load(at: *const S::E) -> Self;
}

impl<S: Simd> Operand<S> for Vector<S> {
    #[inline(always)]
    unsafe fn splat(at: *const S::E) -> Self {
        // SAFETY: the caller's.
        unsafe { Vector::splat(*at) }
    }
    #[inline(always)]
    unsafe fn load(at: *const S::E) -> Self {
        // SAFETY: the caller's.
        unsafe { Vector::load(at) }
    }
}

/// Both numbers of every pair.
impl<S: Simd> Operand<S> for [Vector<S>; 2] {
    #[inline(always)]
    unsafe fn splat(at: *const S::E) -> Self {
        // SAFETY: the caller's.
        unsafe { Vector::splat(*at) }.halves()
    }
    #[inline(always)]
    unsafe fn load(at: *const S::E) -> Self {
        // SAFETY: the caller's.
        unsafe { Vector::load(at) }.halves()
    }
}

/// What multiplies the next number of the depth, or pair of them, of both operands.
///
/// # Safety
///
/// As for [`Simd`].
pub(super) trait Multiply<S: Simd> {
    /// The operands as it takes them.
    type Operand: Operand<S>;

    /// `sum + left * right`
    unsafe fn add(left: Self::Operand, right: Self::Operand, sum: Vector<S>) -> Vector<S>;
    /// Runs `f` compiled with the instructions.
    #[inline(always)]
    unsafe fn vectorize<R>(f: impl FnOnce() -> R) -> R {
        // SAFETY: the caller's.
        unsafe { S::vectorize(f) }
    }
}

/// See [`Multiplier::Single`].
pub(super) struct Single;

impl<S: Simd> Multiply<S> for Single {
    type Operand = Vector<S>;

    #[inline(always)]
    unsafe fn add(left: Vector<S>, right: Vector<S>, sum: Vector<S>) -> Vector<S> {
        left.mul_add(right, sum)
    }
}

/// See [`Multiplier::Widened`].
pub(super) struct Widened;

impl<S: Simd> Multiply<S> for Widened {
    type Operand = [Vector<S>; 2];

    #[inline(always)]
    unsafe fn add(left: [Vector<S>; 2], right: [Vector<S>; 2], sum: Vector<S>) -> Vector<S> {
        let sum = left[0].mul_add(right[0], sum);
        left[1].mul_add(right[1], sum)
    }
}

/// See [`Multiplier::Dot`].
pub(super) struct Dot;

impl<S: Simd> Multiply<S> for Dot {
    type Operand = Vector<S>;

    #[inline(always)]
    unsafe fn add(left: Vector<S>, right: Vector<S>, sum: Vector<S>) -> Vector<S> {
        // SAFETY: the caller's.
        unsafe { left.dot(right, sum) }
    }
    #[inline(always)]
    unsafe fn vectorize<R>(f: impl FnOnce() -> R) -> R {
        // SAFETY: the caller's.
        unsafe { S::vectorize_dot(f) }
    }
}
