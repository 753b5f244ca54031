//! Pointwise instructions.

use crate::program::Unary;

/// What a pointwise instruction computes, of its operands `a`, `b` and `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// `a`
    Copy,
    /// A function of `a`.
    Unary(Unary),
    /// A derivative, from `a`.
    Slope(Unary),
    /// `a` times the derivative from `b`.
    TimesSlope(Unary),
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a b`
    Mul,
    /// `a / b`
    Div,
    /// The larger of `a` and `b`.
    Max,
    /// The smaller of `a` and `b`.
    Min,
    /// `a b + c`
    MulAdd,
    /// `a b - c`
    MulSub,
    /// `c - a b`
    SubMul,
}

impl Code {
    /// How many operands it reads.
    pub fn operands(self) -> usize {
        match self {
            Code::Copy | Code::Unary(_) | Code::Slope(_) => 1,
            Code::MulAdd | Code::MulSub | Code::SubMul => 3,
            _ => 2,
        }
    }

    /// The operand that may be the value of the instruction before it, still in registers.
    pub fn carried(self) -> Option<usize> {
        match self {
            Code::Add | Code::Sub | Code::Mul => Some(0),
            Code::MulAdd | Code::MulSub | Code::SubMul => Some(2),
            _ => None,
        }
    }

    /// Whether its two operands may change places.
    pub(super) fn commutes(self) -> bool {
        matches!(self, Code::Add | Code::Mul)
    }
}

/// A pointwise instruction: places by their index in [`Plan::places`](super::Plan::places).
#[derive(Clone, Copy, Debug)]
pub struct Op {
    /// What it computes.
    pub code: Code,
    /// The place of the result.
    pub to: usize,
    /// The places of `a`, `b` and `c`; what the code does not read is a place that it does.
    pub of: [usize; 3],
    /// How many instructions after it are one chain with it: each goes on with the value of the one before, which
    /// nothing else reads.
    pub links: usize,
}
