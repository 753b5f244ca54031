//! How two directions become one output.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// How the outputs of the two directions are merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Merge {
    /// Side by side: the forward output, then the reverse one.
    #[default]
    Concat,
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// Their elementwise product.
    Product,
}

impl Merge {
    /// The width of what two outputs of these widths become; none where they must have the same and have not.
    pub(crate) fn width(self, forward: usize, reverse: usize) -> Option<usize> {
        match self {
            Merge::Concat => Some(forward + reverse),
            Merge::Sum | Merge::Mean | Merge::Product => (forward == reverse).then_some(forward),
        }
    }

    /// Its name in a config.
    pub fn name(self) -> &'static str {
        match self {
            Merge::Concat => "concat",
            Merge::Sum => "sum",
            Merge::Mean => "mean",
            Merge::Product => "product",
        }
    }

    pub(crate) fn of(self, forward: Tensor<3>, reverse: Tensor<3>) -> Tensor<3> {
        match self {
            Merge::Concat => Tensor::cat(vec![forward, reverse], 2),
            Merge::Sum => forward + reverse,
            Merge::Mean => (forward + reverse).mul_scalar(0.5),
            Merge::Product => forward * reverse,
        }
    }
}
