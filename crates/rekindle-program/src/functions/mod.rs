//! What equations may compute: functions of one value, of two, and of a whole row.

mod across;
mod binary;

pub use across::Across;
pub use binary::Binary;

#[allow(
    unused_imports,
    reason = "the standard library's own methods come first where it is linked"
)]
use num_traits::Float as _;

/// A pointwise function of one value.
///
/// At an infinity, value and derivative are the limits where there are any, and NaN where there are none. Of NaN every
/// function is NaN, and so is its derivative, but for those that choose between numbers, as no comparison with NaN holds:
/// it is 0 for [`Relu`](Unary::Relu), [`HardSigmoid`](Unary::HardSigmoid), [`Sign`](Unary::Sign) and
/// [`Floor`](Unary::Floor), 0.01 for [`LeakyRelu`](Unary::LeakyRelu).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unary {
    /// The logistic function `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `max(x, 0)`; its derivative at 0 is 0.
    Relu,
    /// `x` where positive, `0.01 x` elsewhere; its derivative at 0 is 0.01.
    LeakyRelu,
    /// `x` where positive, `exp(x) - 1` elsewhere; its derivative at 0 is 1.
    Elu,
    /// `x Φ(x)`, with the normal distribution function `Φ`.
    Gelu,
    /// `x sigmoid(x)`.
    Silu,
    /// `log(1 + exp(x))`.
    Softplus,
    /// `clamp(x / 6 + 1 / 2, 0, 1)`, as PyTorch defines it; its derivative at -3 and at 3 is 0.
    HardSigmoid,
    /// `x / (1 + |x|)`.
    Softsign,
    /// 1 above 0, -1 below, 0 at 0; its derivative is 0.
    Sign,
    /// `exp(x)`; infinite beyond the largest number, as IEEE 754 has it.
    Exp,
    /// The square root; NaN below 0. Its derivative at 0 is infinite.
    Sqrt,
    /// The sine of an angle in radians, however large; on graphics devices as exact as theirs is.
    Sin,
    /// The cosine of an angle in radians, however large; on graphics devices as exact as theirs is.
    Cos,
    /// The largest integer that is not above `x`; its derivative is 0.
    Floor,
    /// `|x|`; its derivative at 0 is 0.
    Abs,
}

impl Unary {
    /// The function of a number.
    pub fn of(self, x: f64) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let above = |x: f64, otherwise: f64| if x > 0.0 { x } else { otherwise };
        // Of -∞ the smallest number, so that it times 0 is 0.
        let least = |x: f64| if x < f64::MIN { f64::MIN } else { x };
        match self {
            Unary::Sigmoid => sigmoid(x),
            Unary::Tanh => x.tanh(),
            Unary::Relu if x.is_nan() => x,
            Unary::Relu => above(x, 0.0),
            Unary::LeakyRelu => above(x, 0.01 * x),
            Unary::Elu => above(x, x.exp_m1()),
            Unary::Gelu => 0.5 * least(x) * (1.0 + libm::erf(x * core::f64::consts::FRAC_1_SQRT_2)),
            Unary::Silu => least(x) * sigmoid(x),
            Unary::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Unary::HardSigmoid => (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Unary::Softsign => finite(x) / (1.0 + finite(x).abs()),
            Unary::Sign if x.is_nan() => x,
            Unary::Sign => f64::from(x > 0.0) - f64::from(x < 0.0),
            Unary::Exp => x.exp(),
            Unary::Sqrt => x.sqrt(),
            Unary::Sin => x.sin(),
            Unary::Cos => x.cos(),
            Unary::Floor => x.floor(),
            Unary::Abs => x.abs(),
        }
    }

