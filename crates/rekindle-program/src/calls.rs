//! Functions of values, as equations call them.

use crate::builder::Var;
use crate::functions::for_each_function;
use crate::program::{Across, Binary, Unary};

macro_rules! calls {
    ($($line:literal => $name:ident $Type:ident,)*) => { $(
        #[doc = concat!("`", $line, "`")]
        pub fn $name(v: Var) -> Var {
            v.apply(Unary::$Type)
        }
    )* };
}
for_each_function!(calls);

/// [`Across::Mean`] of a value.
pub fn mean(v: Var) -> Var {
    v.across(Across::Mean)
}

/// [`Across::Sum`] of a value.
pub fn sum(v: Var) -> Var {
    v.across(Across::Sum)
}

/// [`Across::Cumsum`] of a value.
pub fn cumsum(v: Var) -> Var {
    v.across(Across::Cumsum)
}

/// [`Across::Amax`] of a value.
pub fn amax(v: Var) -> Var {
    v.across(Across::Amax)
}

/// `exp(v) / sum(exp(v))`, with the largest taken from `v` first, which changes nothing but that large numbers
/// stay within the range of `exp`.
pub fn softmax(v: Var) -> Var {
    let e = exp(v - amax(v));
    e / sum(e)
}

/// `(v - mean(v)) / sqrt(mean((v - mean(v))^2) + epsilon)`: layer normalisation, without gain and bias
/// (Ba et al. 2016).
pub fn layer_norm(v: Var, epsilon: f64) -> Var {
    let [normal] = joint_layer_norm([v], epsilon);
    normal
}

/// Layer normalisation of several values as of one row: mean and variance are those of all their units.
///
/// # Panics
///
/// If there is no value.
pub fn joint_layer_norm<const N: usize>(values: [Var; N], epsilon: f64) -> [Var; N] {
    let centre = joint_mean(values);
    let centred = values.map(|v| v - centre);
    let deviation = sqrt(joint_mean(centred.map(|v| v * v)) + epsilon);
    // One division for all of them: epsilon keeps its result within range.
    let scale = 1.0 / deviation;
    centred.map(|v| v * scale)
}

/// The mean over the units of several values. Adding them up first leaves one function of a whole row.
fn joint_mean<'k, const N: usize>(values: [Var<'k>; N]) -> Var<'k> {
    let sum = values.into_iter().reduce(|sum, v| sum + v);
    mean(sum.expect("a value to normalise")) / N as f64
}

/// [`Binary::Max`] of two values.
pub fn max<'k>(a: Var<'k>, b: Var<'k>) -> Var<'k> {
    a.binary(Binary::Max, b)
}

/// [`Binary::Min`] of two values.
pub fn min<'k>(a: Var<'k>, b: Var<'k>) -> Var<'k> {
    a.binary(Binary::Min, b)
}
