//! The parameters of a program, as tensors.

use burn::tensor::Tensor;

/// The parameters of a program, as tensors.
///
/// `G` is the number of input blocks, `K` that of recurrent blocks, `H` is `d_hidden`, and `P` the
/// width of what the recurrent products take (`H`, or `d_projection`).
#[derive(Clone, Debug)]
pub struct Weights {
    /// `W` of every input block: `[d_input, G * H]`.
    pub input: Tensor<2>,
    /// `b` of every input block, zero for one that has none: `[G * H]`.
    pub input_bias: Option<Tensor<1>>,
    /// `U` of every recurrent block, `[P, K * H]`, where there is any.
    pub hidden: Option<Tensor<2>>,
    /// `d` of every recurrent block, zero for one that has none: `[K * H]`.
    pub hidden_bias: Option<Tensor<1>>,
    /// The learned vectors, and the learned scalars for every unit: `[H]` each.
    pub vectors: Vec<Tensor<1>>,
    /// `R`: `[H, P]`.
    pub projection: Option<Tensor<2>>,
    /// What the operand of every recurrent product is multiplied by, `[batch, P]`: the mask of
    /// variational dropout. It is a constant, to which no gradient goes.
    pub mask: Option<Tensor<2>>,
}

impl Weights {
    /// The mask as what it is, a constant.
    pub(crate) fn constant_mask(&self) -> Option<Tensor<2>> {
        let mask = self.mask.clone()?;
        // A leaf stays one when it is detached.
        Some(mask.detach().set_require_grad(false))
    }
}
