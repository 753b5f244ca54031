//! Pointwise instructions, run op by op over tiles that stay in the nearest cache.

use super::guard;
use super::plan::{Code, Op};
use crate::program::Unary;
use crate::simd::{self, Real, Simd};

/// How many numbers a tile has. Deciding what to do costs little beside doing it that often.
pub(super) const TILE: usize = 128;

/// Where an instruction's operand is: an address, and whether it walks along (all ones) or is a tile of its
/// own (zero).
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<E> {
    pub at: *mut E,
    pub along: usize,
}

/// Runs instructions over the numbers `from..to` of their operands.
///
/// # Safety
///
/// As for [`Simd`]. Every operand must be good for the numbers `from..to`, a whole number of vectors,
/// or for a tile.
#[inline(never)]
pub(super) unsafe fn pointwise<S: Simd>(ops: &[Op], walks: &[Walk<S::E>], from: usize, to: usize) {
    if cfg!(debug_assertions) {
        for op in ops {
            for place in op.of[..op.code.operands()].iter().chain([&op.to]) {
                let walk = walks[*place];
                match walk.along {
                    0 => guard::check(walk.at, TILE.min(to - from)),
                    _ => guard::check(walk.at.wrapping_add(from), to - from),
                }
            }
        }
    }
    // SAFETY: the caller's; the places of a plan are all in `walks`.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                let mut start = from;
                while start < to {
                    let count = TILE.min(to - start);
                    for op in ops {
                        let at = |place: usize| {
                            let walk = walks.get_unchecked(place);
                            walk.at.add(start & walk.along)
                        };
                        instruction::<S>(op.code, at(op.to), op.of.map(at), count);
                    }
                    start += TILE;
                }
            },
        );
    }
}

#[inline(always)]
unsafe fn instruction<S: Simd>(code: Code, to: *mut S::E, of: [*mut S::E; 3], count: usize) {
    let [a, b, c] = of.map(|p| p as *const S::E);
    // SAFETY: the caller's.
    unsafe {
        macro_rules! each {
            (|$i:ident| $value:expr) => {{
                let mut $i = 0;
                while $i < count {
                    S::store(to.add($i), $value);
                    $i += S::N;
                }
            }};
        }
        // One loop a function: the choice stands outside.
        macro_rules! chosen {
            ($op:expr, |$f:ident| $loop:expr, $($name:ident)*) => {
                match $op { $(Unary::$name => { const $f: Unary = Unary::$name; $loop })* }
            };
        }
        macro_rules! every {
            ($op:expr, |$f:ident| $loop:expr) => {
                chosen!($op, |$f| $loop, Sigmoid Tanh Relu LeakyRelu Elu Gelu Silu Softplus HardSigmoid Softsign Sign Exp Sqrt Sin Cos Floor Abs)
            };
        }
        match code {
            Code::Copy => each!(|i| S::load(a.add(i))),
            Code::Unary(op) => every!(op, |F| each!(|i| simd::unary::<S>(F, S::load(a.add(i))))),
            Code::Slope(op) => every!(op, |F| each!(|i| simd::slope::<S>(F, S::load(a.add(i))))),
            Code::TimesSlope(op) => every!(op, |F| each!(|i| S::mul(
                S::load(a.add(i)),
                simd::slope::<S>(F, S::load(b.add(i)))
            ))),
            Code::Add => each!(|i| S::add(S::load(a.add(i)), S::load(b.add(i)))),
            Code::Sub => each!(|i| S::sub(S::load(a.add(i)), S::load(b.add(i)))),
            Code::Mul => each!(|i| S::mul(S::load(a.add(i)), S::load(b.add(i)))),
            Code::Div => each!(|i| S::div(S::load(a.add(i)), S::load(b.add(i)))),
            Code::Max => each!(|i| simd::larger::<S>(S::load(a.add(i)), S::load(b.add(i)))),
            Code::Min => each!(|i| simd::smaller::<S>(S::load(a.add(i)), S::load(b.add(i)))),
            Code::MulAdd => {
                each!(|i| S::fma(S::load(a.add(i)), S::load(b.add(i)), S::load(c.add(i))))
            }
            Code::MulSub => each!(|i| S::sub(
                S::mul(S::load(a.add(i)), S::load(b.add(i))),
                S::load(c.add(i))
            )),
            Code::SubMul => each!(|i| S::sub(
                S::load(c.add(i)),
                S::mul(S::load(a.add(i)), S::load(b.add(i)))
            )),
        }
    }
}

/// `to[j] += from[j]`
pub(super) fn accumulate<S: Simd>(to: &mut [S::E], from: &[S::E]) {
    // SAFETY: a kernel runs only where its instructions exist.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                for (to, from) in to.iter_mut().zip(from) {
                    *to = to.plus(*from);
                }
            },
        );
    }
}
