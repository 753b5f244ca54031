//! What instructions compute, in terms of functions of one value and of two.

use super::instruction::Code;
use crate::program::{Binary, Unary};

/// What can compute the functions that instructions are made of.
pub trait Algebra {
    /// A value that is computed with.
    type Value;
    /// A function of a value.
    fn unary(&mut self, op: Unary, a: Self::Value) -> Self::Value;
    /// The derivative of a function, from its [subject](Unary::subject).
    fn slope(&mut self, op: Unary, a: Self::Value) -> Self::Value;
    /// A function of two values.
    fn binary(&mut self, op: Binary, a: Self::Value, b: Self::Value) -> Self::Value;
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
