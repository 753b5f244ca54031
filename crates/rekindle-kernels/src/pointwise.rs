//! Pointwise instructions, run op by op over tiles that stay in L1.

use crate::guard;
use crate::simd::{Real, Simd, Vector};
use rekindle_program::functions::{Function, Numbers, PerFunction};
use rekindle_program::plan::{Code, Op};

/// How many numbers a tile has. Deciding what to do costs little beside doing it that often.
pub(super) const TILE: usize = 128;

/// An operand of instructions: number `i` of it is at `at + (i & mask)`. The mask is all ones where there is a number for every
/// row and column, the bits of a column where one row serves all rows, and zero for a tile, which begins anew every time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand<E> {
    pub at: *mut E,
    pub mask: usize,
}

/// Runs instructions over the numbers `from..to` of their operands.
///
/// # Safety
///
/// As for [`Simd`]. Every operand must be good for the numbers `from..to`, a whole number of vectors,
/// or for a tile.
#[inline(never)]
pub(super) unsafe fn pointwise<S: Simd>(
    ops: &[Op],
    operands: &[Operand<S::E>],
    from: usize,
    to: usize,
) {
    if cfg!(debug_assertions) {
        for op in ops {
            for place in op.of[..op.code.operands()].iter().chain([&op.to]) {
                let operand = operands[*place];
                let first = operand.at.wrapping_add(from & operand.mask);
                match operand.mask {
                    usize::MAX => guard::check(first, to - from),
                    _ => guard::check(first, TILE.min(to - from)),
                }
            }
        }
    }
    // SAFETY: the caller's; the places of a plan are all in `operands`.
    unsafe {
        S::vectorize(
            #[inline(always)]
            || {
                let mut start = from;
                while start < to {
                    let count = TILE.min(to - start);
                    let at = |place: usize| {
                        let operand = operands.get_unchecked(place);
                        operand.at.add(start & operand.mask)
                    };
                    let mut rest = ops;
                    while let Some((op, after)) = rest.split_first() {
                        if op.links == 0 {
                            instruction::<S>(op.code, at(op.to), op.of.map(at), count);
                            rest = after;
                            continue;
                        }
                        let (ops, after) = rest.split_at(op.links + 1);
                        chain::<S>(ops, &at, count);
                        rest = after;
                    }
                    start += TILE;
                }
            },
        );
    }
}

/// Writes a value for each vector of a tile.
macro_rules! each {
    ($count:expr, $to:expr, |$i:ident| $value:expr) => {{
        let mut $i = 0;
        while $i < $count {
            $value.store($to.add($i));
            $i += S::N;
        }
    }};
}

/// What an instruction computes with a pointwise function.
enum Part {
    Value,
    Slope,
    TimesSlope,
}

/// Such an instruction: a loop of its own for each function, outside of which it is chosen.
struct Pointwise<S: Simd> {
    part: Part,
    to: *mut S::E,
    of: [*const S::E; 2],
    count: usize,
}

impl<S: Simd> PerFunction for Pointwise<S> {
    type Output = ();

    #[inline(always)]
    fn run<F: Function>(self) {
        let Pointwise {
            part,
            to,
            of: [a, b],
            count,
        } = self;
        // SAFETY: that of `instruction`, which makes it.
        unsafe {
            let at = |p: *const S::E, i: usize| Vector::<S>::load(p.add(i));
            match part {
                Part::Value => each!(count, to, |i| at(a, i).value::<F>()),
                Part::Slope => each!(count, to, |i| at(a, i).slope::<F>()),
                Part::TimesSlope => {
                    each!(count, to, |i| at(a, i) * at(b, i).slope::<F>())
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn instruction<S: Simd>(code: Code, to: *mut S::E, of: [*mut S::E; 3], count: usize) {
    let [a, b, c] = of.map(|p| p as *const S::E);
    let pointwise = |part| Pointwise::<S> {
        part,
        to,
        of: [a, b],
        count,
    };
    // SAFETY: the caller's.
    unsafe {
        let at = |p: *const S::E, i: usize| Vector::<S>::load(p.add(i));
        match code {
            // A block that a state remembers is there already.
            Code::Copy if core::ptr::eq(to, a) => {}
            Code::Copy => each!(count, to, |i| at(a, i)),
            Code::Unary(op) => op.dispatch(pointwise(Part::Value)),
            Code::Slope(op) => op.dispatch(pointwise(Part::Slope)),
            Code::TimesSlope(op) => op.dispatch(pointwise(Part::TimesSlope)),
            Code::Add => each!(count, to, |i| at(a, i) + at(b, i)),
            Code::Sub => each!(count, to, |i| at(a, i) - at(b, i)),
            Code::Mul => each!(count, to, |i| at(a, i) * at(b, i)),
            Code::Div => each!(count, to, |i| at(a, i) / at(b, i)),
            Code::Max => each!(count, to, |i| at(a, i).larger(at(b, i))),
            Code::Min => each!(count, to, |i| at(a, i).smaller(at(b, i))),
            Code::MulAdd => each!(count, to, |i| at(a, i).mul_add(at(b, i), at(c, i))),
            Code::MulSub => each!(count, to, |i| at(a, i) * at(b, i) - at(c, i)),
            Code::SubMul => each!(count, to, |i| at(c, i) - at(a, i) * at(b, i)),
        }
    }
}

/// A chain of instructions, of which only the last one writes.
#[inline(always)]
unsafe fn chain<S: Simd>(ops: &[Op], at: &impl Fn(usize) -> *mut S::E, count: usize) {
    let mut i = 0;
    // SAFETY: the caller's.
    unsafe {
        macro_rules! vectors {
            ($n:literal) => {
                while i + $n * S::N <= count {
                    vectors::<S, $n>(ops, at, i);
                    i += $n * S::N;
                }
            };
        }
        // As many as hide how long an addition takes, and the registers hold.
        vectors!(8);
        vectors!(4);
        vectors!(1);
    }
}

/// `N` vectors of a chain, from number `i` on.
#[inline(always)]
unsafe fn vectors<S: Simd, const N: usize>(ops: &[Op], at: &impl Fn(usize) -> *mut S::E, i: usize) {
    let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
        return;
    };
    // SAFETY: the caller's.
    unsafe {
        let value = |place: usize| {
            let from = at(place).add(i) as *const S::E;
            move |v: usize| Vector::<S>::load(from.add(v * S::N))
        };
        let first = value(first.of[first.code.carried().unwrap_or(0)]);
        let mut carried: [Vector<S>; N] = core::array::from_fn(first);
        for op in ops {
            let [a, b] = [op.of[0], op.of[1]].map(value);
            macro_rules! each {
                (|$v:ident, $x:ident| $value:expr) => {
                    for $v in 0..N {
                        let $x = carried[$v];
                        carried[$v] = $value;
                    }
                };
            }
            match op.code {
                Code::Add => each!(|v, x| x + b(v)),
                Code::Sub => each!(|v, x| x - b(v)),
                Code::Mul => each!(|v, x| x * b(v)),
                Code::MulAdd => each!(|v, x| a(v).mul_add(b(v), x)),
                Code::MulSub => each!(|v, x| a(v) * b(v) - x),
                Code::SubMul => each!(|v, x| x - a(v) * b(v)),
                other => unreachable!("{other:?} is in no chain"),
            }
        }
        let to = at(last.to).add(i);
        for (v, x) in carried.into_iter().enumerate() {
            x.store(to.add(v * S::N));
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
