//! The values of an algebra as numbers that functions are computed in.

use super::algebra::Algebra;
use crate::functions::{Binary, Elementary, Numbers};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// The values of a function on its way.
struct Desk<'a, A: Algebra> {
    algebra: &'a mut A,
    values: Vec<A::Value>,
}

/// A value on the desk: functions copy what they compute with.
pub(super) struct Handle<'d, 'a, A: Algebra> {
    desk: &'d RefCell<Desk<'a, A>>,
    at: usize,
}

impl<A: Algebra> Copy for Handle<'_, '_, A> {}

impl<A: Algebra> Clone for Handle<'_, '_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

/// A function of a value of an algebra, which computes every elementary operation that the function asks for.
pub(super) fn traced<A: Algebra>(
    algebra: &mut A,
    value: A::Value,
    function: impl for<'d, 'a> FnOnce(Handle<'d, 'a, A>) -> Handle<'d, 'a, A>,
) -> A::Value {
    let values = vec![value];
    let desk = RefCell::new(Desk { algebra, values });
    let at = function(Handle { desk: &desk, at: 0 }).at;
    desk.into_inner().values.swap_remove(at)
}

impl<'a, A: Algebra> Handle<'_, 'a, A> {
    /// Computes a value of others.
    fn made<const N: usize>(
        self,
        of: [Self; N],
        value: impl FnOnce(&mut A, [A::Value; N]) -> A::Value,
    ) -> Self {
        let mut desk = self.desk.borrow_mut();
        let of = of.map(|handle| desk.values[handle.at].clone());
        let value = value(desk.algebra, of);
        desk.values.push(value);
        let at = desk.values.len() - 1;
        Handle { at, ..self }
    }

    fn elementary(self, op: Elementary) -> Self {
        self.made([self], |algebra, [a]| algebra.elementary(op, a))
    }

    fn binary(self, op: Binary, other: Self) -> Self {
        self.made([self, other], |algebra, [a, b]| algebra.binary(op, a, b))
    }
}

macro_rules! operators {
    ($($Op:ident $op:ident),*) => { $(
        impl<A: Algebra> $Op for Handle<'_, '_, A> {
            type Output = Self;
            fn $op(self, other: Self) -> Self {
                self.binary(Binary::$Op, other)
            }
        }
        impl<A: Algebra> $Op<f64> for Handle<'_, '_, A> {
            type Output = Self;
            fn $op(self, other: f64) -> Self {
                self.binary(Binary::$Op, self.number(other))
            }
        }
    )* };
}
operators!(Add add, Sub sub, Mul mul, Div div);

impl<A: Algebra> Neg for Handle<'_, '_, A> {
    type Output = Self;
    fn neg(self) -> Self {
        self.elementary(Elementary::Neg)
    }
}

impl<A: Algebra> Numbers for Handle<'_, '_, A> {
    fn number(self, x: f64) -> Self {
        self.made([], |algebra, []| algebra.number(x))
    }
    fn largest(self) -> f64 {
        let desk = self.desk.borrow();
        desk.algebra.largest(&desk.values[self.at])
    }
    fn mul_add(self, times: Self, plus: Self) -> Self {
        self * times + plus
    }
    fn above(self, other: Self, larger: Self, otherwise: Self) -> Self {
        let of = [self, other, larger, otherwise];
        self.made(of, |algebra, [a, b, x, y]| algebra.above([a, b], [x, y]))
    }
    fn at_least(self, least: f64) -> Self {
        self.made([self], |algebra, [a]| algebra.at_least(a, least))
    }
    fn at_most(self, most: f64) -> Self {
        self.made([self], |algebra, [a]| algebra.at_most(a, most))
    }
    fn abs(self) -> Self {
        self.elementary(Elementary::Abs)
    }
    fn positive_zero(self) -> Self {
        self.elementary(Elementary::PositiveZero)
    }
    fn floor(self) -> Self {
        self.elementary(Elementary::Floor)
    }
    fn sqrt(self) -> Self {
        self.elementary(Elementary::Sqrt)
    }
    fn exp(self) -> Self {
        self.elementary(Elementary::Exp)
    }
    fn exp_m1(self) -> Self {
        self.elementary(Elementary::ExpM1)
    }
    fn ln_1p_add(self, plus: Self) -> Self {
        plus + self.elementary(Elementary::Ln1p)
    }
    fn tanh(self) -> Self {
        self.elementary(Elementary::Tanh)
    }
    fn sigmoid(self) -> Self {
        self.elementary(Elementary::Sigmoid)
    }
    fn erf(self) -> Self {
        self.elementary(Elementary::Erf)
    }
    fn sin(self) -> Self {
        self.elementary(Elementary::Sin)
    }
    fn cos(self) -> Self {
        self.elementary(Elementary::Cos)
    }
}
