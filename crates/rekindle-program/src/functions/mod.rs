//! What equations may compute: functions of one value, of two, and of a whole row.
//!
//! A pointwise function of one value is a file, which says its value and its derivative over [`Numbers`], and a line of
//! `for_each_function`, which gives it its name. Everything else follows: what equations and texts call it, and how every
//! executor computes it.

mod across;
mod binary;
mod elementary;
mod numbers;

mod abs;
mod cos;
mod elu;
mod exp;
mod floor;
mod gelu;
mod hard_sigmoid;
mod leaky_relu;
mod mish;
mod relu;
mod sigmoid;
mod sign;
mod silu;
mod sin;
mod softplus;
mod softsign;
mod sqrt;
mod tanh;

pub use across::Across;
pub use binary::Binary;
pub use elementary::Elementary;
pub use numbers::Numbers;

/// Hands the list of pointwise functions, the only one, to a macro: the line of each on the page of the language, its name in
/// equations, and its type.
macro_rules! for_each_function {
    ($then:ident) => {
        $then! {
            "sigmoid(v)           1 / (1 + exp(-v))" => sigmoid Sigmoid,
            "tanh(v)              (exp(v) - exp(-v)) / (exp(v) + exp(-v))" => tanh Tanh,
            "relu(v)              max(v, 0); its derivative at 0 is 0" => relu Relu,
            "leaky_relu(v)        v where v > 0, 0.01 v elsewhere; its derivative at 0 is 0.01" => leaky_relu LeakyRelu,
            "elu(v)               v where v > 0, exp(v) - 1 elsewhere; its derivative at 0 is 1" => elu Elu,
            "gelu(v)              v Phi(v), with the normal distribution function Phi" => gelu Gelu,
            "silu(v)              v / (1 + exp(-v))" => silu Silu,
            "mish(v)              v tanh(log(1 + exp(v)))" => mish Mish,
            "softplus(v)          log(1 + exp(v))" => softplus Softplus,
            "hard_sigmoid(v)      min(max(v / 6 + 1 / 2, 0), 1); its derivative at -3 and at 3 is 0" => hard_sigmoid HardSigmoid,
            "softsign(v)          v / (1 + |v|)" => softsign Softsign,
            "sign(v)              1 where v > 0, -1 where v < 0, 0 at 0; its derivative is 0" => sign Sign,
            "exp(v)               e to the power of v" => exp Exp,
            "sqrt(v)              the square root; its derivative at 0 is infinite" => sqrt Sqrt,
            "sin(v)               the sine of an angle in radians" => sin Sin,
            "cos(v)               the cosine of an angle in radians" => cos Cos,
            "floor(v)             the largest integer that is not above v; its derivative is 0" => floor Floor,
            "abs(v)               |v|; its derivative at 0 is 0" => abs Abs,
        }
    };
}
pub(crate) use for_each_function;

/// A pointwise function of one value: what its file says.
///
/// At an infinity, value and derivative are the limits where there are any, and NaN where there are none. Of NaN every
/// function is NaN, and so is its derivative, but for those that choose between numbers, as no comparison with NaN holds:
/// it is 0 for [`Relu`], [`HardSigmoid`], [`Sign`] and [`Floor`], 0.01 for [`LeakyRelu`].
pub trait Function {
    /// What the derivative is computed from.
    const SUBJECT: Subject;
    /// Whether the derivative is zero wherever there is one.
    const FLAT: bool = false;
    /// Its limits at -∞ and at ∞, of a function onto what lies between: a gate is saturated there. A step function has none.
    const LIMITS: Option<[f64; 2]> = None;
    /// Whether kernels for CPUs compute it in f64 and round once: where they have no vectors of what it is made of.
    const WIDE: bool = false;

    /// The function. `#[inline(always)]`, so that it is compiled for the instructions of each kernel that has it.
    fn value<N: Numbers>(x: N) -> N;
    /// The derivative, from the [subject](Self::SUBJECT). `#[inline(always)]`, too.
    fn slope<N: Numbers>(subject: N) -> N;
}

/// What the derivative of a function is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The function's value: nothing else has to be kept.
    Value,
    /// The function's argument.
    Argument,
}

/// Work that is compiled once for every pointwise function.
pub trait PerFunction {
    /// What it returns.
    type Output;
    /// Does the work with a function.
    fn run<F: Function>(self) -> Self::Output;
}

macro_rules! functions {
    ($($line:literal => $name:ident $Type:ident,)*) => {
        $(
            #[doc = concat!("`", $line, "`")]
            #[derive(Clone, Copy, Debug)]
            pub struct $Type;
        )*

        /// A pointwise function of one value: a [`Function`] as data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Unary {
            $(
                #[doc = concat!("`", $line, "`")]
                $Type,
            )*
        }

        impl Unary {
            /// Every pointwise function.
            pub const ALL: [Unary; [$($line),*].len()] = [$(Unary::$Type),*];

            /// The name in equations and in configs.
            pub fn name(self) -> &'static str {
                match self {
                    $(Unary::$Type => stringify!($name),)*
                }
            }

            /// Does work with the function.
            #[inline(always)]
            pub fn dispatch<W: PerFunction>(self, work: W) -> W::Output {
                match self {
                    $(Unary::$Type => work.run::<$Type>(),)*
                }
            }
        }
    };
}
for_each_function!(functions);

impl Unary {
    /// The function of numbers.
    pub fn of<N: Numbers>(self, x: N) -> N {
        struct Value<N>(N);
        impl<N: Numbers> PerFunction for Value<N> {
            type Output = N;
            fn run<F: Function>(self) -> N {
                F::value(self.0)
            }
        }
        self.dispatch(Value(x))
    }

    /// The derivative, from the function's [subject](Unary::subject).
    pub fn slope<N: Numbers>(self, subject: N) -> N {
        struct Slope<N>(N);
        impl<N: Numbers> PerFunction for Slope<N> {
            type Output = N;
            fn run<F: Function>(self) -> N {
                F::slope(self.0)
            }
        }
        self.dispatch(Slope(subject))
    }

    /// Whether the derivative is zero wherever there is one.
    pub fn is_flat(self) -> bool {
        struct Flat;
        impl PerFunction for Flat {
            type Output = bool;
            fn run<F: Function>(self) -> bool {
                F::FLAT
            }
        }
        self.dispatch(Flat)
    }

    /// The limits of a function that is [between two](Function::LIMITS).
    pub fn limits(self) -> Option<[f64; 2]> {
        struct Limits;
        impl PerFunction for Limits {
            type Output = Option<[f64; 2]>;
            fn run<F: Function>(self) -> Option<[f64; 2]> {
                F::LIMITS
            }
        }
        self.dispatch(Limits)
    }

    /// What the derivative, [`Node::Slope`](crate::Node::Slope), is computed from.
    pub fn subject(self) -> Subject {
        struct Of;
        impl PerFunction for Of {
            type Output = Subject;
            fn run<F: Function>(self) -> Subject {
                F::SUBJECT
            }
        }
        self.dispatch(Of)
    }

    /// The function of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Unary> {
        Unary::ALL.into_iter().find(|op| op.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_the_values_at_infinities() {
        for op in Unary::ALL {
            if let Some(limits) = op.limits() {
                let ends = [-f64::INFINITY, f64::INFINITY].map(|x| op.of(x));
                assert_eq!(ends, limits, "{op:?}");
            }
        }
    }
}