    /// The derivative, from the function's [subject](Unary::subject).
    pub fn slope(self, v: f64) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        match self {
            Unary::Sigmoid => v * (1.0 - v),
            Unary::Tanh => 1.0 - v * v,
            Unary::Relu => f64::from(v > 0.0),
            Unary::LeakyRelu => {
                if v > 0.0 {
                    1.0
                } else {
                    0.01
                }
            }
            Unary::Elu => {
                if v > 0.0 {
                    1.0
                } else {
                    v + 1.0
                }
            }
            Unary::Gelu => {
                // Φ(x) + x φ(x)
                let v = finite(v);
                let cumulative = 0.5 * (1.0 + libm::erf(v * core::f64::consts::FRAC_1_SQRT_2));
                let density = (-0.5 * v * v).exp() * 0.398_942_280_401_432_7;
                cumulative + v * density
            }
            Unary::Silu => sigmoid(v) * (1.0 + finite(v) * (1.0 - sigmoid(v))),
            Unary::Softplus => sigmoid(v),
            Unary::HardSigmoid => {
                if v > -3.0 && v < 3.0 {
                    1.0 / 6.0
                } else {
                    0.0
                }
            }
            Unary::Softsign => (1.0 - v.abs()).powi(2),
            Unary::Exp => v,
            // The root of -0 is -0.
            Unary::Sqrt => 0.5 / (v + 0.0),
            Unary::Sin => v.cos(),
            Unary::Cos => -v.sin(),
            Unary::Sign | Unary::Floor => 0.0,
            Unary::Abs => Unary::Sign.of(v),
        }
    }

    /// Every pointwise function; the only list of them.
    pub const ALL: [Unary; 17] = [
        Unary::Sigmoid,
        Unary::Tanh,
        Unary::Relu,
        Unary::LeakyRelu,
        Unary::Elu,
        Unary::Gelu,
        Unary::Silu,
        Unary::Softplus,
        Unary::HardSigmoid,
        Unary::Softsign,
        Unary::Sign,
        Unary::Exp,
        Unary::Sqrt,
        Unary::Sin,
        Unary::Cos,
        Unary::Floor,
        Unary::Abs,
    ];

    /// The name in equations and in configs.
    pub fn name(self) -> &'static str {
        match self {
            Unary::Sigmoid => "sigmoid",
            Unary::Tanh => "tanh",
            Unary::Relu => "relu",
            Unary::LeakyRelu => "leaky_relu",
            Unary::Elu => "elu",
            Unary::Gelu => "gelu",
            Unary::Silu => "silu",
            Unary::Softplus => "softplus",
            Unary::HardSigmoid => "hard_sigmoid",
            Unary::Softsign => "softsign",
            Unary::Sign => "sign",
            Unary::Exp => "exp",
            Unary::Sqrt => "sqrt",
            Unary::Sin => "sin",
            Unary::Cos => "cos",
            Unary::Floor => "floor",
            Unary::Abs => "abs",
        }
    }

    /// Whether the derivative is zero wherever there is one.
    pub fn is_flat(self) -> bool {
        matches!(self, Unary::Sign | Unary::Floor)
    }

    /// What the derivative, [`Node::Slope`](crate::Node::Slope), is computed from.
    pub fn subject(self) -> Subject {
        match self {
            Unary::Sigmoid
            | Unary::Tanh
            | Unary::Relu
            | Unary::LeakyRelu
            | Unary::Elu
            | Unary::Softsign
            | Unary::Sign
            | Unary::Exp
            | Unary::Sqrt
            | Unary::Floor => Subject::Value,
            // The value of a hard sigmoid is rounded to 0 and 1 before its argument has reached -3 and 3.
            Unary::Gelu
            | Unary::Silu
            | Unary::Softplus
            | Unary::HardSigmoid
            | Unary::Sin
            | Unary::Cos
            | Unary::Abs => Subject::Argument,
        }
    }

    /// The function of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Unary> {
        Unary::ALL.into_iter().find(|op| op.name() == name)
    }
}

/// The number nearest to `x`, which may be infinite; NaN of NaN. What it is multiplied with may be 0.
fn finite(x: f64) -> f64 {
    x.clamp(f64::MIN, f64::MAX)
}

/// What the derivative of a function is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The function's value: nothing else has to be kept.
    Value,
    /// The function's argument.
    Argument,
}
