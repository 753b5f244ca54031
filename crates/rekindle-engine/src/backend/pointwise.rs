//! Pointwise functions as operations of a backend.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata, get_device_settings};
use burn::tensor::{DType, Shape};
use rekindle_program::plan::Algebra;
use rekindle_program::{Across, Binary, Unary};
use std::f64::consts::FRAC_1_SQRT_2;
use std::marker::PhantomData;

/// The operations of a backend.
pub(super) struct Operations<B>(pub PhantomData<B>);

impl<B: Backend> Algebra for Operations<B> {
    type Value = Value<B>;

    fn unary(&mut self, op: Unary, a: Value<B>) -> Value<B> {
        a.unary(op)
    }

    fn slope(&mut self, op: Unary, a: Value<B>) -> Value<B> {
        a.slope(op)
    }

    fn binary(&mut self, op: Binary, a: Value<B>, b: Value<B>) -> Value<B> {
        a.binary(op, b)
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

    fn unary(self, op: Unary) -> Value<B> {
        match self {
            Value::Rows(x) => Value::Rows(unary::<B>(op, x)),
            Value::Number(x) => Value::Number(op.of(x)),
        }
    }

    fn slope(self, op: Unary) -> Value<B> {
        match self {
            Value::Rows(v) => Value::Rows(slope::<B>(op, v)),
            Value::Number(v) => Value::Number(op.slope(v)),
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

fn plus<B: Backend>(x: FloatTensor<B>, n: f64) -> FloatTensor<B> {
    B::float_add_scalar(x, n.into())
}

fn times<B: Backend>(x: FloatTensor<B>, n: f64) -> FloatTensor<B> {
    B::float_mul_scalar(x, n.into())
}

/// `1 - x`
fn rest<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    plus::<B>(B::float_neg(x), 1.0)
}

/// `a` where `x` is above zero, `b` elsewhere.
fn above<B: Backend>(x: FloatTensor<B>, a: FloatTensor<B>, b: FloatTensor<B>) -> FloatTensor<B> {
    let bool_dtype = get_device_settings::<B>(&x.device()).bool_dtype;
    B::float_mask_where(b, B::float_greater_elem(x, 0.0.into(), bool_dtype), a)
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

/// The logistic function. Burn's own rounds to f32 on some backends, whatever the type.
fn sigmoid<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    match x.dtype() {
        DType::F64 => B::float_recip(plus::<B>(B::float_exp(B::float_neg(x)), 1.0)),
        _ => B::sigmoid(x),
    }
}

/// The sign; NaN of NaN, of which Burn's own is 0.
fn sign<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let bool_dtype = get_device_settings::<B>(&x.device()).bool_dtype;
    let nan = B::float_is_nan(x.clone(), bool_dtype);
    B::float_mask_where(B::float_sign(x.clone()), nan, x)
}

/// The largest number of a tensor's type.
fn largest<B: Backend>(x: &FloatTensor<B>) -> f64 {
    let info = x.dtype().finfo();
    info.expect("a tensor of numbers").max
}

/// `x`, and the smallest number in place of -∞: what it is multiplied with may be 0.
fn least<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let most = largest::<B>(&x);
    B::float_clamp_min(x, (-most).into())
}

/// `x`, and the nearest number in place of an infinity.
fn finite<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let most = largest::<B>(&x);
    least::<B>(B::float_clamp_max(x, most.into()))
}

/// `(1 + erf(x / √2)) / 2`: the normal distribution function.
fn normal<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let erf = B::float_erf(times::<B>(x, FRAC_1_SQRT_2));
    times::<B>(plus::<B>(erf, 1.0), 0.5)
}

/// `exp(min(x, 0))`
fn decay<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_exp(B::float_clamp_max(x, 0.0.into()))
}

