//! What instructions compute, in terms of elementary operations.

use super::handle::traced;
use super::instruction::Code;
use crate::functions::{Binary, Elementary, Unary};

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
