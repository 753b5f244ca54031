//! How exact the matrix products of a plan are.

/// How exact the operands of matrix products are. Everything else, the sums of the products among it, is computed in the type of the
/// tensors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// As exact as the tensors.
    #[default]
    Full,
    /// Rounded to bf16, which has the range of f32 and 8 bits of a number, to the nearest and of two that are as near to the even
    /// one. Of tensors in f32 only.
    Bf16,
}

impl Precision {
    /// Both.
    pub const ALL: [Precision; 2] = [Precision::Full, Precision::Bf16];

    /// The name in configs, where tensors are f32.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Full => "f32",
            Precision::Bf16 => "bf16",
        }
    }
}
