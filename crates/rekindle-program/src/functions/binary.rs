//! Pointwise functions of two values.

/// A pointwise function of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// The larger; `a`, and all of the gradient to `a`, where they are equal; NaN where either is, and all of the
    /// gradient to `a` there.
    Max,
    /// The smaller; `a`, and all of the gradient to `a`, where they are equal; NaN where either is, and all of the
    /// gradient to `a` there.
    Min,
}

impl Binary {
    /// Those that are written as functions, `max(a, b)`, and not as a sign.
    pub const FUNCTIONS: [Binary; 2] = [Binary::Max, Binary::Min];

    /// The function of two numbers.
    pub fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            Binary::Div => a / b,
            Binary::Max if b > a || b.is_nan() => b,
            Binary::Min if b < a || b.is_nan() => b,
            Binary::Max | Binary::Min => a,
        }
    }

    /// The sign between the operands, or the function's name.
    pub fn name(self) -> &'static str {
        match self {
            Binary::Add => "+",
            Binary::Sub => "-",
            Binary::Mul => "*",
            Binary::Div => "/",
            Binary::Max => "max",
            Binary::Min => "min",
        }
    }

    /// The function of that name, if there is one.
    pub(crate) fn from_name(name: &str) -> Option<Binary> {
        Binary::FUNCTIONS.into_iter().find(|op| op.name() == name)
    }
}
