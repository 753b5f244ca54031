//! The parameters of a program, as tensors.

use crate::call::Form;
use burn::tensor::Tensor;
use rekindle_program::plan::Precision;

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
    /// The first factor of recurrent weights of low rank, `[P, rank]`, where they are a product of two matrices: `hidden` then is
    /// the second, `[rank, K * H]`. For equations without a projection.
    pub factor: Option<Tensor<2>>,
    /// `d` of every recurrent block, zero for one that has none: `[K * H]`.
    pub hidden_bias: Option<Tensor<1>>,
    /// The learned vectors, and the learned scalars for every unit: `[H]` each.
    pub vectors: Vec<Tensor<1>>,
    /// `R`: `[H, P]`.
    pub projection: Option<Tensor<2>>,
    /// What the operand of every recurrent product is multiplied by, `[batch, P]`: the mask of
    /// variational dropout. It is a constant, to which no gradient goes.
    pub mask: Option<Tensor<2>>,
    /// How far every state goes of its way from its old value to its new one, 0 to 1, `[batch, time, widths]` for the
    /// states side by side: zoneout in training. It is a constant, too, and of no consequence for a trace.
    pub moves: Option<Tensor<3>>,
}

impl Weights {
    /// The form of program that takes what is given.
    pub(crate) fn form(&self, precision: Precision) -> Form {
        Form {
            masked: self.mask.is_some(),
            moved: self.moves.is_some(),
            low_rank: self.factor.is_some(),
            precision,
        }
    }

    /// What the projection of the form is: `R`, or the first factor of recurrent weights of low rank.
    pub(crate) fn projects(&self) -> &Option<Tensor<2>> {
        match &self.factor {
            None => &self.projection,
            factor => factor,
        }
    }

    /// The mask as what it is, a constant.
    pub(crate) fn constant_mask(&self) -> Option<Tensor<2>> {
        self.mask.clone().map(constant)
    }

    /// The moves as what they are, constants.
    pub(crate) fn constant_moves(&self) -> Option<Tensor<3>> {
        self.moves.clone().map(constant)
    }
}

/// The same numbers, to which no gradient goes.
fn constant<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    // A leaf stays one when it is detached.
    tensor.detach().set_require_grad(false)
}
