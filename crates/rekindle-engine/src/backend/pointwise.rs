//! Pointwise functions as operations of a backend.

use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, TensorMetadata, get_device_settings};
use burn::tensor::{DType, Shape};
use rekindle_program::functions::{Elementary, Numbers};
use rekindle_program::plan::Algebra;
use rekindle_program::{Across, Binary, Unary};
use std::marker::PhantomData;

/// The operations of a backend.
pub(super) struct Operations<B>(pub PhantomData<B>);

impl<B: Backend> Algebra for Operations<B> {
    type Value = Value<B>;

    fn number(&mut self, x: f64) -> Value<B> {
        Value::Number(x)
    }

    fn known(value: &Value<B>) -> Option<f64> {
        match *value {
            Value::Number(n) => Some(n),
            Value::Rows(_) => None,
        }
    }

    fn largest(&self, of: &Value<B>) -> f64 {
        match of {
            Value::Rows(rows) => {
                let info = rows.dtype().finfo();
                info.expect("a tensor of numbers").max
            }
            Value::Number(_) => f64::MAX,
        }
    }

    fn elementary(&mut self, op: Elementary, a: Value<B>) -> Value<B> {
        match a {
            Value::Rows(x) => Value::Rows(elementary::<B>(op, x)),
            Value::Number(x) => Value::Number(op.of(x)),
        }
    }

    fn binary(&mut self, op: Binary, a: Value<B>, b: Value<B>) -> Value<B> {
        a.binary(op, b)
    }

    fn above(&mut self, pair: [Value<B>; 2], [larger, otherwise]: [Value<B>; 2]) -> Value<B> {
        use Value::{Number, Rows};
        let bool_dtype = |x: &FloatTensor<B>| get_device_settings::<B>(&x.device()).bool_dtype;
        let (is_larger, like) = match pair {
            [Number(a), Number(b)] => return if a > b { larger } else { otherwise },
            [Rows(a), Number(b)] => {
                let is_larger = B::float_greater_elem(a.clone(), b.into(), bool_dtype(&a));
                (is_larger, a)
            }
            [Number(a), Rows(b)] => {
                let is_larger = B::float_lower_elem(b.clone(), a.into(), bool_dtype(&b));
                (is_larger, b)
            }
            [Rows(a), Rows(b)] => {
                let bool_dtype = bool_dtype(&a);
                (B::float_greater(a.clone(), b, bool_dtype), a)
            }
        };
        Rows(chosen::<B>(is_larger, larger, otherwise.rows(&like)))
    }

    fn at_least(&mut self, a: Value<B>, least: f64) -> Value<B> {
        match a {
            Value::Rows(x) => Value::Rows(B::float_clamp_min(x, least.into())),
            Value::Number(x) => Value::Number(x.at_least(least)),
        }
    }

    fn at_most(&mut self, a: Value<B>, most: f64) -> Value<B> {
        match a {
            Value::Rows(x) => Value::Rows(B::float_clamp_max(x, most.into())),
            Value::Number(x) => Value::Number(x.at_most(most)),
        }
    }
}

/// A value where a mask is set, other rows elsewhere.
fn chosen<B: Backend>(
    mask: BoolTensor<B>,
    value: Value<B>,
    other: FloatTensor<B>,
) -> FloatTensor<B> {
    match value {
        Value::Rows(value) => B::float_mask_where(other, mask, value),
        Value::Number(n) => B::float_mask_fill(other, mask, n.into()),
    }
}

/// A node's value: rows of numbers, or one number for all.
#[derive(Clone, Debug)]
pub(super) enum Value<B: Backend> {
    Rows(FloatTensor<B>),
    Number(f64),
}

impl<B: Backend> Value<B> {
    /// The rows; where a number stands in their place, it is spread over the shape of `like`.
    pub(super) fn rows(&self, like: &FloatTensor<B>) -> FloatTensor<B> {
        match self {
            Value::Rows(rows) => rows.clone(),
            Value::Number(n) => {
                let (device, dtype) = (like.device(), like.dtype());
                B::float_full(like.shape(), (*n).into(), &device, dtype.into())
            }
        }
    }

