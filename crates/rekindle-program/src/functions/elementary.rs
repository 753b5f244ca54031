//! Elementary functions as data: what an executor that runs code, or operations of tensors, has to know.

use super::Numbers;

/// An elementary function of one value, as [`Numbers`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Elementary {
    /// `-x`
    Neg,
    /// [`Numbers::abs`]
    Abs,
    /// [`Numbers::positive_zero`]
    PositiveZero,
    /// [`Numbers::floor`]
    Floor,
    /// [`Numbers::sqrt`]
    Sqrt,
    /// [`Numbers::exp`]
    Exp,
    /// [`Numbers::exp_m1`]
    ExpM1,
    /// `ln(1 + x)`, of numbers from 0 to 1
    Ln1p,
    /// [`Numbers::tanh`]
    Tanh,
    /// [`Numbers::sigmoid`]
    Sigmoid,
    /// [`Numbers::erf`]
    Erf,
    /// [`Numbers::sin`]
    Sin,
    /// [`Numbers::cos`]
    Cos,
}

impl Elementary {
    /// The function of a number.
    pub fn of(self, x: f64) -> f64 {
        match self {
            Elementary::Neg => -x,
            Elementary::Abs => Numbers::abs(x),
            Elementary::PositiveZero => x.positive_zero(),
            Elementary::Floor => Numbers::floor(x),
            Elementary::Sqrt => Numbers::sqrt(x),
            Elementary::Exp => Numbers::exp(x),
            Elementary::ExpM1 => Numbers::exp_m1(x),
            Elementary::Ln1p => x.ln_1p_add(0.0),
            Elementary::Tanh => Numbers::tanh(x),
            Elementary::Sigmoid => x.sigmoid(),
            Elementary::Erf => Numbers::erf(x),
            Elementary::Sin => Numbers::sin(x),
            Elementary::Cos => Numbers::cos(x),
        }
    }
}