/// A pointwise function.
pub(crate) fn unary<B: Backend>(op: Unary, x: FloatTensor<B>) -> FloatTensor<B> {
    match op {
        Unary::Sigmoid => sigmoid::<B>(x),
        Unary::Tanh => B::float_tanh(x),
        Unary::Relu => B::float_clamp_min(x, 0.0.into()),
        Unary::LeakyRelu => above::<B>(x.clone(), x.clone(), times::<B>(x, 0.01)),
        Unary::Elu => above::<B>(x.clone(), x.clone(), plus::<B>(decay::<B>(x), -1.0)),
        Unary::Gelu => B::float_mul(least::<B>(x.clone()), normal::<B>(x)),
        Unary::Silu => B::float_mul(least::<B>(x.clone()), sigmoid::<B>(x)),
        Unary::Softplus => {
            let tail = B::float_log1p(B::float_exp(B::float_neg(B::float_abs(x.clone()))));
            B::float_add(B::float_clamp_min(x, 0.0.into()), tail)
        }
        Unary::HardSigmoid => {
            let line = plus::<B>(B::float_div_scalar(x, 6.0.into()), 0.5);
            B::float_clamp(line, 0.0.into(), 1.0.into())
        }
        Unary::Softsign => {
            let x = finite::<B>(x);
            B::float_div(x.clone(), plus::<B>(B::float_abs(x), 1.0))
        }
        Unary::Sign => sign::<B>(x),
        Unary::Exp => B::float_exp(x),
        Unary::Sqrt => B::float_sqrt(x),
        Unary::Sin => B::float_sin(x),
        Unary::Cos => B::float_cos(x),
        Unary::Floor => B::float_floor(x),
        Unary::Abs => B::float_abs(x),
    }
}

/// The derivative of a pointwise function, from its [subject](Unary::subject).
pub(crate) fn slope<B: Backend>(op: Unary, v: FloatTensor<B>) -> FloatTensor<B> {
    let number = |n: f64| B::float_full(v.shape(), n.into(), &v.device(), v.dtype().into());
    match op {
        Unary::Sigmoid => B::float_mul(v.clone(), rest::<B>(v)),
        Unary::Tanh => rest::<B>(B::float_mul(v.clone(), v)),
        Unary::Relu => above::<B>(v.clone(), number(1.0), number(0.0)),
        Unary::LeakyRelu => above::<B>(v.clone(), number(1.0), number(0.01)),
        Unary::Elu => above::<B>(v.clone(), number(1.0), plus::<B>(v, 1.0)),
        Unary::Gelu => {
            let v = finite::<B>(v);
            let density = B::float_exp(times::<B>(B::float_mul(v.clone(), v.clone()), -0.5));
            let density = times::<B>(density, 0.398_942_280_401_432_7);
            B::float_add(normal::<B>(v.clone()), B::float_mul(v, density))
        }
        Unary::Silu => {
            let s = sigmoid::<B>(v.clone());
            let v = finite::<B>(v);
            let inner = plus::<B>(B::float_mul(v, rest::<B>(s.clone())), 1.0);
            B::float_mul(s, inner)
        }
        Unary::Softplus => sigmoid::<B>(v),
        Unary::HardSigmoid => {
            let to_end = plus::<B>(B::float_neg(v.clone()), 3.0);
            let below = above::<B>(to_end, number(1.0 / 6.0), number(0.0));
            above::<B>(plus::<B>(v.clone(), 3.0), below, number(0.0))
        }
        Unary::Softsign => {
            let r = rest::<B>(B::float_abs(v));
            B::float_mul(r.clone(), r)
        }
        Unary::Exp => v,
        // The root of -0 is -0.
        Unary::Sqrt => times::<B>(B::float_recip(plus::<B>(v, 0.0)), 0.5),
        Unary::Sin => B::float_cos(v),
        Unary::Cos => B::float_neg(B::float_sin(v)),
        Unary::Sign | Unary::Floor => number(0.0),
        Unary::Abs => sign::<B>(v),
    }
}