    fn binary(self, op: Binary, other: Value<B>) -> Value<B> {
        use Value::{Number, Rows};
        match (self, other) {
            (Number(a), Number(b)) => Number(op.of(a, b)),
            (Rows(a), Rows(b)) => Rows(match op {
                Binary::Add => B::float_add(a, b),
                Binary::Sub => B::float_sub(a, b),
                Binary::Mul => B::float_mul(a, b),
                Binary::Div => B::float_div(a, b),
                Binary::Max | Binary::Min => extreme::<B>(op, a, b),
            }),
            (Rows(a), b @ Number(_)) if Binary::FUNCTIONS.contains(&op) => {
                let b = b.rows(&a);
                Rows(a).binary(op, Rows(b))
            }
            // A reciprocal may be out of range where the quotient is not.
            (a @ Number(_), Rows(b)) if op == Binary::Div || Binary::FUNCTIONS.contains(&op) => {
                let a = a.rows(&b);
                Rows(a).binary(op, Rows(b))
            }
            (Rows(a), Number(n)) => {
                let n = n.into();
                Rows(match op {
                    Binary::Add => B::float_add_scalar(a, n),
                    Binary::Sub => B::float_sub_scalar(a, n),
                    Binary::Mul => B::float_mul_scalar(a, n),
                    Binary::Div => B::float_div_scalar(a, n),
                    Binary::Max | Binary::Min => unreachable!("taken above"),
                })
            }
            (Number(n), Rows(b)) => {
                let n = n.into();
                Rows(match op {
                    Binary::Add => B::float_add_scalar(b, n),
                    Binary::Sub => B::float_add_scalar(B::float_neg(b), n),
                    Binary::Mul => B::float_mul_scalar(b, n),
                    Binary::Div | Binary::Max | Binary::Min => unreachable!("taken above"),
                })
            }
        }
    }
}

/// A function of whole rows.
pub(super) fn across<B: Backend>(op: Across, x: FloatTensor<B>) -> FloatTensor<B> {
    let shape = x.shape();
    match op {
        Across::Mean => B::float_expand(B::float_mean_dim(x, 1), shape),
        Across::Sum => B::float_expand(B::float_sum_dim(x, 1), shape),
        Across::Cumsum => B::float_cumsum(x, 1),
        Across::RevCumsum => {
            let sums = B::float_cumsum(B::float_flip(x, &[1]), 1);
            B::float_flip(sums, &[1])
        }
        Across::Amax => B::float_expand(B::float_max_dim(x, 1), shape),
    }
}

/// The larger or the smaller of two values: `b` where it is that, or NaN, and `a` elsewhere.
pub(crate) fn extreme<B: Backend>(
    op: Binary,
    a: FloatTensor<B>,
    b: FloatTensor<B>,
) -> FloatTensor<B> {
    let [rows, columns] = [0, 1].map(|i| a.shape()[i].max(b.shape()[i]));
    let [a, b] = [a, b].map(|v| B::float_expand(v, Shape::new([rows, columns])));
    let bool_dtype = get_device_settings::<B>(&a.device()).bool_dtype;
    let beyond = match op {
        Binary::Min => B::float_lower(b.clone(), a.clone(), bool_dtype),
        _ => B::float_greater(b.clone(), a.clone(), bool_dtype),
    };
    let beyond = B::bool_or(beyond, B::float_is_nan(b.clone(), bool_dtype));
    B::float_mask_where(a, beyond, b)
}

fn plus<B: Backend>(x: FloatTensor<B>, n: f64) -> FloatTensor<B> {
    B::float_add_scalar(x, n.into())
}

/// The logistic function. Burn's own rounds to f32 on some backends, whatever the type.
fn sigmoid<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    match x.dtype() {
        DType::F64 => B::float_recip(plus::<B>(B::float_exp(B::float_neg(x)), 1.0)),
        _ => B::sigmoid(x),
    }
}

/// An elementary function of a tensor.
fn elementary<B: Backend>(op: Elementary, x: FloatTensor<B>) -> FloatTensor<B> {
    match op {
        Elementary::Neg => B::float_neg(x),
        Elementary::Abs => B::float_abs(x),
        Elementary::PositiveZero => plus::<B>(x, 0.0),
        Elementary::Floor => B::float_floor(x),
        Elementary::Sqrt => B::float_sqrt(x),
        Elementary::Exp => B::float_exp(x),
        Elementary::ExpM1 => plus::<B>(B::float_exp(x), -1.0),
        Elementary::Ln1p => B::float_log1p(x),
        Elementary::Tanh => B::float_tanh(x),
        Elementary::Sigmoid => sigmoid::<B>(x),
        Elementary::Erf => B::float_erf(x),
        Elementary::Sin => B::float_sin(x),
        Elementary::Cos => B::float_cos(x),
    }
}

/// A pointwise function.
pub(crate) fn unary<B: Backend>(op: Unary, x: FloatTensor<B>) -> FloatTensor<B> {
    let value = Operations::<B>(PhantomData).unary(op, Value::Rows(x.clone()));
    value.rows(&x)
}

/// The derivative of a pointwise function, from its [subject](Unary::subject).
pub(crate) fn slope<B: Backend>(op: Unary, v: FloatTensor<B>) -> FloatTensor<B> {
    let slope = Operations::<B>(PhantomData).slope(op, Value::Rows(v.clone()));
    slope.rows(&v)
}
