//! What instructions compute, in terms of elementary operations.

use super::instruction::Code;
use crate::functions::{Binary, Elementary, Numbers, Unary};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// What can compute the elementary operations that instructions and [functions](crate::functions) are made of.
pub trait Algebra: Sized {
    /// A value that is computed with.
    type Value: Clone;

    /// A number, the same everywhere.
    fn number(&mut self, x: f64) -> Self::Value;
    /// The number that a value is, if it is the same everywhere and known.
    fn known(value: &Self::Value) -> Option<f64>;
    /// The largest number of a value's type.
    fn largest(&self, of: &Self::Value) -> f64;
    /// An elementary function of a value.
    fn elementary(&mut self, op: Elementary, a: Self::Value) -> Self::Value;
    /// A function of two values.
    fn binary(&mut self, op: Binary, a: Self::Value, b: Self::Value) -> Self::Value;
    /// The first of `values` where the first of `pair` is larger than the second; the second elsewhere and where either of
    /// the pair is NaN.
    fn above(&mut self, pair: [Self::Value; 2], values: [Self::Value; 2]) -> Self::Value;

    /// A value, and `least` where that is larger; NaN of NaN.
    fn at_least(&mut self, a: Self::Value, least: f64) -> Self::Value {
        let least = self.number(least);
        self.above([least.clone(), a.clone()], [least, a])
    }

    /// A value, and `most` where that is smaller; NaN of NaN.
    fn at_most(&mut self, a: Self::Value, most: f64) -> Self::Value {
        let most = self.number(most);
        self.above([a.clone(), most.clone()], [most, a])
    }

    /// A function of a value.
    fn unary(&mut self, op: Unary, a: Self::Value) -> Self::Value {
        match Self::known(&a) {
            Some(x) => self.number(op.of(x)),
            None => traced(self, a, |a| op.of(a)),
        }
    }

    /// The derivative of a function, from its [subject](Unary::subject).
    fn slope(&mut self, op: Unary, subject: Self::Value) -> Self::Value {
        match Self::known(&subject) {
            Some(x) => self.number(op.slope(x)),
            None => traced(self, subject, |v| op.slope(v)),
        }
    }
}

/// An instruction on values, of which it reads as many as it needs.
pub fn compute<A: Algebra>(
    algebra: &mut A,
    code: Code,
    value: impl Fn(usize) -> A::Value,
) -> A::Value {
    let mut binary = |op| algebra.binary(op, value(0), value(1));
    match code {
        Code::Copy => value(0),
        Code::Unary(f) => algebra.unary(f, value(0)),
        Code::Slope(f) => algebra.slope(f, value(0)),
        Code::TimesSlope(f) => {
            let slope = algebra.slope(f, value(1));
            algebra.binary(Binary::Mul, value(0), slope)
        }
        Code::Add => binary(Binary::Add),
        Code::Sub => binary(Binary::Sub),
        Code::Mul => binary(Binary::Mul),
        Code::Div => binary(Binary::Div),
        Code::Max => binary(Binary::Max),
        Code::Min => binary(Binary::Min),
        Code::MulAdd => {
            let product = binary(Binary::Mul);
            algebra.binary(Binary::Add, product, value(2))
        }
        Code::MulSub => {
            let product = binary(Binary::Mul);
            algebra.binary(Binary::Sub, product, value(2))
        }
        Code::SubMul => {
            let product = binary(Binary::Mul);
            algebra.binary(Binary::Sub, value(2), product)
        }
    }
}

/// The values of a function on its way.
struct Desk<'a, A: Algebra> {
    algebra: &'a mut A,
    values: Vec<A::Value>,
}

/// A value on the desk: functions copy what they compute with.
struct Handle<'d, 'a, A: Algebra> {
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
fn traced<A: Algebra>(
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
