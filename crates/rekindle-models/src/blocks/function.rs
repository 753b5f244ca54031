//! The functions between linear maps.

use burn::tensor::Tensor;
use burn::tensor::activation::{gelu, relu, sigmoid, silu};
use serde::{Deserialize, Serialize};

/// A function between linear maps, of every number by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Function {
    /// `x σ(x)`, also called swish; a gate of it makes a GLU a SwiGLU.
    #[default]
    Silu,
    /// `x Φ(x)`; a gate of it makes a GLU a GeGLU.
    Gelu,
    /// `σ(x)`, the gate of the first GLU.
    Sigmoid,
    /// `max(x, 0)`
    Relu,
    /// `max(x, 0)²` (So et al. 2021, <https://arxiv.org/abs/2109.08668>)
    SquaredRelu,
}

impl Function {
    /// The function of a tensor.
    pub(super) fn of<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Function::Silu => silu(x),
            Function::Gelu => gelu(x),
            Function::Sigmoid => sigmoid(x),
            Function::Relu => relu(x),
            Function::SquaredRelu => relu(x).square(),
        }
    }
}
